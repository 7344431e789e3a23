"""What every call passes: limits kept to the call, pauses that hold for all, calls counted.

Whoever is about to hand out work reserves a permit first, so that nothing queues behind the limit;
the first call of that work spends it. Calls sent again, and all further ones, wait for their own.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING

from descope_state.core.ledger import Memory, shared_out
from descope_state.core.ports import SILENT, Ledger, Observer
from descope_state.runtime.patience import PATIENCE, too_long
from descope_state.sdk.faults import Throttled, Unavailable
from descope_state.sdk.provider import Limit

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter

# A wait that is worth a word on the screen.
_NOTEWORTHY = 2.0
# What a service asks for is told as well, but not where it is over before it is read.
_SHORTEST_TOLD = 1.0
_SHORTEST_BACKOFF = 1.0
_LONGEST_BACKOFF = 60.0
# A wait that is longer than a window by more than this is one that was asked for.
_SLACK = 1.0
_REST = "the service asks to wait"
# Inside a window, calls leave at most so fast: a share of the window's calls in a part of a second.
_BURST_SECONDS = 0.25
_SMALLEST_BURST = 10

_permit: ContextVar["Permit | None"] = ContextVar("permit", default=None)


class Permit:
    """The right to one call of a family, taken from the limit already; or why there is none."""

    def __init__(
        self, family: str, release: Callable[[], None], *, refusal: Throttled | None = None
    ) -> None:
        self.family = family
        self.refusal = refusal
        self._release = release
        self._open = True

    @property
    def unspent(self) -> bool:
        """Tell whether the permit can still be used."""
        return self._open

    def spend(self) -> bool:
        """Use the permit; it can be used once."""
        was, self._open = self._open, False
        return was

    def release(self) -> None:
        """Give back a permit that was not used."""
        if self.spend():
            self._release()


class Gate:
    """Keeps the limits of one service; without limits it only counts, and passes on pauses.

    `chance` is a random number below 1, for waits that are not to fall on one instant.
    """

    def __init__(
        self,
        limits: Iterable[Limit] = (),
        *,
        ledger: Ledger | None = None,
        observer: Observer = SILENT,
        capacity: float = 1.0,
        chance: Callable[[], float] = lambda: 0.5,
    ) -> None:
        self.calls: Counter[str] = Counter()
        self.reads = 0
        self._observer = observer
        self._capacity = capacity
        self.chance = chance
        self._ledger: Ledger = Memory()
        self._limits: dict[str, Limit] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._answered: dict[str, asyncio.Event] = {}
        self._pace: dict[str, AsyncLimiter] = {}
        self._refusals: Counter[str] = Counter()
        self._taught: set[str] = set()
        self._lessons: dict[str, int] = {}
        self._paused: dict[str, float] = {}
        self.keep(limits, ledger=ledger)

    @property
    def total(self) -> int:
        """How many calls there were in all."""
        return self.calls.total()

    def keep(self, limits: Iterable[Limit], *, ledger: Ledger | None = None) -> None:
        """Keep these limits from now on: they may be known only once a connection is open."""
        self._limits = {
            limit.family: shared_out(limit, capacity=self._capacity) for limit in limits
        }
        self._ledger = ledger or self._ledger

    async def reserve(self, family: str) -> Permit:
        """Wait until one call of a family may leave; first come, first served.

        Nobody waits for days: whoever uses such a permit is told what the service asks for.
        """
        try:
            return await self._reserved(family)
        except Throttled as refusal:
            return Permit(family, lambda: None, refusal=refusal)

    async def _reserved(self, family: str) -> Permit:
        limit = self._limits.get(family)
        if limit is None:
            await self._out_of_pause(family)
            return Permit(family, lambda: None)
        async with self._turns.setdefault(family, asyncio.Lock()):
            await self._slot(limit)
        permit = Permit(family, lambda: self._returned(limit, counts=False))
        try:
            await self._paced(limit)
        except asyncio.CancelledError:
            permit.release()
            raise
        return permit

    @contextmanager
    def spending(self, permit: Permit) -> Iterator[None]:
        """Let the first call inside use a permit; one that was not used is given back."""
        before = _permit.set(permit)
        try:
            yield
        finally:
            _permit.reset(before)
            permit.release()

    def passing(self, family: str, *, reading: bool = False) -> AbstractAsyncContextManager[None]:
        """Wait until one call of this family may be sent; count it until its answer is there."""
        return _Passage(self, family, reading=reading)

    async def enter(self, family: str, *, reading: bool) -> None:
        """Begin a call."""
        permit = _permit.get()
        if permit is None or permit.family != family or not permit.unspent:
            permit = await self.reserve(family)
        if permit.refusal is not None:
            raise permit.refusal
        # Reserved a moment ago; meanwhile another worker may have been told to wait. If that is
        # for days, or if this one is to stop, the permit is given back.
        try:
            await self._out_of_pause(family)
        except (Throttled, asyncio.CancelledError):
            permit.release()
            raise
        permit.spend()
        self.calls[family] += 1
        self.reads += reading

    def leave(self, family: str, error: BaseException | None) -> None:
        """End a call: answered, refused, or never sent."""
        limit = self._limits.get(family)
        if isinstance(error, Throttled):
            self._refused(family, error, limit=limit)
        elif not isinstance(error, Unavailable):
            self._refusals[family] = 0
            self._taught.discard(family)
        if limit is not None:
            self._returned(limit, counts=not isinstance(error, Unavailable | Throttled))

    async def _slot(self, limit: Limit) -> None:
        told = False
        while wait := self._ledger.take(limit, now=_now()):
            asked = wait > limit.seconds + _SLACK
            if asked:
                _check_bearable(wait)
            if wait > _NOTEWORTHY and not told and _now() >= self._paused.get(limit.family, 0.0):
                reason = _REST if asked else f"limit of {limit.calls} calls in {limit.seconds:g} s"
                self._observer.paused(limit.family, seconds=wait, reason=reason)
                told = True
            await self._wait(limit.family, wait)

    async def _wait(self, family: str, seconds: float) -> None:
        """Wait for a time, or for the next answer of this process: it may free a slot."""
        answered = self._answered.setdefault(family, asyncio.Event())
        answered.clear()
        try:
            async with asyncio.timeout(seconds):
                await answered.wait()
        except TimeoutError:
            return

    async def _paced(self, limit: Limit) -> None:
        pace = self._pace.get(limit.family)
        if pace is None:
            from aiolimiter import AsyncLimiter  # noqa: PLC0415  # only where there are limits

            burst = max(_SMALLEST_BURST, limit.calls // 4)
            pace = self._pace[limit.family] = AsyncLimiter(burst, _BURST_SECONDS)
        await pace.acquire()

    async def _out_of_pause(self, family: str) -> None:
        wait = self._paused.get(family, 0.0) - _now()
        if wait > 0:
            _check_bearable(wait)
            await asyncio.sleep(wait)
            await self._out_of_pause(family)  # It may have been drawn out meanwhile.

    def _returned(self, limit: Limit, *, counts: bool) -> None:
        self._ledger.give(limit, now=_now(), counts=counts)
        answered = self._answered.get(limit.family)
        if answered is not None:
            answered.set()

    def _refused(self, family: str, fault: Throttled, *, limit: Limit | None) -> None:
        """Pause a family for all; whoever is refused while it pauses adds nothing to that."""
        now = _now()
        fresh = now >= self._paused.get(family, 0.0)
        if fresh:
            self._refusals[family] += 1
        seconds = fault.after if fault.after is not None else self._backoff(family)
        until = now + seconds
        self._paused[family] = max(self._paused.get(family, 0.0), until)
        news = limit is None or self._ledger.pause(family, until=until)
        if not fresh:
            return
        if news and _SHORTEST_TOLD <= seconds <= PATIENCE:
            self._observer.paused(family, seconds=seconds, reason=_REST)
        if limit is not None:
            self._learn(limit, now=now, until=math.inf if fault.after is None else until)

    def _learn(self, limit: Limit, *, now: float, until: float) -> None:
        """Learn from a refusal: once, until something is let through again.

        The second in a row shows that the service has no room when it says.
        """
        family = limit.family
        if family in self._taught:
            return
        until = until if self._refusals[family] == 1 else math.inf
        lowered = self._ledger.lower(limit, now=now, until=until)
        if lowered < self._lessons.get(family, limit.calls):
            self._taught.add(family)
            self._observer.learned(family, calls=lowered, seconds=limit.seconds)
        self._lessons[family] = lowered

    def _backoff(self, family: str) -> float:
        bound = min(_LONGEST_BACKOFF, _SHORTEST_BACKOFF * 2.0 ** self._refusals[family])
        return _SHORTEST_BACKOFF + self.chance() * (bound - _SHORTEST_BACKOFF)


class _Passage:
    """One call on its way through a gate."""

    def __init__(self, gate: Gate, family: str, *, reading: bool) -> None:
        self._gate = gate
        self._family = family
        self._reading = reading

    async def __aenter__(self) -> None:
        await self._gate.enter(self._family, reading=self._reading)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._gate.leave(self._family, error)


def _check_bearable(seconds: float) -> None:
    """Refuse to wait for longer than anybody would: say it instead, as the service did."""
    fault = Throttled("no call may be sent now", after=seconds)
    if too_long(fault):
        raise fault


def _now() -> float:
    return asyncio.get_running_loop().time()
