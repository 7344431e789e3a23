"""The state of one environment on disk: its key, its lineage and its last snapshot."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from descope_state.errors import BadCredentials, DamagedState
from descope_state.frozen import dataclass
from descope_state.model.codec import decode_state, encode_state
from descope_state.model.state import Snapshot, problems
from descope_state.store import lock as locks
from descope_state.store.disk import DISK, Disk
from descope_state.store.history import FOLDER, JOURNAL, LOST, ROLLBACK, STATE, History
from descope_state.store.lock import Holder

if TYPE_CHECKING:
    # For annotations only, as below.
    from descope_state.store.session import Held, Told

KEY_BYTES = 32
# What a state is of stands before all that it holds.
_HEAD = 2_000
_PROJECT = re.compile(rb'^ "project_id": "([0-9A-Za-z_-]+)",$', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The folder that holds everything dstate remembers of one environment."""

    folder: Path
    lineage: Callable[[], str]
    fresh_key: Callable[[], bytes]
    disk: Disk = DISK

    @property
    def state_file(self) -> Path:
        """Where the snapshot is."""
        return self.folder / STATE

    @property
    def key_file(self) -> Path:
        """Where the key of this state is."""
        return self.folder / "key"

    @property
    def journal_file(self) -> Path:
        """Where the journal is, while a run is open or one was interrupted."""
        return self.folder / JOURNAL

    @property
    def lock_file(self) -> Path:
        """Where the lock is; it is never replaced."""
        return self.folder / "lock"

    def key(self) -> bytes | None:
        """Give the state's key, if it has been made."""
        if self.disk.status(self.folder) is None:
            return None
        self.disk.check_folder(self.folder)
        key = self.disk.read(self.key_file, secret=True)
        if key is not None and len(key) != KEY_BYTES:
            message = f"`{self.key_file}` is not the {KEY_BYTES} bytes it was"
            raise DamagedState(message, hint="put it back from a backup")
        return key

    def project(self) -> str:
        """Name the project that the state belongs to, without reading all of it; or nothing."""
        if self.disk.status(self.folder) is None:
            return ""
        data = self.disk.read(self.state_file) or b""
        found = _PROJECT.search(data[:_HEAD])
        return found[1].decode() if found else ""

    def snapshot(self) -> Snapshot | None:
        """Give the last snapshot, if there is one; a damaged one is refused by name."""
        if self.disk.status(self.folder) is None:
            return None
        self.disk.check_folder(self.folder)
        data = self.disk.read(self.state_file)
        if data is None:
            self._refuse_loss()
            return None
        try:
            snapshot = decode_state(data)
        except DamagedState as error:
            raise _named(self.state_file, error) from error
        wrong = problems(snapshot)
        if wrong:
            message = f"`{self.state_file}` contradicts itself: {wrong[0]}"
            raise DamagedState(message, hint=ROLLBACK)
        return snapshot

    def _refuse_loss(self) -> None:
        """Tell a state that is gone from one that was never begun."""
        if self.history.serials() or self.disk.status(self.journal_file) is not None:
            message = f"`{self.state_file}` is missing, and it was there before"
            raise DamagedState(message, hint=LOST)

    @contextmanager
    def locked(
        self,
        holder: Holder,
        *,
        timeout: float = 0.0,
        pause: Callable[[float], None] = time.sleep,
        accepted: int | None = None,
        told: "Told | None" = None,
    ) -> "Iterator[Held]":
        """Hold the state for as long as the block lasts; Locked names who has it instead.

        `accepted` is the serial of an older copy that somebody put in the state's place and means.
        """
        # Only who writes needs it, and what it loads.
        from descope_state.store.session import Held  # noqa: PLC0415  # start-up: it loads asyncio

        self.disk.make_folder(self.folder)
        with locks.held(
            self.lock_file, holder, disk=self.disk, timeout=timeout, pause=pause
        ) as lock:
            yield Held(self.folder, disk=self.disk, lock=lock, accepted=accepted, told=told)

    @property
    def history(self) -> History:
        """The copies of the state at every serial."""
        return History(folder=self.folder / FOLDER, disk=self.disk)

    def found(self, *, environment: str, project_id: str) -> Snapshot | None:
        """Give the last snapshot, if there is one; that of another project is refused."""
        snapshot = self.snapshot()
        if snapshot is not None:
            _check_owner(
                snapshot, environment=environment, project_id=project_id, file=self.state_file
            )
        return snapshot

    def begun(self, *, environment: str, project_id: str) -> Snapshot:
        """Begin a state with a lineage of its own; where another was quicker, give that one."""
        self.disk.make_folder(self.folder)
        fresh = self._first(environment, project_id)
        _check_owner(fresh, environment=environment, project_id=project_id, file=self.state_file)
        return fresh

    def sealing_key(self, *, needed: bool) -> bytes:
        """Give the state's key, making it where this is the first time.

        One that is `needed` is never made anew: every secret would look changed by it.
        """
        self.disk.make_folder(self.folder)
        key = self.key()
        if key is None and needed:
            message = f"`{self.key_file}` is missing, and the state has been written with it"
            raise DamagedState(message, hint="put it back from a copy: it belongs to this state")
        return key or self._first_key()

    def _first(self, environment: str, project_id: str) -> Snapshot:
        fresh = Snapshot(
            lineage=self.lineage(),
            serial=0,
            environment=environment,
            project_id=project_id,
            entries={},
        )
        if self.disk.create(self.state_file, encode_state(fresh)):
            return fresh
        found = self.snapshot()
        if found is None:
            message = f"`{self.state_file}` appeared and vanished again"
            raise DamagedState(message, hint="run the command again")
        return found

    def _first_key(self) -> bytes:
        key = self.fresh_key()
        if self.disk.create(self.key_file, key):
            return key
        return self.key() or key


def _named(file: Path, error: DamagedState) -> DamagedState:
    return DamagedState(f"`{file}`: {error.message}", hint=error.hint or ROLLBACK)


def _check_owner(snapshot: Snapshot, *, environment: str, project_id: str, file: Path) -> None:
    if snapshot.environment != environment:
        message = f"`{file}` is the state of environment `{snapshot.environment}`"
        raise DamagedState(message, hint=f"this is `{environment}`; put the right file back")
    if snapshot.project_id != project_id:
        message = (
            f"the state of `{environment}` belongs to project {snapshot.project_id},"
            f" and these credentials are of project {project_id}"
        )
        raise BadCredentials(message, hint=f"use the credentials of {snapshot.project_id}")
