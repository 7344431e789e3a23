"""What carrying out a plan needs of the world: connections, limits, records, time and chance."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from descope_state.core.ports import Confidant, Journal, Observer
from descope_state.frozen import dataclass
from descope_state.runtime.bridge import Bound
from descope_state.runtime.gate import Gate
from descope_state.runtime.interruption import Stop
from descope_state.runtime.patience import patiently

T = TypeVar("T")


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
    confidant: Confidant | None = None


async def reading(call: Callable[[], Awaitable[T]], *, means: Means) -> T:
    """Read, as often as it takes and does no harm, until the run is to stop."""
    return await patiently(
        call,
        chance=means.chance,
        pause=means.stop.pause,
        enough=lambda: means.stop.asked,
    )
