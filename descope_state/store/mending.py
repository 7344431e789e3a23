"""Puts a state back that is damaged, missing or older than it should be; nothing is thrown away."""

from dataclasses import replace
from pathlib import Path

from descope_state.errors import DamagedState
from descope_state.frozen import dataclass
from descope_state.model.codec import decode_state, encode_state
from descope_state.model.state import Snapshot, problems
from descope_state.store.disk import Disk
from descope_state.store.history import FOLDER, JOURNAL, REBUILD, STATE, Copy, History

_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What stands in the state's place now, and where what stood there before was put."""

    snapshot: Snapshot
    kept: Path | None
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """The files of one state, under a lock that the caller holds."""

    folder: Path
    disk: Disk

    @property
    def history(self) -> History:
        """The copies of the state."""
        return History(folder=self.folder / FOLDER, disk=self.disk)

    @property
    def _state(self) -> Path:
        return self.folder / STATE

    def rollback(self, serial: int | None) -> Mended:
        """Put the newest good copy back, or that of a serial under a serial of its own.

        The newest copy is the state itself, to the byte. An older one is a step back that others
        must be able to tell from where it came: it gets a serial that was never used.
        """
        copy = self._wanted(serial)
        if copy.snapshot is None:
            message = f"the copy of serial {copy.serial} cannot be used: {copy.wrong}"
            raise DamagedState(message, hint="`dstate state history` lists the good ones")
        exact = copy.serial == self.history.newest()
        snapshot = copy.snapshot
        if not exact:
            snapshot = replace(snapshot, serial=1 + max(self.history.newest(), self._serial()))
        kept = self._set_aside()
        data = encode_state(snapshot)
        if exact:
            data = self.disk.read(copy.path) or data
        self.disk.replace(self._state, data)
        self.history.keep(snapshot.serial, data)
        return Mended(snapshot=snapshot, kept=kept, exact=exact)

    def repair(self) -> Mended:
        """Take a state that somebody edited by hand as it is, and seal it anew."""
        data = self.disk.read(self._state)
        if data is None:
            message = f"`{self._state}` is not there"
            raise DamagedState(message, hint="`dstate state rollback` restores the newest copy")
        snapshot = decode_state(data, sealed=False)
        wrong = problems(snapshot)
        if wrong:
            message = f"`{self._state}` contradicts itself: {wrong[0]}"
            raise DamagedState(message, hint="correct it, and say it again")
        sealed = replace(snapshot, serial=1 + max(self.history.newest(), snapshot.serial))
        kept = self._set_aside()
        text = encode_state(sealed)
        self.disk.replace(self._state, text)
        self.history.keep(sealed.serial, text)
        return Mended(snapshot=sealed, kept=kept, exact=False)

    def standing(self) -> Snapshot | None:
        """Give the state that is there, or None where none can be read."""
        data = self.disk.read(self._state)
        try:
            return decode_state(data) if data is not None else None
        except DamagedState:
            return None

    def rebuilt(self, snapshot: Snapshot) -> Mended:
        """Put a state that was found out anew in the place of what is there or is lost.

        It gets a serial that was never used. A journal goes after the state it does not belong to:
        wherever this stops, nothing looks as if there had never been a state.
        """
        sealed = replace(snapshot, serial=1 + max(self.history.newest(), self._serial(), 0))
        kept = self._set_aside()
        text = encode_state(sealed)
        self.disk.replace(self._state, text)
        self.history.keep(sealed.serial, text)
        journal = self.folder / JOURNAL
        if self.disk.status(journal) is not None:
            self.disk.move(journal, self.folder / f"journal.before-{sealed.serial}.jsonl")
        return Mended(snapshot=sealed, kept=kept, exact=False)

    def _wanted(self, serial: int | None) -> Copy:
        if serial is not None:
            if serial not in self.history.serials():
                message = f"there is no copy of serial {serial}"
                raise DamagedState(message, hint="`dstate state history` lists what there is")
            return self.history.copy(serial)
        found = self.history.newest_good()
        if found is None:
            message = f"`{self.folder}` has no copy that could be restored"
            hint = f"put `state.json` back from a backup; or {REBUILD}"
            raise DamagedState(message, hint=hint)
        return found

    def _serial(self) -> int:
        standing = self.standing()
        return standing.serial if standing is not None else -1

    def _set_aside(self) -> Path | None:
        """Keep what stands in the state's place under another name, unless a good copy exists."""
        data = self.disk.read(self._state)
        if data is None or data in self._copies():
            return None
        for number in range(1, _MOST):
            path = self.folder / f"state.damaged-{number}.json"
            if self.disk.status(path) is None:
                self.disk.replace(path, data)
                return path
        message = f"`{self.folder}` holds {_MOST} damaged states already"
        raise DamagedState(message, hint="look at them, and remove those that nobody needs")

    def _copies(self) -> list[bytes]:
        serials = self.history.serials()
        return [self.disk.read(self.history.path(serial)) or b"" for serial in serials]
