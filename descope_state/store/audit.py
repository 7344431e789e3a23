"""Who did what, when: lines that are only ever added, each sealed with the one before it.

A line that was changed, removed or moved breaks the chain there, and the chain says where.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from descope_state.frozen import dataclass
from descope_state.model.codec import parsed
from descope_state.model.value import Json
from descope_state.store.disk import Disk, worded

FILE = "audit.jsonl"
_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_FIRST = "0" * 64
Record = dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The trail of one environment; whoever adds to it holds the lock of its state."""

    folder: Path
    disk: Disk

    @property
    def file(self) -> Path:
        """Where the trail is."""
        return self.folder / FILE

    def append(self, rows: Iterable[Record]) -> None:
        """Add records, durably; those of a run that are there already are not added again.

        A line that was not written whole is cut off first: only a crash leaves one, and only at
        the end.
        """
        data = self.disk.read(self.file, alone=True) or b""
        whole = data[: data.rfind(b"\n") + 1]
        if whole != data:
            self.disk.replace(self.file, whole)
        there = list(_read(whole))
        last = there[-1] if there else {}
        known = {_key(record) for record in there if record.get("run")}
        sequence, previous = last.get("seq", 0), str(last.get("hash", _FIRST))
        number = sequence if isinstance(sequence, int) else 0
        lines = []
        for row in rows:
            if _key(row) in known:
                continue
            number += 1
            record: Record = {"seq": number, **row, "previous": previous}
            previous = _sealed(record)
            lines.append(_line({**record, "hash": previous}))
        if lines:
            self._add(b"".join(lines))

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

    def records(self) -> list[Record]:
        """Give every record, oldest first."""
        return list(_read(self.disk.read(self.file) or b""))

    def verify(self) -> str:
        """Say which record is the first that is not as it was written; nothing, where all are."""
        previous = _FIRST
        data = self.disk.read(self.file) or b""
        for number, raw in enumerate(data.split(b"\n")[:-1], start=1):
            try:
                record = parsed(raw.decode())
            except ValueError:
                return f"record {number} cannot be read"
            if not isinstance(record, dict) or record.get("seq") != number:
                return f"record {number} is missing or out of order"
            sealed = record.pop("hash", None)
            if record.get("previous") != previous or sealed != _sealed(record):
                return f"record {number} is not as it was written"
            previous = str(sealed)
        return ""


def _key(record: Mapping[str, Json]) -> tuple[Json, ...]:
    names = ("run", "operation", "number", "address", "outcome")
    return tuple(record.get(name) for name in names)


def _line(record: Record) -> bytes:
    return (json.dumps(record, ensure_ascii=True, separators=(",", ":")) + "\n").encode()


def _sealed(record: Record) -> str:
    text = json.dumps(record, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return sha256(text.encode()).hexdigest()


def _read(data: bytes) -> Iterator[Record]:
    for raw in data.split(b"\n")[:-1]:
        try:
            record = parsed(raw.decode())
        except ValueError:
            continue  # `verify` says which; what can be read is shown.
        if isinstance(record, dict):
            yield record
