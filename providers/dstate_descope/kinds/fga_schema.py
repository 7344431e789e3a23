"""The FGA schema: which relations there are between users and things."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, StringConstraints

from descope_state.sdk.faults import Rejected
from descope_state.sdk.http import Transport
from descope_state.sdk.provider import KindDefaults, Remote
from descope_state.sdk.schema import Config
from dstate_descope import wire
from dstate_descope.kinds.listed import understood

_ID = "fga"
_SPACES = re.compile(r"[ \t]+")
_HEAD = "model AuthZ 1.0"
_TYPE = re.compile(r"type \w+")
_MEMBER = re.compile(r"(relation|permission) \w+: .+")


def normal(dsl: str) -> str:
    """Spell a schema in one way: the service keeps its words, not its blanks and empty lines."""
    lines = (_SPACES.sub(" ", line).strip() for line in dsl.splitlines())
    spelled = [line for line in lines if line]
    if spelled and spelled[0] != _HEAD:
        message = f"an FGA schema begins with `{_HEAD}`"
        raise ValueError(message)
    return "".join(_indented(line) for line in spelled)


def sound(dsl: str) -> str:
    """Refuse a schema that has a line which the service does not understand."""
    spelled = normal(dsl)
    inside = False
    for line in spelled.split("\n")[1:]:
        inside = inside or bool(_TYPE.fullmatch(line))
        member = inside and _MEMBER.fullmatch(line.strip())
        if line and not member and not _TYPE.fullmatch(line):
            message = (
                f"`{line.strip()}` is no line of an FGA schema: it has `type NAME`, and below that"
                " `relation NAME: …` and `permission NAME: …`"
            )
            raise ValueError(message)
    return spelled


def _indented(line: str) -> str:
    if line == _HEAD:
        return f"{line}\n"
    return f"\n{line}\n" if line.startswith("type ") else f"  {line}\n"


class FgaSchema(Config):
    """Which relations there are between users and things."""

    dsl: Annotated[str, StringConstraints(max_length=1_000_000), AfterValidator(sound)] = Field(
        description="The schema in Descope's language: usually `${file('schema.fga')}`."
    )


class FgaSchemaKind(KindDefaults):
    """The one FGA schema of a project."""

    name: ClassVar[str] = "fga_schema"
    model: ClassVar[type[Config]] = FgaSchema
    description: ClassVar[str] = "Which relations there are between users and things."
    identity_fields: ClassVar[tuple[str, ...]] = ()
    singleton: ClassVar[bool] = True

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def identity(self, config: FgaSchema) -> str:
        """Give the only natural key there is."""
        del config
        return ""

    async def list(self) -> AsyncIterator[Remote[FgaSchema]]:
        """Give the schema, which may be empty."""
        yield await self._loaded()

    async def read(self, id: str) -> Remote[FgaSchema] | None:
        """Give the schema, which every project has."""
        return await self._loaded() if id == _ID else None

    async def find(self, identity: str) -> Remote[FgaSchema] | None:
        """Give the schema; it has no other name."""
        return None if identity else await self._loaded()

    async def create(self, config: FgaSchema) -> Remote[FgaSchema]:
        """Write the schema over the one that is there."""
        await self.transport.send(wire.FGA_SAVE, body={"dsl": config.dsl})
        return Remote(id=_ID, config=config)

    async def update(
        self, current: Remote[FgaSchema], config: FgaSchema, changed: frozenset[str]
    ) -> Remote[FgaSchema]:
        """Write the whole schema; relations of what it no longer names are lost."""
        del current, changed
        return await self.create(config)

    async def delete(self, current: Remote[FgaSchema]) -> None:
        """Refuse: there is no such call that would leave the relations."""
        del current
        message = "the FGA schema of a project cannot be deleted; empty it instead"
        raise Rejected(message)

    async def _loaded(self) -> Remote[FgaSchema]:
        answer = await self.transport.send(wire.FGA_LOAD)

        def read() -> Remote[FgaSchema]:
            text = wire.Record(answer, "answer").text("dsl")
            try:
                dsl = normal(text)
            except ValueError as error:
                message = f"`dsl`: {error}"
                raise wire.Unreadable(message) from None
            return Remote(id=_ID, config=FgaSchema.model_construct(dsl=dsl))

        return understood(wire.FGA_LOAD, read)
