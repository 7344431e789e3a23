"""A locked state: read, journalled, committed. The order of its writes is what keeps it whole.

A commit writes the new state beside the old one, makes it durable, gives it the old one's name,
makes that durable, keeps a copy, and only then lets go of the journal. Wherever that stops, the
next command finds the old state with a journal, or the new one with a journal that is known by its
serial to be part of it already.
"""

import hashlib
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from descope_state.errors import DamagedState, Locked
from descope_state.model.codec import decode_state, encode_state
from descope_state.model.event import Event, Started
from descope_state.model.state import Head, Pending, Snapshot, problems
from descope_state.store import journal as journals
from descope_state.store.disk import Disk
from descope_state.store.history import FOLDER, LOST, ROLLBACK, STATE, History
from descope_state.store.journal import (
    Journal,
    JournalBroken,
    Leftover,
    journal_bytes,
    read_journal,
)
from descope_state.store.lock import Lock

REJECTED = "state.rejected.json"
_LEFT_OVER = re.compile(r"\.[0-9a-f]{16}\.tmp")


class Told(Protocol):
    """Who writes down what a journal told."""

    def __call__(
        self, base: Snapshot | None, after: Snapshot, *, events: tuple[Event, ...]
    ) -> Head | None:
        """Hear of the state before and after, and of all that happened; gives where that stands."""


