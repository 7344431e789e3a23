"""Password settings: what a password must be, in the project and in each tenant."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Config, Immutable, refers
from dstate_descope import wire
from dstate_descope.kinds.fields import Text
from dstate_descope.kinds.overlaid import PROJECT, Overlaid


def _none_or_two(value: int) -> int:
    if value == 1:
        message = "a user may be locked out after 2 to 10 attempts; 0 leaves it open"
        raise ValueError(message)
    return value


class PasswordSettings(Config):
    """What a password must be, and what happens when one is wrong."""

    names: ClassVar[Mapping[str, str]] = {"tenant": "tenantId"}

    tenant: Annotated[Text, Immutable(), refers("tenant", "id")] = Field(
        default="", description="The id of the tenant; empty for the whole project."
    )
    enabled: bool = Field(default=False, description="Whether passwords may be used at all.")
    min_length: Annotated[int, Field(ge=4, le=64)] = Field(
        default=8, description="The fewest characters."
    )
    lowercase: bool = Field(default=False, description="Whether a small letter is needed.")
    uppercase: bool = Field(default=False, description="Whether a capital letter is needed.")
    number: bool = Field(default=False, description="Whether a digit is needed.")
    non_alphanumeric: bool = Field(default=False, description="Whether a special sign is needed.")
    expiration: bool = Field(default=False, description="Whether a password grows old.")
    expiration_weeks: Annotated[int, Field(ge=0, le=999)] = Field(
        default=0, description="After how many weeks it must be changed."
    )
    reuse: bool = Field(default=False, description="Whether earlier passwords are refused.")
    reuse_amount: Annotated[int, Field(ge=0, le=50)] = Field(
        default=0, description="How many earlier ones."
    )
    lock: bool = Field(default=False, description="Whether wrong passwords lock a user out.")
    lock_attempts: Annotated[int, Field(ge=0, le=10), AfterValidator(_none_or_two)] = Field(
        default=0, description="After how many attempts."
    )
    temp_lock: bool = Field(default=False, description="Whether wrong passwords make a user wait.")
    temp_lock_attempts: Annotated[int, Field(ge=0, le=10)] = Field(
        default=0, description="After how many attempts."
    )
    temp_lock_duration: Annotated[int, Field(ge=0, le=100_000)] = Field(
        default=0, description="For how many minutes."
    )
    enable_password_strength: bool = Field(
        default=False, description="Whether a password's strength is measured."
    )
    password_strength_score: Annotated[int, Field(ge=0, le=4)] = Field(
        default=0, description="The least strength, from 0 to 4."
    )


class PasswordSettingsKind(Overlaid[PasswordSettings]):
    """Password settings of the project and of its tenants; they cannot be deleted."""

    name = "password_settings"
    model: ClassVar[type[Config]] = PasswordSettings
    description = "What a password must be, in the project or in one tenant."
    load: ClassVar[Endpoint] = wire.PASSWORD_LOAD
    save: ClassVar[Endpoint] = wire.PASSWORD_SAVE
    asked_by: ClassVar[str] = "tenantId"

    async def list(self) -> AsyncIterator[Remote[PasswordSettings]]:
        """Name the project, which has settings, and every tenant."""
        yield Remote(id=PROJECT, config=PasswordSettings())
        async for remote in self._listed(self.everything, None):
            yield remote
