"""How long and how often something is tried again that surely had no effect."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from descope_state.sdk.faults import Fault, Throttled, Unavailable, Untrusted

T = TypeVar("T")

TRIES = 6
LONGEST_PAUSE = 30.0
# No service is waited for longer than this at a time.
PATIENCE = 300.0


def backoff(tries: int, *, chance: float) -> float:
    """Say how long to wait before another try: anywhere below a bound that doubles."""
    return chance * min(LONGEST_PAUSE, 0.5 * 2.0**tries)


def too_long(fault: Exception) -> bool:
    """Tell whether a service asks to wait longer than anybody would."""
    return isinstance(fault, Throttled) and (fault.after or 0) > PATIENCE


def worded(fault: Fault) -> str:
    """Give the words of a fault, and how long the service asks to wait where that is long."""
    if isinstance(fault, Throttled) and too_long(fault):
        return f"{fault.message}; the service asks to wait {_spoken(fault.after or 0)}"
    return fault.message


def _spoken(seconds: float) -> str:
    days, hours = divmod(round(seconds / 3600), 24)
    if days:
        return f"{days} days"
    return f"{hours} hours" if hours else f"{round(seconds / 60)} minutes"


def hopeless(fault: Exception) -> bool:
    """Tell whether trying again soon would be of no use, for this call and for all others."""
    return too_long(fault) or isinstance(fault, Untrusted)


async def patiently(
    call: Callable[[], Awaitable[T]],
    *,
    chance: Callable[[], float],
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    enough: Callable[[], bool] = lambda: False,
) -> T:
    """Read, as often as it takes and does no harm; the gate sees to what a service asks to wait."""
    tries = 0
    while True:
        try:
            return await call()
        except (Throttled, Unavailable) as fault:
            tries += 1
            if tries >= TRIES or enough() or hopeless(fault):
                raise
            await pause(backoff(tries, chance=chance()))