class Held:
    """The state of one environment while we hold its lock.

    `told` is called before a new state is written, with the state before, the state after, and what
    the journal tells: for whoever has to write that down. Where it stands is part of the new state,
    so that a trail that was cut is missed. As long as the journal is there it may be told again.
    """

    def __init__(
        self,
        folder: Path,
        *,
        disk: Disk,
        lock: Lock,
        accepted: int | None = None,
        told: Told | None = None,
    ) -> None:
        self._folder = folder
        self._disk = disk
        self._lock = lock
        self._journal: Journal | None = None
        self.history = History(folder=folder / FOLDER, disk=disk)
        self._accepted = accepted
        self._tell = told
        self._tidy()
        self._snapshot: Snapshot | None = None
        self._digest = b""
        self.leftover: Leftover | None = None
        self.reload()

    # -- reading -------------------------------------------------------------------------------

    @property
    def state_file(self) -> Path:
        """Where the state is."""
        return self._folder / STATE

    @property
    def journal_file(self) -> Path:
        """Where the journal is, while there is one."""
        return self._folder / journals.FILE

    @property
    def begun(self) -> bool:
        """Tell whether there is a state at all."""
        return self._snapshot is not None

    @property
    def snapshot(self) -> Snapshot:
        """The state as it was last committed."""
        if self._snapshot is None:
            message = f"there is no state in `{self._folder}` yet"
            raise DamagedState(message, hint="`dstate plan` begins one")
        return self._snapshot

    @property
    def pending(self) -> tuple[Pending, ...]:
        """What earlier runs could not find out."""
        return self._snapshot.pending if self._snapshot is not None else ()

    def reload(self) -> None:
        """Read the state again, and the journal beside it."""
        data = self._disk.read(self.state_file)
        digest = hashlib.sha256(data or b"").digest()
        if data is not None and digest == self._digest:
            return
        self._snapshot = None if data is None else self._decoded(data)
        self._digest = digest
        if data is None and (self.history.serials() or self._disk.status(self.journal_file)):
            message = f"`{self.state_file}` is missing, and it was there before"
            raise DamagedState(message, hint=LOST)
        self._check_age(data)
        self.leftover = self._left_over()

    def _decoded(self, data: bytes) -> Snapshot:
        snapshot = decode_state(data)
        wrong = problems(snapshot)
        if wrong:
            message = f"`{self.state_file}` contradicts itself: {wrong[0]}"
            raise DamagedState(message, hint=ROLLBACK)
        return snapshot

    def _check_age(self, data: bytes | None) -> None:
        """Refuse a state that is older than its own history; keep a copy of one that has none."""
        if self._snapshot is None or data is None:
            return
        newest, serial = self.history.newest(), self._snapshot.serial
        if newest > serial and self._accepted != serial:
            message = (
                f"`{self.state_file}` is at serial {serial}, and it was at {newest} before:"
                " an older copy was put in its place"
            )
            hint = f"{ROLLBACK}; if the older one is meant: `--override rollback={serial}`"
            raise DamagedState(message, hint=hint)
        if newest < serial:
            self.history.keep(serial, data)

    def _left_over(self) -> Leftover | None:
        data = self._disk.read(self.journal_file, alone=True)
        if data is None:
            return None
        leftover = read_journal(data)
        snapshot = self._snapshot
        if leftover is None or snapshot is None or not leftover.events:
            # Not even its first line was written whole: nothing had been sent.
            self._disk.remove(self.journal_file)
            return None
        if leftover.lineage != snapshot.lineage:
            message = f"`{self.journal_file}` belongs to another state: the lineage differs"
            raise DamagedState(message, hint="put the state back that it belongs to")
        if leftover.base_serial > snapshot.serial:
            message = (
                f"`{self.journal_file}` adds to serial {leftover.base_serial}, and the state is"
                f" at {snapshot.serial}: an older copy was put in its place"
            )
            raise DamagedState(message, hint=ROLLBACK)
        if leftover.base_serial < snapshot.serial:
            # It is part of the state already: only its removal was missing.
            self._let_go(leftover.events, base=self.history.copy(leftover.base_serial).snapshot)
            return None
        return leftover

    def _tidy(self) -> None:
        for name in self._disk.names(self._folder):
            if _LEFT_OVER.fullmatch(name):
                self._disk.remove(self._folder / name)

    # -- writing -------------------------------------------------------------------------------

    async def journal(self, started: Started) -> Journal:
        """Begin a journal, or go on with the one that was left; its first line is durable."""
        self._check_lock()
        snapshot = self.snapshot
        whole, last = b"", 0
        if self.leftover is not None:
            if self.leftover.damaged:
                self._keep_damaged(self.leftover)
            whole, last = self.leftover.whole, self.leftover.last
        # Written anew and put in its place: a torn end is gone before anything is added to it.
        first = journal_bytes(
            [started], lineage=snapshot.lineage, serial=snapshot.serial, after=last
        )
        self._disk.replace(self.journal_file, whole + first)
        self._journal = Journal(
            self.journal_file,
            disk=self._disk,
            lineage=snapshot.lineage,
            serial=snapshot.serial,
            sequence=last + 1,
        )
        self._journal.events.append(started)
        return self._journal

    def _keep_damaged(self, leftover: Leftover) -> None:
        data = self._disk.read(self.journal_file)
        name = f"journal.damaged-{leftover.base_serial}.jsonl"
        if data is not None:
            self._disk.replace(self._folder / name, data)

    def commit(self, snapshot: Snapshot) -> Snapshot:
        """Make a state durable under the next serial, and let go of the journal.

        Nothing is written over a state that somebody else has written meanwhile.
        """
        self._check_lock()
        self._check_unmoved()
        wrong = problems(snapshot)
        if wrong:
            rejected = self._folder / REJECTED
            self._disk.replace(rejected, encode_state(snapshot))
            message = f"the new state contradicts itself: {wrong[0]}; it was not put in place"
            hint = f"it is in `{rejected}`, and the journal was kept; please report this"
            raise DamagedState(message, hint=hint)
        events = self._finished()
        if _same(snapshot, self.snapshot):
            self._let_go(events, base=self.snapshot)
            return self.snapshot
        committed = replace(snapshot, serial=1 + max(self.snapshot.serial, self.history.newest()))
        head = self._told(events, base=self.snapshot, after=committed)
        committed = replace(committed, audit=head or snapshot.audit)
        data = encode_state(committed)
        self._disk.replace(self.state_file, data)
        self._snapshot = committed
        self._digest = hashlib.sha256(data).digest()
        self._accepted = None
        self.history.keep(committed.serial, data)
        self._removed_journal()
        return committed

    def _finished(self) -> tuple[Event, ...]:
        """Close the journal, and give all that it tells."""
        before = self.leftover.events if self.leftover is not None else ()
        journal, self._journal = self._journal, None
        if journal is None:
            return before
        # What it tells will be in the state; that its end cannot be written any more is no reason
        # to leave the state as it was.
        with suppress(JournalBroken):
            journal.flush()
        journal.close()
        return (*before, *journal.events)

    def _let_go(self, events: tuple[Event, ...], *, base: Snapshot | None) -> None:
        """Let go of a journal that is part of the state by now."""
        self._told(events, base=base, after=self.snapshot)
        self._removed_journal()

    def _told(
        self, events: tuple[Event, ...], *, base: Snapshot | None, after: Snapshot
    ) -> Head | None:
        if self._tell is None or self._disk.status(self.journal_file) is None:
            return None
        return self._tell(base, after, events=events)

    def _removed_journal(self) -> None:
        self._disk.remove(self.journal_file)
        self.leftover = None

    def _check_lock(self) -> None:
        if not self._lock.valid:
            message = "the lock file was removed or replaced while it was held"
            hint = "nothing was written over the state; run `dstate resume`"
            raise Locked(message, hint=hint)

    def _check_unmoved(self) -> None:
        """Compare what is on disk with what we began from, whatever the lock says."""
        data = self._disk.read(self.state_file) or b""
        if hashlib.sha256(data).digest() != self._digest:
            message = f"somebody else wrote the state since it was at serial {self.snapshot.serial}"
            raise Locked(message, hint="nothing was overwritten; run `dstate resume`")


def _same(one: Snapshot, other: Snapshot) -> bool:
    return (one.entries, one.pending, dict(one.outputs)) == (
        other.entries,
        other.pending,
        dict(other.outputs),
    )
