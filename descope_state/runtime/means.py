"""What carrying out a plan needs of the world: connections, limits, records, time and chance."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from descope_state.core.ports import Journal, Observer
from descope_state.frozen import dataclass
from descope_state.runtime.bridge import Bound
from descope_state.runtime.gate import Gate
from descope_state.runtime.interruption import Stop
from descope_state.sdk.faults import Throttled, Unavailable

T = TypeVar("T")

TRIES = 6
LONGEST_PAUSE = 30.0
PATIENCE = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Everything that is not the plan itself.

    `wall` is the clock of the machine in seconds since 1970, `chance` a random number below 1, and
    `lag` how long a read may take to show what was written before it.
    """

    bounds: Mapping[str, Bound]
    gate: Gate
    journal: Journal
    observer: Observer
    stop: Stop
    wall: Callable[[], float]
    chance: Callable[[], float]
    lag: float
    parallelism: int = 10


def backoff(tries: int, *, chance: float) -> float:
    """Say how long to wait before another try: anywhere below a bound that doubles."""
    return chance * min(LONGEST_PAUSE, 0.5 * 2.0**tries)


async def reading(call: Callable[[], Awaitable[T]], *, means: Means) -> T:
    """Read, as often as it takes and does no harm."""
    tries = 0
    while True:
        try:
            return await call()
        except (Throttled, Unavailable) as fault:
            tries += 1
            if tries >= TRIES or means.stop.asked or too_long(fault):
                raise
            await means.stop.pause(backoff(tries, chance=means.chance()))


def too_long(fault: Exception) -> bool:
    """Tell whether a service asks to wait longer than anybody would."""
    return isinstance(fault, Throttled) and (fault.after or 0) > PATIENCE
