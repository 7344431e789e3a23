"""The scope-claim mapping: which claims the scopes of OAuth add to tokens."""

from collections.abc import AsyncIterator
from typing import Annotated, ClassVar

from pydantic import Field

from descope_state.sdk.faults import Rejected
from descope_state.sdk.http import Transport
from descope_state.sdk.provider import KindDefaults, Remote
from descope_state.sdk.schema import Config, keyed
from dstate_descope import wire
from dstate_descope.kinds.codec import Codec
from dstate_descope.kinds.fields import Name, Text
from dstate_descope.kinds.listed import understood

_ID = "scope-claims"


class MappedScope(Config):
    """The claims of one scope."""

    scope: Name = Field(description="The scope.")
    claims: dict[str, str] = Field(default_factory=dict, description="The claims, by name.")
    description: Text = Field(default="", description="What it is for, for people.")


class ScopeClaimMapping(Config):
    """Which claims the scopes of OAuth add to tokens."""

    mappings: Annotated[list[MappedScope], keyed("scope")] = Field(
        default_factory=list, description="The scopes that add any."
    )


class ScopeClaimMappingKind(KindDefaults):
    """The one scope-claim mapping of a project."""

    name: ClassVar[str] = "scope_claim_mapping"
    model: ClassVar[type[Config]] = ScopeClaimMapping
    description: ClassVar[str] = "Which claims the scopes of OAuth add to tokens."
    identity_fields: ClassVar[tuple[str, ...]] = ()
    singleton: ClassVar[bool] = True
    _codec: ClassVar[Codec[ScopeClaimMapping]] = Codec(ScopeClaimMapping)

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def identity(self, config: ScopeClaimMapping) -> str:
        """Give the only natural key there is."""
        del config
        return ""

    async def list(self) -> AsyncIterator[Remote[ScopeClaimMapping]]:
        """Give the mapping, which may be empty."""
        yield await self._loaded()

    async def read(self, id: str) -> Remote[ScopeClaimMapping] | None:
        """Give the mapping, which every project has."""
        return await self._loaded() if id == _ID else None

    async def find(self, identity: str) -> Remote[ScopeClaimMapping] | None:
        """Give the mapping; it has no other name."""
        return None if identity else await self._loaded()

    async def create(self, config: ScopeClaimMapping) -> Remote[ScopeClaimMapping]:
        """Write the mapping over the one that is there."""
        await self.transport.send(wire.SCOPE_CLAIMS_SET, body=self._codec.encode(config))
        return Remote(id=_ID, config=config)

    async def update(
        self,
        current: Remote[ScopeClaimMapping],
        config: ScopeClaimMapping,
        changed: frozenset[str],
    ) -> Remote[ScopeClaimMapping]:
        """Write the whole mapping: there is no other way."""
        del current, changed
        return await self.create(config)

    async def delete(self, current: Remote[ScopeClaimMapping]) -> None:
        """Refuse: every project has one, if an empty one."""
        del current
        message = "the scope-claim mapping cannot be deleted; empty it instead"
        raise Rejected(message)

    async def _loaded(self) -> Remote[ScopeClaimMapping]:
        answer = await self.transport.send(wire.SCOPE_CLAIMS_GET, body={})
        config = understood(
            wire.SCOPE_CLAIMS_GET, lambda: self._codec.decode(wire.Record(answer, "answer"))
        )
        return Remote(id=_ID, config=config)
