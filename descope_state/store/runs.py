"""What each run was about to overwrite, kept before it did, and how the run ended."""

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from descope_state.errors import DamagedState, UsageError
from descope_state.frozen import dataclass
from descope_state.model.codec import parsed
from descope_state.model.value import Json
from descope_state.store.disk import Disk

FOLDER = "runs"
KEPT = 50
_NAME = re.compile(r"([0-9]{8}-[0-9]{6}-[0-9a-f]+)\.json")
Record = dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """The records of the runs in one environment."""

    folder: Path
    disk: Disk

    def keep(self, record: Mapping[str, Json]) -> None:
        """Write the record of a run, durably and whole; lets go of the oldest."""
        folder = self.folder / FOLDER
        self.disk.make_folder(folder)
        body = json.dumps(record, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        text = f'{{"checksum":"{sha256(body.encode()).hexdigest()}","run":{body}}}\n'
        self.disk.replace(folder / f"{record['run']}.json", text.encode())
        for old in self.names()[:-KEPT]:
            self.disk.remove(folder / f"{old}.json")

    def names(self) -> list[str]:
        """Name the runs, oldest first; those of one second as the trail tells them."""
        files = self.disk.names(self.folder / FOLDER)
        names = [match[1] for name in files if (match := _NAME.fullmatch(name))]
        seconds = [list(group) for _, group in groupby(names, key=_second)]
        return [
            name
            for group in seconds
            for name in (sorted(group, key=self._sequence) if len(group) > 1 else group)
        ]

    def _sequence(self, name: str) -> int:
        try:
            number = self.read(name).get("sequence")
        except DamagedState:
            return -1
        return number if isinstance(number, int) else -1

    def all(self) -> Iterator[Record]:
        """Read every record, newest first."""
        return (self.read(name) for name in reversed(self.names()))

    def named(self, text: str) -> Record:
        """Find the run that a part of its name means."""
        found = [name for name in self.names() if name.startswith(text) or name.endswith(text)]
        if len(found) == 1:
            return self.read(found[0])
        message = f"{len(found)} runs go by `{text}`" if found else f"there is no run `{text}`"
        raise UsageError(message, hint="`dstate runs list` names them")

    def read(self, name: str) -> Record:
        """Read one record; a damaged one is refused."""
        path = self.folder / FOLDER / f"{name}.json"
        data = self.disk.read(path) or b""
        try:
            raw = parsed(data.decode())
        except ValueError:
            raw = None
        match raw:
            case {"checksum": str(checksum), "run": dict(record)}:
                body = json.dumps(record, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
                if sha256(body.encode()).hexdigest() == checksum:
                    return record
        message = f"`{path}` is damaged"
        raise DamagedState(message, hint="the state and the audit trail do not depend on it")


def _second(name: str) -> str:
    return name.rpartition("-")[0]
