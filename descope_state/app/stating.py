"""What can be done with the state itself, without asking the project: look, move, put back."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from descope_state.app.locking import locked, started_by
from descope_state.app.surroundings import Surroundings
from descope_state.app.trailing import Trail
from descope_state.app.workspace import Opening, Workspace, outlined
from descope_state.config.files import read_anywhere
from descope_state.core.replay import Replay
from descope_state.errors import DamagedState, DstateError, Refused, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.codec import decode_state, show_state
from descope_state.model.nearness import meant
from descope_state.model.plan import OutputValue
from descope_state.model.resource import Entry
from descope_state.model.state import Snapshot, problems
from descope_state.store.history import Copy
from descope_state.store.journal import FILE, read_journal
from descope_state.store.lock import Holder, held, holder_of
from descope_state.store.mending import Mended, Mending
from descope_state.store.session import Held

_LARGEST = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A state as it was last committed; `open_run` says that a run left a journal beside it."""

    workspace: Workspace
    snapshot: Snapshot
    open_run: str = ""


def looked_at(surroundings: Surroundings, opening: Opening) -> Sight:
    """Read the state of an environment."""
    workspace = outlined(surroundings, opening)
    snapshot = workspace.store.snapshot()
    if snapshot is None:
        message = f"`{workspace.environment}` has no state yet"
        raise UsageError(message, hint="`dstate plan` begins one, `dstate apply` fills it")
    return Sight(workspace=workspace, snapshot=snapshot, open_run=_open_run(workspace, snapshot))


def _open_run(workspace: Workspace, snapshot: Snapshot) -> str:
    data = workspace.store.disk.read(workspace.store.folder / FILE)
    leftover = read_journal(data) if data is not None else None
    if leftover is None or leftover.base_serial != snapshot.serial:
        return ""
    return Replay(snapshot).fed(leftover.events).run


def matching(snapshot: Snapshot, pattern: str | None) -> list[Address]:
    """Give the addresses that a pattern names; a plain one names a block with its instances."""
    addresses = sorted(snapshot.entries, key=lambda address: address.order)
    if pattern is None:
        return addresses
    return [
        address
        for address in addresses
        if pattern in (str(address), str(address.block), address.kind)
        or fnmatchcase(str(address), pattern)
    ]


def entry_of(snapshot: Snapshot, address: Address) -> Entry:
    """Give one entry; an address that the state does not hold is refused with the nearest."""
    if address in snapshot.entries:
        return snapshot.entries[address]
    known = [str(one) for one in snapshot.entries]
    message = f"the state does not hold `{address}`"
    raise UsageError(message, hint=meant(str(address), known) or "`dstate state list` lists it")


def output_of(snapshot: Snapshot, name: str) -> OutputValue:
    """Give one output."""
    if name in snapshot.outputs:
        return snapshot.outputs[name]
    message = f"there is no output `{name}`"
    hint = meant(name, snapshot.outputs) or "outputs are remembered by `dstate apply`"
    raise UsageError(message, hint=hint)


@contextmanager
def changing(
    surroundings: Surroundings, opening: Opening, *, command: str, seconds: float
) -> Iterator[tuple[Workspace, Held]]:
    """Hold a state to change it; what an interrupted run left must be settled first."""
    workspace = outlined(surroundings, opening)
    started = started_by(surroundings, command)
    with locked(workspace, surroundings, started=started, seconds=seconds) as found:
        if found.leftover is not None:
            message = "an interrupted run left calls of which nobody knows what came of them"
            raise Refused(message, hint="`dstate resume` settles them; then say this again")
        yield workspace, found
        trail = Trail(workspace=workspace, surroundings=surroundings, started=started)
        trail.noted("state", outcome="done", serial=found.snapshot.serial)


def moved(snapshot: Snapshot, source: Address, *, target: Address) -> Snapshot:
    """Give a state in which an entry has another address."""
    entry_of(snapshot, source)
    if target in snapshot.entries:
        message = f"the state holds `{target}` already"
        raise UsageError(message, hint="move or remove that one first")
    if target.kind != source.kind:
        message = f"a {source.kind} cannot become a {target.kind}"
        raise UsageError(message)
    renamed = {
        (target if address == source else address): _renamed(one, source, target=target)
        for address, one in snapshot.entries.items()
    }
    renamed[target] = replace(renamed[target], address=target)
    return replace(snapshot, entries=renamed)


def _renamed(entry: Entry, source: Address, *, target: Address) -> Entry:
    if source not in entry.depends_on:
        return entry
    needs = tuple(target if other == source else other for other in entry.depends_on)
    return replace(entry, depends_on=needs)


