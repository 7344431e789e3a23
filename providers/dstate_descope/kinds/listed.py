"""What the kinds have in common whose one list call gives every object whole."""

from abc import ABC
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from descope_state.sdk.faults import Conflict, Fault, Indeterminate, NotFound
from descope_state.sdk.http import Endpoint, Transport
from descope_state.sdk.provider import KindDefaults, Remote
from descope_state.sdk.schema import Config
from dstate_descope.kinds.codec import Codec
from dstate_descope.wire import Body, Json, Record, Unreadable, misread

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

    `everything` is the list call, `rows` the name of the list in its answer, `question` the body
    that a list call by POST is sent with.
    """

    name: ClassVar[str]
    model: ClassVar[type[Config]]
    everything: ClassVar[Endpoint]
    rows: ClassVar[str]
    question: ClassVar[Body | None] = None
    codec: ClassVar[Codec[Any]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "model" in cls.__dict__:
            cls.codec = Codec(cls.model)

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def decode(self, record: Record) -> Remote[C]:
        """Read one object of an answer."""
        return Remote(id=record.id(), config=self.codec.decode(record))

    def identity(self, config: C) -> str:
        """Join the fields that make the natural key, leaving out empty ones."""
        return "/".join(filter(None, (getattr(config, field) for field in self.identity_fields)))

    def list(self) -> AsyncIterator[Remote[C]]:
        """Give every object, in one call."""
        return self._listed(self.everything, self.question)

    async def _listed(self, endpoint: Endpoint, body: Json) -> AsyncIterator[Remote[C]]:
        answer = await self.transport.send(endpoint, body=body)
        for remote in understood(endpoint, lambda: self._decoded(answer)):
            yield remote

    def _decoded(self, answer: Json) -> tuple[Remote[C], ...]:
        rows = Record(answer, "answer").records(self.rows, self.name)
        # The same object twice would look like two; the last one read is the newest.
        return tuple({remote.id: remote for remote in map(self.decode, rows)}.values())

    async def read(self, id: str) -> Remote[C] | None:
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

    async def _loaded(
        self,
        endpoint: Endpoint,
        *,
        query: Mapping[str, str] | None = None,
        body: Json = None,
        within: str = "",
    ) -> Remote[C] | None:
        """Read one object by a call of its own; None where the service knows none."""
        answer = await self._loaded_raw(endpoint, query=query, body=body)
        return None if answer is None else self._understood(endpoint, answer, within=within)

    async def _loaded_raw(
        self, endpoint: Endpoint, *, query: Mapping[str, str] | None = None, body: Json = None
    ) -> Json | None:
        try:
            return await self.transport.send(endpoint, query=query, body=body)
        except NotFound:
            return None

    def _understood(self, endpoint: Endpoint, answer: Json, *, within: str = "") -> Remote[C]:
        def read() -> Remote[C]:
            record = Record(answer, self.name if not within else "answer")
            inner = record.record(within) if within else record
            return self.decode(inner if inner is not None else Record({}, self.name))

        return understood(endpoint, read)

    async def _gone(self, endpoint: Endpoint, body: Body) -> None:
        """Delete; what is not there any more is deleted."""
        try:
            await self.transport.send(endpoint, body=body)
        except NotFound:
            return

    async def _seen(self, step: Awaitable[Remote[C] | None], what: str) -> Remote[C]:
        """Look at what was just written: not to see it leaves the write an open question."""
        found = await after_writing(step, what)
        if found is None:
            message = f"{what} was written but cannot be read yet"
            raise Indeterminate(message)
        return found

    async def _all_seen(self, configs: Sequence[C]) -> Sequence[Remote[C]]:
        """Look up what one batch has made, in one call and in the order it was asked for."""

        async def listed() -> "list[Remote[C]]":
            return [row async for row in self.list()]

        what = f"{len(configs)} {self.name}s"
        by_key = {self.identity(row.config): row for row in await after_writing(listed(), what)}
        keys = [self.identity(config) for config in configs]
        if absent := [key for key in keys if key not in by_key]:
            message = f"{self.name} `{absent[0]}` was written but cannot be read yet"
            raise Indeterminate(message)
        return [by_key[key] for key in keys]

    def _kept(self, current: Remote[C], config: C) -> Remote[C]:
        """Give an object as it is after an update: what the service makes stays what it was."""
        made = {
            name: getattr(current.config, name)
            for name, field in self.codec.fields.items()
            if not field.statable or name == "id"
        }
        return Remote(id=current.id, config=config.model_copy(update=made))
