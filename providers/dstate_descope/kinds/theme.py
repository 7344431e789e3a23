"""The theme: how the screens of all flows look."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from descope_state.sdk.faults import Rejected
from descope_state.sdk.http import Transport
from descope_state.sdk.provider import KindDefaults, Remote
from descope_state.sdk.schema import Config, JsonDocument
from dstate_descope import wire
from dstate_descope.kinds import flow_shape
from dstate_descope.kinds.listed import after_writing, understood

_ID = "theme"


class Theme(Config):
    """How the screens of all flows look."""

    definition: Annotated[
        Any, JsonDocument(flow_shape.VOLATILE), AfterValidator(flow_shape.theme)
    ] = Field(description="The theme itself, as exported: usually `${json(file('theme.json'))}`.")


class ThemeKind(KindDefaults):
    """The one theme of a project."""

    name: ClassVar[str] = "theme"
    model: ClassVar[type[Config]] = Theme
    description: ClassVar[str] = "How the screens of all flows look; every project has one."
    identity_fields: ClassVar[tuple[str, ...]] = ()
    singleton: ClassVar[bool] = True
    # An import is answered with nothing: what the service made of the theme is read back.
    calls: ClassVar[Mapping[str, int]] = {"create": 2, "update": 2}
    reads: ClassVar[Mapping[str, int]] = {"create": 1, "update": 1}

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def identity(self, config: Theme) -> str:
        """Give the only natural key there is."""
        del config
        return ""

    async def list(self) -> AsyncIterator[Remote[Theme]]:
        """Give the theme."""
        yield await self._exported()

    async def read(self, id: str) -> Remote[Theme] | None:
        """Give the theme, which every project has."""
        return await self._exported() if id == _ID else None

    async def find(self, identity: str) -> Remote[Theme] | None:
        """Give the theme; it has no other name."""
        return None if identity else await self._exported()

    async def create(self, config: Theme) -> Remote[Theme]:
        """Write the theme over the one that is there."""
        await self.transport.send(wire.THEME_IMPORT, body={"theme": config.definition})
        return await after_writing(self._exported(), "the theme")

    async def update(
        self, current: Remote[Theme], config: Theme, changed: frozenset[str]
    ) -> Remote[Theme]:
        """Write the whole theme: there is no other way."""
        del current, changed
        return await self.create(config)

    async def delete(self, current: Remote[Theme]) -> None:
        """Refuse: every project has one."""
        del current
        message = "the theme of a project cannot be deleted"
        raise Rejected(message)

    async def _exported(self) -> Remote[Theme]:
        answer = await self.transport.send(wire.THEME_EXPORT, body={})

        def read() -> Remote[Theme]:
            try:
                definition = flow_shape.theme(wire.Record(answer, "answer").mapping("theme"))
            except ValueError as error:
                message = f"`theme`: {error}"
                raise wire.Unreadable(message) from None
            return Remote(id=_ID, config=Theme.model_construct(definition=definition))

        return understood(wire.THEME_EXPORT, read)
