"""The backups of one project on this machine: written whole, checked to the byte, let go of by age.

Each is a folder named for people by its time, and ordered by a number that only grows. Its manifest
is written last: a folder without one is what a crash left, and counts for nothing.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from descope_state.errors import DamagedState, UsageError
from descope_state.frozen import dataclass
from descope_state.store.backup_files import (
    MANIFEST,
    KindFile,
    Manifest,
    damaged,
    file_bytes,
    manifest_bytes,
    read_kind,
    read_manifest,
    summed,
)
from descope_state.store.disk import Disk
from descope_state.store.lock import alone

FOLDER = "backups"
_LOCK = "lock"
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-([0-9]{6,})")
_LIST = "`dstate backup list` names them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One backup as it was read; its kinds by their names."""

    name: str
    manifest: Manifest
    kinds: dict[str, KindFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One backup of a list; `wrong` says why it cannot be used, where that is so."""

    name: str
    manifest: Manifest | None = None
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """The backups of one project; `data` is the folder of all that dstate keeps for a user."""

    data: Path
    project_id: str
    disk: Disk
    pause: Callable[[float], None] = field(default=time.sleep)

    @property
    def folder(self) -> Path:
        """Where the backups of this project are."""
        return self.data / FOLDER / (quote(self.project_id, safe="") or "_")

    # -- writing -------------------------------------------------------------------------------

    def keep(self, manifest: Manifest, kinds: Sequence[KindFile]) -> str:
        """Write a backup, durably, under the next number; gives its name."""
        self.disk.make_folder(self.folder)
        with alone(self.folder / _LOCK, disk=self.disk, pause=self.pause):
            number = 1 + max(map(_number, self._folders()), default=0)
            moment = datetime.fromisoformat(manifest.at).astimezone(UTC)
            name = f"{moment:%Y%m%dT%H%M%SZ}-{number:06d}"
            folder = self.folder / name
            self.disk.make_folder(folder)
            files = {}
            for kind in kinds:
                data = file_bytes(kind)
                self.disk.replace(folder / f"{kind.kind}.json", data)
                files[f"{kind.kind}.json"] = summed(data, objects=len(kind.objects))
            whole = manifest.model_copy(update={"number": number, "files": files})
            self.disk.replace(folder / MANIFEST, manifest_bytes(whole))
        return name

    def prune(self, *, now: str, days: int, count: int, dry: bool = False) -> list[str]:
        """Let go of backups that are too old or too many; gives their names.

        The newest that can be used stays, however old it is.
        """
        if self.disk.status(self.folder) is None:
            return []
        with alone(self.folder / _LOCK, disk=self.disk, pause=self.pause):
            gone = list(self._outlived(now=now, days=days, count=count))
            for name in () if dry else gone:
                self._remove(self.folder / name)
        return gone

    def _outlived(self, *, now: str, days: int, count: int) -> Iterator[str]:
        names = self._folders()
        good = next((name for name in reversed(names) if not self.verify(name)), "")
        oldest = datetime.fromisoformat(now).astimezone(UTC) - timedelta(days=days)
        limit = f"{oldest:%Y%m%dT%H%M%SZ}"
        for place, name in enumerate(names):
            left = self.disk.status(self.folder / name / MANIFEST) is None
            if name != good and (left or name < limit or len(names) - place > count):
                yield name

    def _remove(self, folder: Path) -> None:
        # Its manifest first: what is half removed is not taken for a backup.
        for name in (MANIFEST, *self.disk.names(folder)):
            self.disk.remove(folder / name)
        self.disk.remove_folder(folder)

    # -- reading -------------------------------------------------------------------------------

    def _folders(self) -> list[str]:
        names = self.disk.names(self.folder)
        return sorted((name for name in names if _NAME.fullmatch(name)), key=_number)

    def names(self) -> list[str]:
        """Name the backups, oldest first, by their numbers."""
        return [
            name
            for name in self._folders()
            if self.disk.status(self.folder / name / MANIFEST) is not None
        ]

    def listed(self) -> Iterator[Listed]:
        """Say what each backup is, newest first, without reading its objects."""
        for name in reversed(self.names()):
            try:
                yield Listed(name=name, manifest=self.manifest(name))
            except DamagedState as error:
                yield Listed(name=name, wrong=error.message)

    def named(self, text: str | None) -> str:
        """Find the backup that is meant: by its name, its number, or the newest."""
        names = self.names()
        if text is None or text == "latest":
            if names:
                return names[-1]
            message = f"there is no backup of project {self.project_id} here"
            raise UsageError(message, hint="`dstate backup create` makes one")
        number = int(text) if text.isdecimal() else -1
        found = [name for name in names if text == name or _number(name) == number]
        if len(found) == 1:
            return found[0]
        message = f"there is no backup `{text}` of project {self.project_id}"
        raise UsageError(message, hint=_LIST)

    def manifest(self, name: str) -> Manifest:
        """Read what a backup is of."""
        path = self.folder / name / MANIFEST
        manifest = read_manifest(self.disk.read(path) or b"", path=path)
        if manifest.number != _number(name):
            raise damaged(path, f"it is of backup {manifest.number}")
        return manifest

    def read(self, name: str) -> Backup:
        """Read a backup; DamagedState names the file that is not as it was written."""
        manifest = self.manifest(name)
        folder = self.folder / name
        kinds = {}
        for file, wanted in manifest.files.items():
            path = folder / file
            data = self.disk.read(path)
            if data is None:
                raise damaged(path, "it is missing")
            kind = read_kind(data, wanted, path=path)
            if f"{kind.kind}.json" != file:
                raise damaged(path, f"it holds objects of the kind {kind.kind}")
            kinds[kind.kind] = kind
        for file in self.disk.names(folder):
            if file != MANIFEST and file not in manifest.files:
                raise damaged(folder / file, "the manifest does not know it")
        return Backup(name=name, manifest=manifest, kinds=kinds)

    def verify(self, name: str) -> str:
        """Say which file of a backup is not as it was written; nothing, where all are."""
        try:
            self.read(name)
        except DamagedState as error:
            return error.message
        return ""


def _number(name: str) -> int:
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else 0