def removed(snapshot: Snapshot, addresses: Sequence[Address]) -> Snapshot:
    """Give a state that has forgotten some addresses, and what was asked about them."""
    replay = Replay(snapshot)
    for address in addresses:
        asked = replay.forget(address)
        if address in replay.entries:
            del replay.entries[address]
        elif not asked:
            entry_of(snapshot, address)
    return replay.snapshot()


def pushed(data: bytes, current: Snapshot | None, *, workspace: Workspace) -> Snapshot:
    """Check a state that is to be put in the place of the present one."""
    snapshot = decode_state(data)
    wrong = problems(snapshot)
    if wrong:
        message = f"the file contradicts itself: {wrong[0]}"
        raise DamagedState(message)
    if snapshot.environment != workspace.environment:
        message = f"the file is the state of environment `{snapshot.environment}`"
        raise Refused(message, hint=f"this is `{workspace.environment}`")
    if current is not None and snapshot.lineage != current.lineage:
        message = "the file is another state: its lineage differs"
        raise Refused(message, hint="`dstate state pull` gives a file that can be pushed back")
    if current is not None and snapshot.project_id != current.project_id:
        message = f"the file is the state of project {snapshot.project_id}"
        raise Refused(message, hint=f"this environment is project {current.project_id}")
    if current is not None and snapshot.serial < current.serial:
        message = f"the file is at serial {snapshot.serial}, and the state at {current.serial}"
        raise Refused(message, hint="pull, change and push again, or use `dstate state rollback`")
    return snapshot


def file_of(path: Path) -> bytes:
    """Read a file that is to be pushed."""
    return read_anywhere(path, limit=_LARGEST)


def text_of(snapshot: Snapshot) -> str:
    """Give a state as its file has it, harmless to whoever looks at it."""
    return show_state(snapshot)


def copies(surroundings: Surroundings, opening: Opening) -> list[Copy]:
    """List the copies of a state, newest first."""
    return list(outlined(surroundings, opening).store.history.copies())


def mended(
    surroundings: Surroundings,
    opening: Opening,
    *,
    how: Callable[[Mending], Mended],
    command: str,
    seconds: float,
) -> Mended:
    """Put a state back, under its lock; it need not be one that can be read."""
    workspace = outlined(surroundings, opening)
    store = workspace.store
    store.disk.make_folder(store.folder)
    actor = surroundings.actor()
    holder = Holder(
        user=actor.user,
        host=actor.host,
        pid=actor.pid,
        since=surroundings.now(),
        command=f"dstate {command}",
    )
    with held(
        store.lock_file,
        holder,
        disk=store.disk,
        timeout=seconds,
        pause=surroundings.pause,
    ):
        done = how(Mending(folder=store.folder, disk=store.disk))
        started = started_by(surroundings, command)
        trail = Trail(workspace=workspace, surroundings=surroundings, started=started)
        trail.noted("state", outcome="done", serial=done.snapshot.serial)
        return done


def verified(surroundings: Surroundings, opening: Opening) -> list[str]:
    """Say everything that is wrong with the files of a state; a sound one yields nothing."""
    store = outlined(surroundings, opening).store
    found: list[str] = []
    snapshot: Snapshot | None = None
    try:
        snapshot = store.snapshot()
        store.key()
    except DstateError as error:
        found.append(f"{error.message}; {error.hint}")
    found += [
        f"the copy of serial {one.serial}: {one.wrong}"
        for one in store.history.copies()
        if one.wrong
    ]
    data = store.disk.read(store.folder / FILE)
    if data is not None:
        leftover = read_journal(data)
        if leftover is None or leftover.damaged:
            lines = leftover.damaged if leftover is not None else ()
            found.append(f"the journal cannot be read, lines {list(lines)}; run `dstate resume`")
        elif snapshot is not None and leftover.base_serial == snapshot.serial:
            found.append("a run was interrupted; `dstate resume` settles what it left")
    return found


def lock_holder(surroundings: Surroundings, opening: Opening) -> Holder | None:
    """Say who holds the lock now; nobody, where it can be had."""
    store = outlined(surroundings, opening).store
    if store.disk.status(store.folder) is None or store.disk.status(store.lock_file) is None:
        return None
    actor = surroundings.actor()
    probe = Holder(
        user=actor.user,
        host=actor.host,
        pid=actor.pid,
        since=surroundings.now(),
        command="dstate force-unlock",
    )
    before = holder_of(store.lock_file, store.disk)
    try:
        with held(store.lock_file, probe, disk=store.disk, pause=surroundings.pause):
            return None
    except DstateError:
        return before
