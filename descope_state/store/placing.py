"""Puts new files into a stack: all are written whole in a folder of their own, and then moved.

What is there already and says the same stays; what differs is never overwritten.
"""

import stat
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from secrets import token_hex

from descope_state.errors import Refused
from descope_state.frozen import dataclass
from descope_state.store.disk import Disk, worded

_FOLDER = 0o755


def differing(disk: Disk, root: Path, *, files: Mapping[str, bytes]) -> list[str]:
    """Name the files that are there already and say something else."""
    return [name for name in sorted(files) if _differs(disk, root / name, files[name])]


def _differs(disk: Disk, path: Path, data: bytes) -> bool:
    return disk.status(path) is not None and disk.read(path) != data


def missing(disk: Disk, folder: Path) -> list[Path]:
    """Name the folders that are still to be made for one, from the inside out."""
    return [one for one in (folder, *folder.parents) if disk.status(one) is None]


def unmake(disk: Disk, folders: Sequence[Path]) -> None:
    """Take away folders that were made since, from the inside out: the first one with all in it."""
    for number, folder in enumerate(folders):
        if disk.status(folder) is None:
            continue
        if number == 0:
            _empty(disk, folder)
        if disk.names(folder):
            return
        disk.remove_folder(folder)


def _empty(disk: Disk, folder: Path) -> None:
    for name in disk.names(folder):
        found = disk.status(folder / name)
        if found is not None and stat.S_ISDIR(found.mode):
            _empty(disk, folder / name)
            disk.remove_folder(folder / name)
        else:
            disk.remove(folder / name)


@dataclass(slots=True, kw_only=True)
class Placing:
    """Files on their way into a folder; `undo` takes back what was done of it."""

    disk: Disk
    root: Path
    files: Mapping[str, bytes]
    _placed: list[Path] = field(default_factory=list)
    _folders: list[Path] = field(default_factory=list)

    def place(self) -> None:
        """Write every file that is not there yet; Refused where one has come in between."""
        there = differing(self.disk, self.root, files=self.files)
        if there:
            message = f"`{there[0]}` is there already and says something else"
            raise Refused(message, hint="nothing was written; move it out of the way")
        for name in self.files:
            self.disk.check_inside(self.root, self.root / name)
        fresh = [name for name in sorted(self.files) if self.disk.status(self.root / name) is None]
        self._make(self.root)
        aside = self.root / f".dstate-{token_hex(8)}"
        try:
            try:
                self._written(aside, fresh)
            finally:
                self._drop(aside, len(fresh))
        except BaseException:
            self.undo()
            raise

    def undo(self) -> None:
        """Take away the files and folders that were made."""
        for path in reversed(self._placed):
            self.disk.remove(path)
        for folder in reversed(self._folders):
            with worded(folder, "removed"):
                if not self.disk.names(folder):
                    folder.rmdir()
        self._placed.clear()
        self._folders.clear()

    def _written(self, aside: Path, fresh: list[str]) -> None:
        with worded(aside, "made"):
            self.disk.system.mkdir(aside, _FOLDER)
        for number, name in enumerate(fresh):
            self.disk.publish(aside / str(number), self.files[name])
        for number, name in enumerate(fresh):
            self._make((self.root / name).parent)
            self.disk.move(aside / str(number), self.root / name)
            self._placed.append(self.root / name)

    def _drop(self, aside: Path, count: int) -> None:
        for number in range(count):
            self.disk.remove(aside / str(number))
        if self.disk.status(aside) is not None:
            aside.rmdir()

    def _make(self, folder: Path) -> None:
        for one in reversed(missing(self.disk, folder)):
            with worded(one, "made"):
                self.disk.system.mkdir(one, _FOLDER)
            self._folders.append(one)
