"""A provider whose service is a value in memory: every mark, every kind of call, no network.

`FakeProvider(world)` connects to `world`. A test fills the world with `put`, looks at `objects`,
`calls` and `requests`, and breaks one operation by placing a function in `on`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from descope_state.sdk.provider import Deed, Gate, Kind, Limit, Provider, Session, Target, Tier
from tests.support.fake_kinds import KINDS, GroupKind
from tests.support.fake_models import Group
from tests.support.fake_world import Call, FakeWorld, Override

__all__ = ["KINDS", "Call", "FakeProvider", "FakeSession", "FakeWorld", "OpenGate", "Override"]


class OpenGate:
    """A gate that lets everything through and counts."""

    def __init__(self) -> None:
        self.entered: dict[str, int] = {}

    @asynccontextmanager
    async def passing(self, family: str, *, reading: bool = False) -> AsyncIterator[None]:
        del reading
        self.entered[family] = self.entered.get(family, 0) + 1
        yield


@dataclass(slots=True, kw_only=True)
class FakeSession:
    """An open connection to a world."""

    project_id: str
    base_url: str
    kinds: Mapping[str, Kind[Any]]
    limits: tuple[Limit, ...]
    lag: float
    world: FakeWorld
    gate: Gate

    async def tier(self) -> Tier:
        """Say which plan the world's account is on; a call like any other."""
        call = Call(
            kind="account",
            operation="tier",
            subject=None,
            number=self.world.calls["account", "tier"] + 1,
            proceed=lambda: self.world.tier,
        )
        served = await self.world.serve(self.gate, call, family="general", times=1)
        return cast("Tier", served)

    def baseline(self) -> Mapping[str, frozenset[str]]:
        """Name what every new project of this world holds."""
        return self.world.baseline

    async def trail(self, since: int) -> Sequence[Deed]:
        """Tell who did what in this world; a call like any other."""
        deeds = [deed for deed in self.world.deeds if deed.at >= since]
        call = Call(
            kind="account",
            operation="trail",
            subject=None,
            number=self.world.calls["account", "trail"] + 1,
            proceed=lambda: deeds,
        )
        served = await self.world.serve(self.gate, call, family="general", times=1)
        return cast("Sequence[Deed]", served)


class FakeProvider:
    """The provider `fake`, connected to one world; `others` are those of some environments."""

    name: ClassVar[str] = "fake"
    kinds: ClassVar[tuple[type[Any], ...]] = KINDS
    endpoints: ClassVar[frozenset[str]] = frozenset({"memory"})
    keyless: ClassVar[frozenset[str]] = frozenset({"memory"})

    def __init__(self, world: FakeWorld, others: Mapping[str, FakeWorld] | None = None) -> None:
        self.world = world
        self.others = others or {}

    def connect(self, target: Target) -> AbstractAsyncContextManager[Session]:
        """Open a connection to the world."""
        return self._connected(target)

    @asynccontextmanager
    async def _connected(self, target: Target) -> AsyncIterator[Session]:
        world = self.others.get(target.environment, self.world)
        yield FakeSession(
            project_id=target.project_id or world.project_id,
            base_url="memory",
            kinds={kind.name: kind(world, target.gate) for kind in KINDS},
            limits=world.limits,
            lag=world.lag,
            world=world,
            gate=target.gate,
        )


if TYPE_CHECKING:
    # Nobody reads these: the type checker proves by them that the fake keeps the contract.
    _PROVIDER: Provider = FakeProvider(FakeWorld())
    _KIND: Kind[Group] = GroupKind(FakeWorld(), OpenGate())
