"""Lists: texts, addresses or JSON that flows look things up in."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Computed, Config, Immutable, JsonField, Misfit, Unordered
from dstate_descope import wire
from dstate_descope.kinds.fields import Name, Text, addresses
from dstate_descope.kinds.listed import Listed

Sort = Literal["texts", "ips", "json"]


def _of_type(value: str, info: ValidationInfo) -> str:
    return addresses(value) if info.data.get("type") == "ips" else value


Entry = Annotated[Name, AfterValidator(_of_type)]


class LookupList(Config):
    """Something that flows look things up in."""

    id: Annotated[str | None, Computed()] = Field(
        default=None, description="The id that Descope gave the list."
    )
    name: Name = Field(description="The name of the list; unique within the project.")
    description: Text = Field(default="", description="What the list is for, for people.")
    type: Annotated[Sort, Immutable()] = Field(description="What it holds: texts, ips or json.")
    entries: Annotated[list[Entry], Unordered()] = Field(
        default_factory=list, description="What a list of texts or addresses holds."
    )
    document: JsonField = Field(default=None, description="What a list of JSON holds.")

    @model_validator(mode="after")
    def _of_its_type(self) -> "LookupList":
        if self.type == "json" and self.entries:
            message = "a list of `type: json` has a `document` instead of `entries`"
            raise Misfit(message, path=("entries",))
        if self.type != "json" and self.document is not None:
            message = f"a list of `type: {self.type}` has `entries` instead of a `document`"
            raise Misfit(message, path=("document",))
        return self


class ListKind(Listed[LookupList]):
    """Lists of a project."""

    name = "list"
    model: ClassVar[type[Config]] = LookupList
    description = "Texts, addresses or JSON that flows look things up in."
    everything: ClassVar[Endpoint] = wire.LIST_ALL
    rows = "lists"

    def decode(self, record: wire.Record) -> Remote[LookupList]:
        """Read one list; what it holds is under one name, whatever it is."""
        texts = record.text("type") != "json"
        config = self.codec.decode(
            record,
            entries=record.texts("data") if texts else [],
            document=None if texts else record.raw("data"),
        )
        return Remote(id=record.id(), config=config)

    async def create(self, config: LookupList) -> Remote[LookupList]:
        """Make a list."""
        answer = await self.transport.send(wire.LIST_CREATE, body=_body(config))
        return self._understood(wire.LIST_CREATE, answer, within="list")

    async def update(
        self, current: Remote[LookupList], config: LookupList, changed: frozenset[str]
    ) -> Remote[LookupList]:
        """Write every field: the API replaces the whole list."""
        del changed
        body = _body(config) | {"id": current.id}
        answer = await self.transport.send(wire.LIST_UPDATE, body=body)
        return self._understood(wire.LIST_UPDATE, answer, within="list")

    async def delete(self, current: Remote[LookupList]) -> None:
        """Remove a list; flows that look into it find nothing."""
        await self._gone(wire.LIST_DELETE, {"id": current.id})


def _body(config: LookupList) -> wire.Body:
    return {
        "name": config.name,
        "type": config.type,
        "description": config.description,
        "data": config.document if config.type == "json" else list(config.entries),
    }
