"""JWT templates: what the tokens of users and keys say."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Computed, Config, Immutable, Unordered
from dstate_descope import wire
from dstate_descope.kinds.fields import Name, Text
from dstate_descope.kinds.listed import Listed


class JwtTemplate(Config):
    """What tokens say besides what they always do."""

    names: ClassVar[Mapping[str, str]] = {
        "auto_dct": "autoDCT",
        "omit_custom_claims_from_dsr": "omitCustomClaimsFromDSR",
    }

    id: Annotated[str | None, Computed()] = Field(
        default=None, description="The id that Descope gave the template."
    )
    name: Name = Field(description="The name of the template; unique within the project.")
    description: Text = Field(default="", description="What the template is for, for people.")
    type: Annotated[Literal["user", "key"], Immutable()] = Field(
        description="Whose tokens it is for: those of a `user` or of a `key`."
    )
    template: dict[str, Any] = Field(
        default_factory=dict, description="The claims, by name, as the console spells them."
    )
    tags: Annotated[list[Name], Unordered()] = Field(
        default_factory=list, description="What the template is found by."
    )
    auth_schema: Text = Field(default="", description="How roles and tenants are spelled.")
    conformance_issuer: bool = Field(
        default=False, description="Whether the issuer is spelled as OIDC wants it."
    )
    auto_dct: bool = Field(
        default=False, description="Whether the only tenant of a user is the current one."
    )
    enforce_issuer: bool = Field(default=False, description="Whether the issuer is checked.")
    empty_claim_policy: Text = Field(default="", description="What becomes of empty claims.")
    override_subject: bool = Field(
        default=False, description="Whether the template decides the subject."
    )
    issuer_type: Text = Field(default="", description="Which issuer tokens name.")
    omit_custom_claims_from_dsr: bool = Field(
        default=False, description="Whether refresh tokens leave the claims out."
    )
    add_jti: bool = Field(default=False, description="Whether each token has an id of its own.")
    exclude_permissions: bool = Field(
        default=False, description="Whether tokens leave the permissions out."
    )
    source: Annotated[str | None, Computed()] = Field(
        default=None, description="Where the template came from."
    )


class JwtTemplateKind(Listed[JwtTemplate]):
    """JWT templates of a project."""

    name = "jwt_template"
    model: ClassVar[type[Config]] = JwtTemplate
    description = "What the tokens of users or keys say besides what they always do."
    everything: ClassVar[Endpoint] = wire.TEMPLATE_LIST
    question: ClassVar[wire.Body | None] = {}
    rows = "templates"

    async def read(self, id: str) -> Remote[JwtTemplate] | None:
        """Give one template by its id, or None."""
        return await self._loaded(wire.TEMPLATE_LOAD, body={"id": id}, within="template")

    async def create(self, config: JwtTemplate) -> Remote[JwtTemplate]:
        """Make a template."""
        body = {"template": self.codec.encode(config)}
        answer = await self.transport.send(wire.TEMPLATE_CREATE, body=body)
        return self._understood(wire.TEMPLATE_CREATE, answer, within="template")

    async def update(
        self, current: Remote[JwtTemplate], config: JwtTemplate, changed: frozenset[str]
    ) -> Remote[JwtTemplate]:
        """Write every field: the API replaces the whole template."""
        del changed
        body = {"template": self.codec.encode(config) | {"id": current.id}}
        answer = await self.transport.send(wire.TEMPLATE_UPDATE, body=body)
        return self._understood(wire.TEMPLATE_UPDATE, answer, within="template")

    async def delete(self, current: Remote[JwtTemplate]) -> None:
        """Remove a template; tokens say again what they always did."""
        await self._gone(wire.TEMPLATE_DELETE, {"id": current.id})
