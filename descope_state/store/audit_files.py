"""The files of an audit trail: the one that is added to, and those of the days before it."""

import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from pathlib import Path

from descope_state.frozen import dataclass
from descope_state.model.codec import parsed
from descope_state.model.value import Json
from descope_state.store.disk import Disk

FILE = "audit.jsonl"
_ROTATED = re.compile(r"audit-([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9]{10})\.jsonl")
_BEGINNING = 1 << 12
_END = 1 << 16
# So many records of others in a row, and nothing of a run is looked for any further back.
_STRANGERS = 64
Record = dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlived:
    """Files that are to be let go of: `through` is their last record, and `hash` its seal."""

    files: tuple[Path, ...]
    through: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """All files of one trail, and how they follow one another."""

    folder: Path
    disk: Disk

    def paths(self) -> list[Path]:
        """Give the files there are, oldest first."""
        now = self.folder / FILE
        found = [self.folder / name for name in self._rotated()]
        return [*found, now] if self.disk.status(now) is not None else found

    def _rotated(self) -> list[str]:
        names = self.disk.names(self.folder)
        matches = (match for name in names if (match := _ROTATED.fullmatch(name)))
        return [match[0] for match in sorted(matches, key=lambda match: (match[2], match[1]))]

    def read(self, path: Path) -> Iterator[Record]:
        """Give every record of a file that can be read."""
        return records_in(self.disk.read(path) or b"")

    def recent(self, runs: Collection[Json]) -> list[Record]:
        """Give the newest records, newest first: all of some runs, and at least the last one."""
        found: list[Record] = []
        for path in reversed(self.paths()):
            size = _END
            while True:
                data = self.disk.end(path, size) or b""
                whole = len(data) < size
                lines = data if whole else data[data.find(b"\n") + 1 :]
                newest = [*found, *reversed(list(records_in(lines)))]
                if _enough(newest, runs):
                    return newest
                if whole:
                    break
                size *= 4
            found = newest
        return found

    def cut_torn(self) -> None:
        """Cut off an end that was not written whole."""
        path = self.folder / FILE
        if (self.disk.end(path, 1) or b"\n") == b"\n":
            return
        data = self.disk.read(path, alone=True) or b""
        self.disk.replace(path, data[: data.rfind(b"\n") + 1])

    def rotate(self, *, day: str) -> None:
        """Give the file that is added to the name under which it stays."""
        first = next(records_in(self._first_line()), {})
        target = self.folder / f"audit-{day}-{sequence_of(first):010d}.jsonl"
        named = _ROTATED.fullmatch(target.name) is not None
        # Nothing is written over: where the name is taken, the file grows on.
        if named and self.disk.status(target) is None:
            self.disk.move(self.folder / FILE, target)

    def _first_line(self) -> bytes:
        size = _BEGINNING
        while True:
            data = self.disk.beginning(self.folder / FILE, size) or b""
            if b"\n" in data or len(data) < size:
                return data[: data.find(b"\n") + 1]
            size *= 4

    def outlived(self, *, today: str, days: int) -> Outlived | None:
        """Name the files older than so many days; the newest of those that were full stays."""
        try:
            oldest = (date.fromisoformat(today) - timedelta(days=days)).isoformat()
        except (ValueError, OverflowError):
            return None
        names = self._rotated()
        gone = []
        for name in names[:-1]:
            match = _ROTATED.fullmatch(name)
            if match is None or match[1] >= oldest:
                break
            gone.append(self.folder / name)
        if not gone:
            return None
        following = next(self.read(self.folder / names[len(gone)]), {})
        return Outlived(
            files=tuple(gone),
            through=sequence_of(following) - 1,
            hash=str(following.get("previous", "")),
        )


def _enough(newest: list[Record], runs: Collection[Json]) -> bool:
    """Tell whether nothing further back can be of the runs that are asked about."""
    if not runs:
        return bool(newest)
    oldest = newest[-_STRANGERS:]
    return len(oldest) == _STRANGERS and not any(one.get("run") in runs for one in oldest)


def records_in(data: bytes) -> Iterator[Record]:
    """Give the records of whole lines that can be read."""
    for raw in data.split(b"\n")[:-1]:
        try:
            record = parsed(raw.decode())
        except ValueError:
            continue  # `verify` says which; what can be read is shown.
        if isinstance(record, dict):
            yield record


def sequence_of(record: Record) -> int:
    """Give the number of a record; one that has none is before the first."""
    number = record.get("seq")
    return number if isinstance(number, int) else 0
