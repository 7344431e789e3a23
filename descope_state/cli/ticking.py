"""Does something again and again while something else goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def ticking(tick: Callable[[], None], *, every: float) -> Iterator[None]:
    """Call in a thread of its own, every so many seconds, for as long as the block lasts.

    What is told to nobody ends the ticking and nothing else.
    """
    over = Event()

    def run() -> None:
        while not over.wait(every):
            try:
                tick()
            except OSError:
                return

    thread = Thread(target=run, name="ticking", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
