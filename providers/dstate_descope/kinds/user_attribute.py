"""User attributes: what a product remembers of its users besides what Descope does."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Config, Immutable, JsonField, Misfit, Unordered, keyed, refers
from dstate_descope import wire
from dstate_descope.kinds.fields import AttributeName, Name, Text
from dstate_descope.kinds.listed import Listed, understood

Sort = Literal["string", "number", "boolean", "singleselect", "multiselect", "date", "monthday"]
# The service numbers them, from one.
_SORTS: tuple[Sort, ...] = (
    "string",
    "number",
    "boolean",
    "singleselect",
    "multiselect",
    "date",
    "monthday",
)
_SELECTS = ("singleselect", "multiselect")


class Option(Config):
    """One of the values that may be chosen."""

    value: Name = Field(description="The value that is stored.")
    label: Text = Field(default="", description="What people see.")


class UserAttribute(Config):
    """One more thing that is remembered of every user."""

    name: Annotated[AttributeName, Immutable()] = Field(
        description="The machine name, which tokens and flows use."
    )
    type: Annotated[Sort, Immutable()] = Field(description="What sort of value it is.")
    display_name: Text = Field(default="", description="What people see.")
    options: Annotated[list[Option], keyed("value")] = Field(
        default_factory=list, description="The values to choose from, of the two select types."
    )
    default_value: JsonField = Field(
        default=None, description="The value of users who were given none."
    )
    view_permissions: Annotated[list[Name], Unordered(), refers("permission", "name")] = Field(
        default_factory=list, description="The names of the permissions that may see it."
    )
    edit_permissions: Annotated[list[Name], Unordered(), refers("permission", "name")] = Field(
        default_factory=list, description="The names of the permissions that may change it."
    )

    @model_validator(mode="after")
    def _options_for_selects(self) -> "UserAttribute":
        if self.options and self.type not in _SELECTS:
            message = f"`options` are for {' and '.join(_SELECTS)}"
            raise Misfit(message, path=("options",))
        return self


class UserAttributeKind(Listed[UserAttribute]):
    """User attributes of a project; making one that is there changes it."""

    name = "user_attribute"
    model: ClassVar[type[Config]] = UserAttribute
    description = "One more thing that is remembered of every user."
    family: ClassVar[str] = "user"
    everything: ClassVar[Endpoint] = wire.ATTRIBUTE_ALL
    rows = "data"
    batches: ClassVar[frozenset[str]] = frozenset({"create", "update", "delete"})

    def decode(self, record: wire.Record) -> Remote[UserAttribute]:
        """Read one attribute; it is known by its name."""
        number = record.whole("type")
        if not 1 <= number <= len(_SORTS):
            message = f"`attribute.type` is not between 1 and {len(_SORTS)}"
            raise wire.Unreadable(message)
        name = record.text("name")
        config = self.codec.decode(record, type=_SORTS[number - 1])
        return Remote(id=name, config=config)

    async def create(self, config: UserAttribute) -> Remote[UserAttribute]:
        """Make an attribute."""
        return (await self.create_many([config]))[0]

    async def create_many(
        self, configs: Sequence[UserAttribute]
    ) -> Sequence[Remote[UserAttribute]]:
        """Make several in one call, which answers all there are."""
        body = {"attributes": [self._body(config) for config in configs]}
        answer = await self.transport.send(wire.ATTRIBUTE_SAVE, body=body)
        rows = understood(wire.ATTRIBUTE_SAVE, lambda: self._decoded(answer))
        by_name = {remote.id: remote for remote in rows}
        if all(config.name in by_name for config in configs):
            return [by_name[config.name] for config in configs]
        return await self._all_seen(configs)

    async def update(
        self, current: Remote[UserAttribute], config: UserAttribute, changed: frozenset[str]
    ) -> Remote[UserAttribute]:
        """Write every field: the API replaces the whole attribute."""
        del current, changed
        return await self.create(config)

    async def update_many(
        self, updates: Sequence[tuple[Remote[UserAttribute], UserAttribute, frozenset[str]]]
    ) -> Sequence[Remote[UserAttribute]]:
        """Write several in one call."""
        return await self.create_many([config for _, config, _ in updates])

    async def delete(self, current: Remote[UserAttribute]) -> None:
        """Remove an attribute, and its value from every user."""
        await self.delete_many([current])

    async def delete_many(self, currents: Sequence[Remote[UserAttribute]]) -> None:
        """Remove several in one call."""
        if names := [current.id for current in currents]:
            await self._gone(wire.ATTRIBUTE_DELETE, {"names": names})

    def _body(self, config: UserAttribute) -> wire.Body:
        return self.codec.encode(config) | {"type": _SORTS.index(config.type) + 1}
