"""Walks the chain of an audit trail over all of its files, and names the first broken link."""

from collections.abc import Iterator
from pathlib import Path

from descope_state.model.codec import parsed
from descope_state.model.state import Head
from descope_state.store.audit import FIRST, HEAD, PRUNED, Audit, line_of, sealed
from descope_state.store.audit_files import Files, Record, sequence_of


def first_wrong(audit: Audit, *heads: Head | None) -> str:
    """Say which record of which file is the first that is not as it was written.

    Nothing, where all are. `heads` are what others remember of how far the trail went.
    """
    if audit.noted() is None and audit.disk.status(audit.folder / HEAD) is not None:
        return f"`{HEAD}` is not as it was written"
    known = [head for head in (audit.noted(), *heads) if head is not None]
    try:
        _Walk(known).over(audit.files)
    except _BrokenError as broken:
        return str(broken)
    return ""


_MARK = f'"operation":"{PRUNED}"'.encode()


class _BrokenError(Exception):
    """A link does not hold."""


class _Walk:
    """One way along the chain, from the oldest record to the newest."""

    def __init__(self, heads: list[Head]) -> None:
        self._heads = {head.seq: head.hash for head in heads}
        self._last = Head(seq=0, hash=FIRST)
        self._shortened = False
        self._start: Head | None = None
        # The seals at which files end: what was let go of ended at one of them.
        self._ends: dict[int, str] = {}
        self._pruned: list[Record] = []

    def over(self, files: Files) -> None:
        """Walk over all files; Broken says where it stops."""
        self._shortened = any(_MARK in (files.disk.read(path) or b"") for path in files.paths())
        for path in files.paths():
            for number, raw in _lines(path, files):
                self._step(path, number, raw=raw)
            self._ends[self._last.seq] = self._last.hash
        self._check_start()
        self._check_end()

    def _step(self, path: Path, number: int, *, raw: bytes) -> None:
        where = f"`{path.name}`, line {number}"
        try:
            record = parsed(raw.decode())
        except ValueError:
            record = None
        if not isinstance(record, dict):
            message = f"{where}: record {self._last.seq + 1} cannot be read"
            raise _BrokenError(message)
        sequence = sequence_of(record)
        if self._start is None and self._shortened and sequence > 1:
            self._last = Head(seq=sequence - 1, hash=str(record.get("previous")))
        self._start = self._start or self._last
        if sequence != self._last.seq + 1:
            message = f"{where}: record {self._last.seq + 1} is missing or out of order"
            raise _BrokenError(message)
        if raw + b"\n" != line_of(record):
            message = f"{where}: record {sequence} is not as it was written"
            raise _BrokenError(message)
        self._check(record, where)

    def _check(self, record: Record, where: str) -> None:
        written = record.pop("hash", None)
        sequence = sequence_of(record)
        untouched = record.get("previous") == self._last.hash and written == sealed(record)
        if not untouched or self._heads.get(sequence, written) != written:
            message = f"{where}: record {sequence} is not as it was written"
            raise _BrokenError(message)
        if record.get("operation") == PRUNED:
            self._pruned.append(record)
        self._last = Head(seq=sequence, hash=str(written))

    def _check_start(self) -> None:
        """See that what is missing at the beginning was let go of for its age, and says so."""
        start = self._start
        if start is None or start.seq == 0:
            return
        self._ends[start.seq] = start.hash
        for record in self._pruned:
            through = record.get("through")
            if (
                isinstance(through, int)
                and through >= start.seq
                and self._ends.get(through) == record.get("sealed")
            ):
                return
        message = f"records 1 to {start.seq} are missing, and nothing says that they were let go of"
        raise _BrokenError(message)

    def _check_end(self) -> None:
        furthest = max(self._heads, default=0)
        if furthest > self._last.seq:
            message = (
                f"records {self._last.seq + 1} to {furthest} are missing from the end: the state"
                f" and `{HEAD}` remember them"
            )
            raise _BrokenError(message)


def _lines(path: Path, files: Files) -> Iterator[tuple[int, bytes]]:
    # An end that was not written whole is what a crash leaves, and the next to write cuts it off;
    # where somebody cut it, it is missed at the end.
    data = files.disk.read(path) or b""
    yield from enumerate(data.split(b"\n")[:-1], start=1)
