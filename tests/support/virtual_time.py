"""An event loop in which waiting takes no time: a minute's pause is over at once, in order.

When nothing is ready the clock jumps to the next timer. With a seed, what is ready at the same
time runs in an order that the seed decides.
"""

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

# Rounding may leave a timer a hair in the future for ever, unless every idle step moves on.
_STEP = 1e-6


class _NoSelector(selectors.DefaultSelector):
    """A selector that never waits."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        del timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop with a clock of its own."""

    def __init__(self, *, start: float = 1000.0, seed: int | None = None) -> None:
        super().__init__(_NoSelector())
        self._virtual = start
        self._disorder = None if seed is None else random.Random(seed)
        self.steps = 0

    def time(self) -> float:
        return self._virtual

    def add_signal_handler(self, sig: int, callback: Callable[..., Any], *args: Any) -> None:  # type: ignore[override]  # noqa: ANN401  # nobody calls it
        """Hear no signals: a test of them is not in virtual time."""

    def remove_signal_handler(self, sig: int) -> bool:
        del sig
        return True

    def _run_once(self) -> None:
        self.steps += 1
        inner: Any = self
        if not inner._ready:
            timers = [timer for timer in inner._scheduled if not timer._cancelled]
            if timers:
                self._virtual = max(self._virtual + _STEP, min(one._when for one in timers))
            elif not inner._stopping:
                message = "everybody waits, and nothing will ever happen"
                raise AssertionError(message)
        elif self._disorder is not None and len(inner._ready) > 1:
            shuffled = list(inner._ready)
            self._disorder.shuffle(shuffled)
            inner._ready.clear()
            inner._ready.extend(shuffled)
        super()._run_once()  # type: ignore[misc]  # private, and the same in 3.11, 3.12 and 3.13


def run(coroutine: Coroutine[Any, Any, T], *, seed: int | None = None) -> T:
    """Run a coroutine to its end, in no time."""
    loop = VirtualLoop(seed=seed)
    try:
        return loop.run_until_complete(coroutine)
    finally:
        _wind_up(loop)


def _wind_up(loop: VirtualLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    try:
        with suppress(AssertionError):
            loop.run_until_complete(_over(tasks))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


async def _over(tasks: Iterable[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)
