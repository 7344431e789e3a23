"""How a run is asked to stop: once, to finish what is in flight; twice, to leave at once."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop:
    """A wish that may be spoken at any time and is heard wherever a run waits."""

    def __init__(self) -> None:
        self._heard = asyncio.Event()

    @property
    def asked(self) -> bool:
        """Tell whether the run is to stop."""
        return self._heard.is_set()

    def ask(self) -> None:
        """Ask the run to stop."""
        self._heard.set()

    async def wait(self) -> None:
        """Wait until somebody asks."""
        await self._heard.wait()

    async def pause(self, seconds: float) -> None:
        """Wait for some seconds, or until somebody asks."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._heard.wait()


@contextmanager
def listening(stop: Stop, *, told: Callable[[], None]) -> Iterator[None]:
    """Listen to signals: the first asks to stop, `told` hears of it, the second ends the task."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def hear() -> None:
        if stop.asked and task is not None:
            task.cancel()
            return
        stop.ask()
        told()

    for number in _SIGNALS:
        loop.add_signal_handler(number, hear)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
