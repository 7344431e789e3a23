"""Copies of the state at every serial, so that a damaged one is never the end of it.

Each is a file of its own, written durably after the state itself; the newest is as good as the
state. Old ones are let go, the newest good one never.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from descope_state.errors import DamagedState
from descope_state.frozen import dataclass
from descope_state.model.codec import decode_state
from descope_state.model.state import Snapshot, problems
from descope_state.store.disk import Disk

STATE = "state.json"
JOURNAL = "journal.jsonl"
FOLDER = "history"
ROLLBACK = "`dstate state rollback` restores the newest good copy"
REBUILD = "`dstate state rebuild` finds the objects in the project again"
LOST = f"{ROLLBACK}; without one, {REBUILD}"
KEPT = 20
_NAME = re.compile(r"([0-9]{8,})\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One copy of the state; `wrong` says why it cannot be used, where that is so."""

    serial: int
    path: Path
    size: int
    wrong: str = ""
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The copies beside one state."""

    folder: Path
    disk: Disk

    def path(self, serial: int) -> Path:
        """Say where the copy of a serial is."""
        return self.folder / f"{serial:08d}.json"

    def serials(self) -> list[int]:
        """Give the serials that there are copies of, oldest first."""
        names = self.disk.names(self.folder)
        return sorted(int(match[1]) for name in names if (match := _NAME.fullmatch(name)))

    def newest(self) -> int:
        """Give the newest serial that was ever kept, or -1."""
        return max(self.serials(), default=-1)

    def keep(self, serial: int, data: bytes) -> None:
        """Keep a copy, durably, and let go of the oldest."""
        self.disk.make_folder(self.folder)
        self.disk.replace(self.path(serial), data)
        for old in self.serials()[:-KEPT]:
            self.disk.remove(self.path(old))

    def copies(self) -> Iterator[Copy]:
        """Read every copy, newest first."""
        for serial in reversed(self.serials()):
            yield self.copy(serial)

    def copy(self, serial: int) -> Copy:
        """Read one copy and say what it is worth."""
        path = self.path(serial)
        data = self.disk.read(path) or b""
        try:
            snapshot = decode_state(data)
        except DamagedState as error:
            return Copy(serial=serial, path=path, size=len(data), wrong=error.message)
        wrong = next(iter(problems(snapshot)), "")
        if snapshot.serial != serial:
            wrong = f"it holds serial {snapshot.serial}"
        return Copy(
            serial=serial,
            path=path,
            size=len(data),
            wrong=wrong,
            snapshot=None if wrong else snapshot,
        )

    def newest_good(self) -> Copy | None:
        """Give the newest copy that can be used."""
        return next((copy for copy in self.copies() if copy.snapshot is not None), None)
