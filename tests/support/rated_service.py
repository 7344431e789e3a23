"""A server that enforces a limit as the strictest do: one call too many, and nobody is served.

It counts what arrives in any sliding window. Who comes on top of that is refused, and every call
for a whole window after is refused as well.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from descope_state.sdk.faults import Throttled
from descope_state.sdk.provider import Limit

LIMIT = Limit(family="general", calls=100, seconds=60.0)


class Passable(Protocol):
    """The part of a gate that callers see."""

    def passing(self, family: str, *, reading: bool = False) -> AbstractAsyncContextManager[None]:
        """Wait until a call may be sent."""


@dataclass(slots=True, kw_only=True)
class RatedService:
    """The server, and what it has seen."""

    limit: Limit = LIMIT
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    jitter: float = 0.3
    says: bool = True
    penalty: float | None = None
    served: int = 0
    refused: int = 0
    worst: int = 0
    arrivals: deque[float] = field(default_factory=deque)
    closed_until: float = 0.0
    early: int = 0

    async def call(self) -> None:
        """Take one call over the network and back."""
        await asyncio.sleep(self.chance.uniform(0, self.jitter) / 2)
        now = asyncio.get_running_loop().time()
        while self.arrivals and self.arrivals[0] <= now - self.limit.seconds:
            self.arrivals.popleft()
        wait = self._refusal(now)
        if wait is None:
            self.arrivals.append(now)
            self.worst = max(self.worst, len(self.arrivals))
            self.served += 1
        await asyncio.sleep(self.chance.uniform(0, self.jitter) / 2)
        if wait is not None:
            message = "too many calls"
            raise Throttled(message, after=wait if self.says else None)

    def _refusal(self, now: float) -> float | None:
        if now < self.closed_until:
            self.refused += 1
            self.early += 1
            return self.closed_until - now
        if len(self.arrivals) >= self.limit.calls:
            self.refused += 1
            self.closed_until = now + (self.penalty or self.limit.seconds)
            return self.closed_until - now
        return None

    def ideal(self, calls: int) -> float:
        """Give the time of the best schedule there can be: a full window at a time."""
        return (-(-calls // self.limit.calls) - 1) * self.limit.seconds


async def through(gate: Passable, service: RatedService, *, family: str = "general") -> None:
    """Make one call, and make it again for as long as it is refused."""
    while True:
        try:
            async with gate.passing(family):
                await service.call()
        except Throttled:
            continue
        return


async def crowd(
    gates: list[Passable], service: RatedService, *, calls: int, workers: int = 10
) -> float:
    """Let the workers of each gate share out a number of calls; gives the time it took."""
    left = calls
    loop = asyncio.get_running_loop()
    begun = loop.time()

    async def work(gate: Passable) -> None:
        nonlocal left
        while left:
            left -= 1
            await through(gate, service)

    await asyncio.gather(*(work(gate) for gate in gates for _ in range(workers)))
    return loop.time() - begun


Check = Callable[[], object]
