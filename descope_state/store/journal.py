"""What a run is about to do and what came of it, line by line, each durable before it matters.

Every line carries a checksum, the serial of the state that it adds to, and its number. What was
not written whole is known by that, and cut off before anything is added.
"""

import asyncio
import json
import os
import re
import zlib
from collections.abc import Iterable
from pathlib import Path

from descope_state.errors import DstateError
from descope_state.frozen import dataclass
from descope_state.model.codec import decode_event, encode_event, parsed
from descope_state.model.event import Event
from descope_state.store.disk import Disk
from descope_state.store.history import JOURNAL

FILE = JOURNAL
_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_LINE = re.compile(rb'\{"sum":"([0-9a-f]{8})",(.*)\}', re.DOTALL)
_EVENT = b',"event":'


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """A journal that a run left behind.

    `damaged` are the numbers of lines that are missing or cannot be read although others follow
    them; `torn` counts the bytes at the end that were not written whole; `whole` is what can be
    read.
    """

    lineage: str
    base_serial: int
    events: tuple[Event, ...]
    whole: bytes
    last: int
    damaged: tuple[int, ...] = ()
    torn: int = 0


class JournalBroken(DstateError):
    """The journal can no longer be written, so nothing more may be sent."""

    code = "E4010"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    lineage: str
    serial: int
    sequence: int
    event: Event


def framed(event: Event, *, lineage: str, serial: int, sequence: int) -> bytes:
    """Write one line of a journal."""
    head = json.dumps(
        {"lineage": lineage, "serial": serial, "seq": sequence}, separators=(",", ":")
    )
    body = head[1:-1].encode() + _EVENT + encode_event(event).encode("utf-8", "surrogatepass")
    return b'{"sum":"%08x",%s}\n' % (zlib.crc32(body), body)


def _parsed(raw: bytes) -> _Line | None:
    match = _LINE.fullmatch(raw)
    if match is None or int(match[1], 16) != zlib.crc32(match[2]):
        return None
    head, _, event = match[2].partition(_EVENT)
    try:
        fields = parsed("{" + head.decode() + "}")
        match fields:
            case {"lineage": str(lineage), "serial": int(serial), "seq": int(sequence)}:
                return _Line(
                    lineage=lineage,
                    serial=serial,
                    sequence=sequence,
                    event=decode_event(event.decode("utf-8", "surrogatepass")),
                )
    except ValueError:
        return None
    return None


def read_journal(data: bytes) -> Leftover | None:
    """Read a journal as far as it can be trusted; None where there is nothing to trust."""
    lines = data.split(b"\n")
    tail = len(lines.pop())
    read = [_parsed(raw) for raw in lines]
    good = [line for line in read if line is not None]
    if not good:
        return None
    while read and read[-1] is None:
        tail += len(lines[len(read) - 1]) + 1
        read.pop()
    sequences = {line.sequence for line in good}
    return Leftover(
        lineage=good[0].lineage,
        base_serial=good[0].serial,
        events=tuple(line.event for line in good),
        whole=b"".join(
            raw + b"\n" for raw, line in zip(lines, read, strict=False) if line is not None
        ),
        last=max(sequences),
        damaged=tuple(sorted(set(range(1, max(sequences) + 1)) - sequences)),
        torn=tail,
    )


class Journal:
    """An open journal; satisfies `core.ports.Journal`.

    All who ask for durability in the same turn of the loop share one write and one fsync.
    """

    def __init__(
        self, path: Path, *, disk: Disk, lineage: str, serial: int, sequence: int = 0
    ) -> None:
        self._path = path
        self._disk = disk
        self._lineage = lineage
        self._serial = serial
        self._sequence = sequence
        self._lines: list[bytes] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._broken: OSError | None = None
        self.events: list[Event] = []
        self._handle = self._opened()

    def _opened(self) -> int:
        try:
            handle = self._disk.system.open(self._path, _APPENDING, 0o600)
        except OSError as error:
            raise self._refused(error) from error
        self._disk.check_own(self._path, self._disk.system.fstat(handle), alone=True)
        return handle

    def write(self, event: Event) -> None:
        """Add an event; it is durable once a `sync` that began after it is over."""
        self._sequence += 1
        self.events.append(event)
        self._lines.append(
            framed(event, lineage=self._lineage, serial=self._serial, sequence=self._sequence)
        )

    async def sync(self) -> None:
        """Make everything that was written durable; many who ask at once share one effort."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._flush_for_all)
        waiting = loop.create_future()
        self._waiting.append(waiting)
        await waiting

    def _flush_for_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            self.flush()
        except JournalBroken as error:
            for future in waiting:
                if not future.done():
                    future.set_exception(error)
            return
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def flush(self) -> None:
        """Write what is there to be written, durably; a journal that failed once has failed."""
        if self._broken is not None:
            raise self._refused(self._broken) from self._broken
        if not self._lines:
            return
        data = b"".join(self._lines)
        try:
            self._disk.write_all(self._handle, data)
            self._disk.system.fsync(self._handle)
        except OSError as error:
            self._broken = error
            raise self._refused(error) from error
        self._lines.clear()

    def close(self) -> None:
        """Close the file; what was not made durable before is not made so now."""
        self._disk.system.close(self._handle)

    def _refused(self, error: OSError) -> JournalBroken:
        return JournalBroken(
            f"the journal `{self._path}` cannot be written: {error.strerror}; nothing more is sent",
            hint="make room, or put the disk right, and run `dstate resume`",
        )


def journal_bytes(events: Iterable[Event], *, lineage: str, serial: int, after: int = 0) -> bytes:
    """Write several lines at once, numbered from after the last."""
    return b"".join(
        framed(event, lineage=lineage, serial=serial, sequence=number)
        for number, event in enumerate(events, start=after + 1)
    )
