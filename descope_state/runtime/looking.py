"""Looks what became of a call whose answer nobody has: the only way on from an unknown outcome."""

import asyncio
from dataclasses import replace
from typing import Any

from descope_state.core.diff import compare
from descope_state.frozen import dataclass
from descope_state.model.event import Step
from descope_state.model.resource import Entry, Live
from descope_state.model.state import Pending
from descope_state.model.value import Fingerprint
from descope_state.runtime.bridge import Bound
from descope_state.runtime.means import Means, reading
from descope_state.runtime.patience import PATIENCE
from descope_state.sdk.faults import Fault
from descope_state.sdk.provider import Remote

_FIRST_PAUSE = 0.5
_LONG_AGO = 2 * PATIENCE
_MADE_AT = "created_time"
# The clocks of two machines may differ by so much.
_SKEW = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a look showed: the call took effect, it did not, or (None) that cannot be told.

    One that is `unsure` may be so because reads have not caught up; if it stays, nothing is known.
    """

    effect: bool | None
    live: Live | None = None
    why: str = ""
    unsure: bool = False


class Look:
    """One question about one intent.

    `owned` are the ids that the state has for objects of the kind, `before` what it remembered at
    the address.
    """

    def __init__(
        self,
        pending: Pending,
        *,
        bound: Bound,
        means: Means,
        owned: frozenset[str],
        before: Entry | None,
    ) -> None:
        self._pending = pending
        self._began = pending.began
        self._bound = bound
        self._means = means
        self._owned = owned
        self._before = before
        self._lost = ""

    async def find(self) -> Finding:
        """Ask the service, and go on asking for as long as an absence proves nothing."""
        try:
            return await self.found()
        except Fault as fault:
            return Finding(effect=None, why=fault.message)

    async def found(self) -> Finding:
        """Do the same, and let a service that cannot be asked be known by its fault."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._remaining()
        pause = _FIRST_PAUSE
        while True:
            finding = await self.once()
            if finding.effect is not False or loop.time() >= until:
                effect = None if finding.unsure else finding.effect
                return replace(finding, effect=effect, why=finding.why or self._lost)
            if self._means.stop.asked:
                why = "interrupted before it could be told"
                return Finding(effect=None, why=why, unsure=True)
            await self._means.stop.pause(min(pause, until - loop.time()))
            pause *= 2

    def _remaining(self) -> float:
        """Say how long an absence proves nothing yet: from now, for nobody knows when it was sent.

        Between an intent and its request lies whatever pause the limits asked for; only an intent
        older than any such pause needs no waiting.
        """
        age = self._means.wall() - self._began.at
        return 0.0 if age > _LONG_AGO else self._means.lag

    async def once(self) -> Finding:
        """Look once; an absence may be one that reads have not caught up with."""
        match self._began.step:
            case Step.CREATE if self._bound.schema.unique:
                return await self._made()
            case Step.CREATE:
                return await self._made_unnamed()
            case Step.UPDATE:
                return await self._updated()
            case Step.DELETE:
                remote = await self._read(self._began.id)
                return Finding(effect=remote is None)

    async def _made(self) -> Finding:
        identity = self._began.identity
        remote = await reading(lambda: self._bound.kind.find(identity), means=self._means)
        if remote is None:
            return Finding(effect=False)
        if remote.id in self._owned or remote.id in self._pending.known:
            return Finding(effect=None, why=f"`{identity}` is {remote.id}, which was there before")
        return Finding(effect=True, live=self._bound.lift(remote))

    async def _made_unnamed(self) -> Finding:
        """Find what may be ours among the objects that were not there before."""
        listed = await reading(self._listed, means=self._means)
        if self._owned and self._owned.isdisjoint(remote.id for remote in listed):
            why = "the list shows nothing of what the state holds"
            return Finding(effect=False, why=why, unsure=True)
        fresh = [
            remote
            for remote in listed
            if remote.id not in self._pending.known and remote.id not in self._owned
        ]
        ours = [remote for remote in fresh if self._may_be_ours(self._bound.lift(remote))]
        if not ours:
            return Finding(effect=False)
        if len(ours) > 1:
            ids = ", ".join(sorted(remote.id for remote in ours))
            return Finding(effect=None, why=f"it may be any of {ids}")
        return await self._let_go(ours[0])

    async def _listed(self) -> list[Remote[Any]]:
        return [remote async for remote in self._bound.kind.list()]

    async def _let_go(self, remote: Remote[Any]) -> Finding:
        """Delete an object whose once-only secret went with the lost answer."""
        await reading(lambda: self._bound.kind.delete(remote), means=self._means)
        self._lost = f"{remote.id} had been made, and its secret was lost: it was deleted"
        return Finding(effect=False)

    def _may_be_ours(self, live: Live) -> bool:
        made = live.computed.get(_MADE_AT) or live.attributes.get(_MADE_AT)
        if isinstance(made, int | float) and made and made < self._began.at - _SKEW:
            return False
        return self.matches(live)

    async def _updated(self) -> Finding:
        remote = await self._read(self._began.id)
        if remote is None:
            return Finding(effect=False, why=f"{self._began.id} is not there any more")
        live = self._bound.lift(remote)
        if self._secrets_changed() or not self.matches(live):
            return Finding(effect=False, live=live)
        return Finding(effect=True, live=live)

    def _secrets_changed(self) -> bool:
        """Tell whether something was sent that no answer would show."""
        wanted = self._began.entry.inputs if self._began.entry else {}
        had = self._before.inputs if self._before else {}
        return any(
            isinstance(value, Fingerprint) and had.get(name) != value
            for name, value in wanted.items()
        )

    def matches(self, live: Live) -> bool:
        """Tell whether an object has every field that was sent, as far as a service shows them."""
        return not self._differing(live)

    def lacking(self, live: Live) -> frozenset[str]:
        """Give the fields that a creation was to be followed by, and was not.

        They have a call of their own, which is not made where the answer to the first is lost.
        """
        if self._began.step is not Step.CREATE:
            return frozenset()
        return self._differing(live) & self._bound.schema.apart

    def whole_but_for(self, live: Live) -> frozenset[str] | None:
        """Give what an object lacks of what was sent; None where it is another one."""
        lacking = self.lacking(live)
        return lacking if self._differing(live) == lacking else None

    def _differing(self, live: Live) -> frozenset[str]:
        wanted = self._began.entry.inputs if self._began.entry else {}
        shown = {
            name: value for name, value in wanted.items() if not isinstance(value, Fingerprint)
        }
        found = compare(live.attributes, shown, schema=self._bound.schema)
        return frozenset(change.name for change in found)

    async def _read(self, id_: str) -> Remote[Any] | None:
        return await reading(lambda: self._bound.kind.read(id_), means=self._means)
