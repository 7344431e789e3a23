"""Counts the calls that leave for a service, family by family."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class CountingGate:
    """Lets every call through and remembers how many there were."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    @asynccontextmanager
    async def passing(self, family: str) -> AsyncIterator[None]:
        """Count one call of a family."""
        self.calls[family] += 1
        yield

    @property
    def total(self) -> int:
        """How many calls there were in all."""
        return self.calls.total()
