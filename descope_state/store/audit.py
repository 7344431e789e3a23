"""Who did what, when: lines that are only ever added, each sealed with the one before it.

A line that was changed, removed or moved breaks the chain there, and the chain says where. A new
file is begun each day, and sooner where one grows large; the chain goes on over all of them.
Whoever adds to it reads the end alone. Beside it stands how far it went, so that an end that was
cut off is missed: what is added then goes on after the gap, and never closes it.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from descope_state.frozen import dataclass
from descope_state.model.codec import parsed
from descope_state.model.state import Head
from descope_state.model.value import Json
from descope_state.store.audit_files import FILE, Files, Record, sequence_of
from descope_state.store.disk import Disk, worded
from descope_state.store.lock import alone

HEAD = "audit.head"
LOCK = "audit.lock"
FIRST = "0" * 64
PRUNED = "pruned"
_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The trail of one environment; it has a lock of its own, so that refusals are told as well."""

    folder: Path
    disk: Disk
    keep_days: int = 30
    largest: int = 4 << 20
    pause: Callable[[float], None] = time.sleep

    @property
    def files(self) -> Files:
        """The files that the trail is in."""
        return Files(folder=self.folder, disk=self.disk)

    @property
    def file(self) -> Path:
        """The file that is added to."""
        return self.folder / FILE

    def append(self, rows: Iterable[Record]) -> Head | None:
        """Add records, durably, and say how far the trail goes then.

        Those of a run that are there already are not added again. A line that was not written whole
        is cut off first: only a crash leaves one, and only at the end.
        """
        rows = list(rows)
        with alone(self.folder / LOCK, disk=self.disk, pause=self.pause):
            self.files.cut_torn()
            runs = {row.get("run") for row in rows} - {None, ""}
            recent = self.files.recent(runs)
            known = {_key(record) for record in recent if record.get("run") in runs}
            added = [row for row in rows if not row.get("run") or _key(row) not in known]
            head = self._head(recent)
            if not added:
                return head
            return self._added(added, self._turned(recent, head, at=added[0].get("at")))

    def _head(self, recent: list[Record]) -> Head | None:
        """Say what the next record goes on from: never from before what is known to have been."""
        last = recent[0] if recent else {}
        noted = self.noted()
        sequence = sequence_of(last)
        if noted is not None and noted.seq >= sequence:
            return noted
        return Head(seq=sequence, hash=str(last.get("hash", FIRST))) if last else None

    def _added(self, rows: list[Record], head: Head | None) -> Head | None:
        lines = []
        for row in rows:
            previous = head.hash if head is not None else FIRST
            number = head.seq + 1 if head is not None else 1
            record: Record = {"seq": number, **row, "previous": previous}
            head = Head(seq=number, hash=sealed(record))
            lines.append(line_of({**record, "hash": head.hash}))
        self._add(b"".join(lines))
        if head is not None:
            text = json.dumps({"seq": head.seq, "hash": head.hash})
            self.disk.replace(self.folder / HEAD, f"{text}\n".encode())
        return head

    def _add(self, data: bytes) -> None:
        with worded(self.file, "written"):
            fresh = self.disk.status(self.file) is None
            handle = self.disk.system.open(self.file, _APPENDING, 0o600)
            try:
                self.disk.check_own(self.file, self.disk.system.fstat(handle), alone=True)
                self.disk.write_all(handle, data)
                self.disk.system.fsync(handle)
            finally:
                self.disk.system.close(handle)
            if fresh:
                self.disk.settle(self.folder)

    def _turned(self, recent: list[Record], head: Head | None, *, at: Json) -> Head | None:
        """Begin a new file where it is time to, and let go of the oldest; gives the head then."""
        found = self.disk.status(self.file)
        if found is None or not recent:
            return head
        last, today = _day(recent[0]), _day({"at": at})
        if found.size < self.largest and not last < today:
            return head
        self.files.rotate(day=last)
        gone = self.files.outlived(today=today, days=self.keep_days)
        if gone is None:
            return head
        # Written down first: whoever finds the files is told why they may go, and whoever misses
        # them why they are gone.
        row: Record = {
            "at": at,
            "operation": PRUNED,
            "outcome": "done",
            "through": gone.through,
            "sealed": gone.hash,
            "files": [path.name for path in gone.files],
        }
        head = self._added([row], head)
        for path in gone.files:
            self.disk.remove(path)
        return head

    def noted(self) -> Head | None:
        """Say how far the trail is known to have gone."""
        data = self.disk.read(self.folder / HEAD)
        try:
            raw = parsed((data or b"").decode())
        except ValueError:
            return None
        match raw:
            case {"seq": int(number), "hash": str(text)}:
                return Head(seq=number, hash=text)
        return None

    def records(self) -> Iterator[Record]:
        """Give every record that can be read, oldest first; `audit_chain` says which cannot."""
        for path in self.files.paths():
            yield from self.files.read(path)


def _day(record: Record) -> str:
    moment = record.get("at")
    return moment[:10] if isinstance(moment, str) else ""


def _key(record: Record) -> tuple[Json, ...]:
    names = ("run", "operation", "number", "address", "outcome")
    return tuple(record.get(name) for name in names)


def line_of(record: Record) -> bytes:
    """Write a record with its seal, as it stands in the file."""
    return (json.dumps(record, ensure_ascii=True, separators=(",", ":")) + "\n").encode()


def sealed(record: Record) -> str:
    """Give the seal of a record, which covers that of the one before it."""
    text = json.dumps(record, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return sha256(text.encode()).hexdigest()
