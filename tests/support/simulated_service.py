"""The fake service behind a bad line: slow, losing requests and answers, catching up late.

One seed decides everything. Requests that are under way when the caller dies may still arrive,
at once or seconds later.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from descope_state.sdk.faults import Indeterminate, Throttled, Unavailable
from descope_state.sdk.provider import Remote
from tests.support.provider import KINDS, Call, FakeWorld

WRITES = ("create", "update", "delete", "create_many", "update_many", "delete_many")
READS = ("list", "read", "find")
LAG = 10.0
_LATEST = 8.0
_SEEN_AFTER = 5.0


@dataclass(slots=True, kw_only=True)
class SimulatedService:
    """A world whose calls go over a bad line; `trouble` is the share of calls that go wrong.

    `tick` is told of every arrival and departure, and may end the machine there. `lost` counts the
    answers to what was done that never came.
    """

    world: FakeWorld
    chance: random.Random
    trouble: float = 0.0
    tick: Callable[[str], object] = str.strip
    under_way: list[Callable[[], Any]] = field(default_factory=list)
    late: list[Callable[[], Any]] = field(default_factory=list)
    lost: int = 0
    _visible: dict[tuple[str, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world.lag = LAG
        for kind in KINDS:
            for operation in WRITES:
                self.world.on[kind.name, operation] = self._write
            for operation in READS:
                self.world.on[kind.name, operation] = self._read

    def die(self) -> None:
        """Let go of the caller: what was under way arrives, or arrives late, or never."""
        for proceed in self.under_way:
            fate = self.chance.random()
            if fate < 0.4:
                _quietly(proceed)
            elif fate < 0.6:
                self.late.append(proceed)
        self.under_way.clear()

    def arrive_late(self) -> None:
        """Let what was still under way arrive within the next seconds of the running loop."""
        loop = asyncio.get_running_loop()
        for proceed in self.late:
            loop.call_later(self.chance.uniform(0, _LATEST), _quietly, proceed)
        self.late.clear()

    async def _write(self, call: Call) -> object:
        fate = self.chance.random() / self.trouble if self.trouble else 1.0
        if fate < 0.2:
            message = "the connection was refused"
            raise Unavailable(message)
        if fate < 0.3:
            message = "too many calls"
            raise Throttled(message, after=1.0)
        self.under_way.append(call.proceed)
        await asyncio.sleep(self.chance.uniform(0, 0.3))
        self.tick(f"arrival {call.operation} {call.kind}")
        self.under_way.remove(call.proceed)
        lost = "the answer never came"
        if fate < 0.6:
            raise Indeterminate(lost)
        answer = call.proceed()
        self._remember(call, answer)
        if fate < 1.0:
            self.lost += 1
            raise Indeterminate(lost)
        await asyncio.sleep(self.chance.uniform(0, 0.3))
        self.tick(f"answer {call.operation} {call.kind}")
        return answer

    async def _read(self, call: Call) -> object:
        await asyncio.sleep(self.chance.uniform(0, 0.2))
        if self.trouble and self.chance.random() < self.trouble / 3:
            message = "the connection was refused"
            raise Unavailable(message)
        answer = call.proceed()
        if isinstance(answer, list):
            return [remote for remote in answer if self._seen(call.kind, remote)]
        return answer if answer is not None and self._seen(call.kind, answer) else None

    def _remember(self, call: Call, answer: object) -> None:
        now = asyncio.get_running_loop().time()
        for remote in answer if isinstance(answer, list) else [answer]:
            if isinstance(remote, Remote):
                key = call.kind, remote.id
                self._visible.setdefault(key, now + self.chance.uniform(0, _SEEN_AFTER))

    def _seen(self, kind: str, remote: Remote[Any]) -> bool:
        now = asyncio.get_running_loop().time()
        return now >= self._visible.get((kind, remote.id), 0.0)


def _quietly(proceed: Callable[[], Any]) -> None:
    # What the service makes of it, nobody is there to hear.
    with suppress(Exception):
        proceed()
