"""Keeps a run going when nobody reads any more what is told of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from descope_state.core.ports import Observer, Silent
from descope_state.model.address import Address
from descope_state.model.event import Step


class Unheard:
    """Passes on what is told for as long as somebody reads it.

    A pipe that was closed, or a terminal that is gone, ends the telling and never the run.
    """

    def __init__(self, inner: Observer) -> None:
        self._inner = inner

    def began(self, address: Address, step: Step) -> None:
        """Pass on that a step begins."""
        with self._heard():
            self._inner.began(address, step)

    def succeeded(self, address: Address, step: Step, *, id_: str) -> None:
        """Pass on that a step is done."""
        with self._heard():
            self._inner.succeeded(address, step, id_=id_)

    def failed(self, address: Address, step: Step, *, error: str) -> None:
        """Pass on that a step did not succeed."""
        with self._heard():
            self._inner.failed(address, step, error=error)

    def looking(self, address: Address, step: Step, *, error: str) -> None:
        """Pass on that an answer was lost."""
        with self._heard():
            self._inner.looking(address, step, error=error)

    def retrying(self, address: Address, step: Step, *, error: str, seconds: float) -> None:
        """Pass on that a step is sent again."""
        with self._heard():
            self._inner.retrying(address, step, error=error, seconds=seconds)

    def paused(self, family: str, *, seconds: float, reason: str) -> None:
        """Pass on that all wait."""
        with self._heard():
            self._inner.paused(family, seconds=seconds, reason=reason)

    def learned(self, family: str, *, calls: int, seconds: float) -> None:
        """Pass on that the service allows less than was thought."""
        with self._heard():
            self._inner.learned(family, calls=calls, seconds=seconds)

    @contextmanager
    def _heard(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            self._inner = Silent()
