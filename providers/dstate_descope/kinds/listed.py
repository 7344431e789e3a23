"""What the kinds have in common whose one list call gives every object whole."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import ClassVar, Generic, TypeVar

from descope_state.sdk.faults import Conflict, Fault, Indeterminate
from descope_state.sdk.http import Endpoint, Transport
from descope_state.sdk.provider import KindDefaults, Remote
from descope_state.sdk.schema import Config
from dstate_descope.wire import Json, Record, Unreadable, misread

C = TypeVar("C", bound=Config)
T = TypeVar("T")


def understood(endpoint: Endpoint, read: Callable[[], T]) -> T:
    """Read an answer; one that makes no sense is a fault of the call that gave it."""
    try:
        return read()
    except Unreadable as error:
        raise misread(endpoint, error) from None


async def after_writing(step: Awaitable[T], what: str) -> T:
    """Await a further step of a write that has begun: no fault of it may say nothing happened."""
    try:
        return await step
    except Fault as fault:
        message = f"{what} was written, but what had to follow failed: {fault.message}"
        raise Indeterminate(message, hint=fault.hint) from None


class Listed(KindDefaults, ABC, Generic[C]):
    """A kind that reads and finds its objects in its list.

    `everything` is the list call, `rows` the name of the list in its answer.
    """

    name: ClassVar[str]
    everything: ClassVar[Endpoint]
    rows: ClassVar[str]

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    @abstractmethod
    def decode(self, record: Record) -> Remote[C]:
        """Read one object of an answer."""

    def identity(self, config: C) -> str:
        """Join the fields that make the natural key, leaving out empty ones."""
        return "/".join(filter(None, (getattr(config, field) for field in self.identity_fields)))

    def list(self) -> AsyncIterator[Remote[C]]:
        """Give every object, in one call."""
        return self._listed(self.everything, None)

    async def _listed(self, endpoint: Endpoint, body: Json) -> AsyncIterator[Remote[C]]:
        answer = await self.transport.send(endpoint, body=body)
        for remote in understood(endpoint, lambda: self._decoded(answer)):
            yield remote

    def _decoded(self, answer: Json) -> tuple[Remote[C], ...]:
        rows = Record(answer, "answer").records(self.rows, self.name)
        # The same object twice would look like two; the last one read is the newest.
        return tuple({remote.id: remote for remote in map(self.decode, rows)}.values())

    async def read(self, id: str) -> Remote[C] | None:  # noqa: A002  # the contract's word
        """Give one object by its id, or None."""
        async for remote in self.list():
            if remote.id == id:
                return remote
        return None

    async def find(self, identity: str) -> Remote[C] | None:
        """Give the object with this natural key, or None."""
        return self._only([row async for row in self.list()], identity)

    def _only(self, rows: "Iterable[Remote[C]]", identity: str) -> Remote[C] | None:
        found = [remote for remote in rows if self.identity(remote.config) == identity]
        if len(found) > 1:
            ids = ", ".join(f"`{remote.id}`" for remote in found)
            message = f"{len(found)} objects answer to {self.name} `{identity}`: {ids}"
            raise Conflict(message, hint="import the one that is meant by its id")
        return found[0] if found else None
