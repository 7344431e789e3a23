"""Brings back what was: the objects of a backup, or what a run did away with. Both are plans."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from descope_state.app.applying import Applied, Manner, Watch
from descope_state.app.backing import found
from descope_state.app.planning import Planned, Reading
from descope_state.app.surroundings import Surroundings
from descope_state.app.trailing import audit_of
from descope_state.app.wanted import Order, Seen, apply_order, plan_order
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.core.portable import Cites, no_documents
from descope_state.core.restoring import Restored, Today, Was, restored
from descope_state.core.wanted import Wanted
from descope_state.errors import Refused, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.codec import revived
from descope_state.model.resource import Live
from descope_state.model.value import Json, Value
from descope_state.sdk.citing import Citation, Citing
from descope_state.store.backup_files import Kept
from descope_state.store.backups import Backup
from descope_state.store.runs import Record, Runs

_UNDOABLE = ("done", "failed", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which objects of a backup are meant; what is empty means all."""

    kinds: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    def means(self, was: Was) -> bool:
        """Tell whether an object is one of those."""
        if self.kinds and was.live.kind not in self.kinds:
            return False
        address = str(was.address) if was.address is not None else ""
        named = (address, address.partition("[")[0], f"{was.live.kind}.{was.live.identity}")
        return not self.addresses or any(
            pattern in named or fnmatchcase(address, pattern) for pattern in self.addresses
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What is to come back: objects as they were, and objects that were made since and are to go.

    `source` says in a sentence what it comes from: nobody has to have named that. `told` hears in
    plain words what cannot come back, before anything is asked.
    """

    command: str
    source: str
    kept: tuple[Was, ...]
    chosen: tuple[Was, ...]
    made: Mapping[Address, str]
    overrides: Mapping[str, int]
    told: Callable[[Sequence[str]], None]


def restoring(
    surroundings: Surroundings,
    opening: Opening,
    *,
    name: str | None,
    choice: Choice,
    overrides: Mapping[str, int],
    told: Callable[[Sequence[str]], None],
) -> Return:
    """Say what of a backup is to come back."""
    workspace, backups = found(surroundings, opening)
    backup = backups.read(backups.named(name))
    kept = _kept(backup, workspace)
    chosen = tuple(one for one in kept if choice.means(one))
    if not chosen:
        message = f"backup {backup.name} holds nothing of that kind"
        raise UsageError(message, hint=f"`dstate backup show {backup.manifest.number}` tells")
    return Return(
        command=f"backup restore {backup.name}",
        source=_told(backup),
        kept=kept,
        chosen=chosen,
        made={},
        overrides=overrides,
        told=told,
    )


def _told(backup: Backup) -> str:
    of = "of everything" if backup.manifest.whole else f"made before run {backup.manifest.run}"
    return f"This is from backup {backup.name}, {of}."


def undoing(
    surroundings: Surroundings,
    opening: Opening,
    *,
    run: str | None,
    overrides: Mapping[str, int],
    told: Callable[[Sequence[str]], None],
) -> Return:
    """Say what of a run is to be undone."""
    workspace, backups = found(surroundings, opening)
    runs = Runs(folder=workspace.store.folder, disk=workspace.store.disk)
    record = runs.named(run) if run is not None else _last(runs)
    kept = _overwritten(record, workspace, read=lambda name: backups.read(backups.named(name)))
    made = dict(_made(record, workspace, surroundings))
    if not kept and not made:
        message = f"run {record.get('run')} changed nothing in the project"
        raise UsageError(message, hint="`dstate runs list` names the others")
    return Return(
        command=f"undo {record.get('run')}",
        source=f"This undoes run {record.get('run')}, `{record.get('command')}`.",
        kept=kept,
        chosen=kept,
        made=made,
        overrides=overrides,
        told=told,
    )


def _last(runs: Runs) -> Record:
    """Give the newest run that did anything to the project."""
    found = next((record for record in runs.all() if record.get("changes") != {}), None)
    if found is None:
        message = "no run is remembered here that changed anything in the project"
        raise UsageError(message, hint="`dstate runs list` names all that are")
    return found


def _overwritten(
    record: Record, workspace: Workspace, *, read: Callable[[str], Backup]
) -> tuple[Was, ...]:
    name = record.get("backup")
    if not isinstance(record.get("changes"), dict):
        message = f"run {record.get('run')} was made by an older dstate, and has no backup"
        raise UsageError(message)
    if not isinstance(name, str) or not name:
        return ()
    try:
        backup = read(name)
    except UsageError:
        message = f"the backup of run {record.get('run')} is gone: {name}"
        hint = "backups are kept as `retention` in `dstate.yaml` says; `dstate backup list`"
        raise Refused(message, hint=hint) from None
    return _kept(backup, workspace)


def _made(
    record: Record, workspace: Workspace, surroundings: Surroundings
) -> Iterable[tuple[Address, str]]:
    """Give what a run made that was not there before."""
    results = record.get("results")
    if not isinstance(results, list):
        return _found_made(record, workspace, surroundings)
    return _told_made(results)


def _told_made(results: list[Json]) -> Iterator[tuple[Address, str]]:
    for result in results:
        match result:
            case {"action": "create", "address": str(text), "id": str(id_), "fate": str(fate)}:
                if fate in _UNDOABLE:
                    yield Address.parse(text), id_
            case _:
                continue


def _found_made(
    record: Record, workspace: Workspace, surroundings: Surroundings
) -> Iterator[tuple[Address, str]]:
    """Give what an interrupted run made: the trail tells, once it is known what became of it."""
    if workspace.store.disk.status(workspace.store.journal_file) is not None:
        message = f"run {record.get('run')} was interrupted, and not all that it did is known yet"
        raise Refused(message, hint="`dstate resume` finds it out; then undo it")
    changes = record.get("changes")
    for row in audit_of(workspace, surroundings).records():
        if row.get("run") != record.get("run") or not isinstance(changes, dict):
            continue
        match row, changes.get(str(row.get("address"))):
            case (
                {"operation": "create", "outcome": "done", "address": str(text), "id": str(id_)},
                {"action": "create"},
            ):
                yield Address.parse(text), id_
            case _:
                continue


def _kept(backup: Backup, workspace: Workspace) -> tuple[Was, ...]:
    for kind, file in backup.kinds.items():
        described = workspace.catalog.get(kind)
        if described is None or described.schema.version != file.schema_version:
            message = f"the {kind}s of backup {backup.name} are of another version of their kind"
            raise Refused(message, hint="install the version of the provider that made it")
    return tuple(
        Was(
            live=_live(kind, one),
            address=Address.parse(one.address) if one.address else None,
        )
        for kind, file in sorted(backup.kinds.items())
        for one in file.objects
    )


def _live(kind: str, kept: Kept) -> Live:
    return Live(
        kind=kind,
        id=kept.id,
        identity=kept.identity,
        attributes=_values(kept.attributes),
        computed=_values(kept.computed),
    )


def _values(raw: Mapping[str, Json]) -> dict[str, Value]:
    return {name: revived(value) for name, value in raw.items()}


def _order(back: Return, workspace: Workspace) -> Order:
    kinds = {one.live.kind for one in back.kept} | {address.kind for address in back.made}
    whole: dict[str, set[str]] = {kind: set() for kind in kinds}
    for one in back.kept:
        whole[one.live.kind] |= {one.live.id, one.live.identity}
    snapshot = workspace.store.snapshot()
    for entry in snapshot.entries.values() if snapshot is not None else ():
        if entry.address.kind in whole:
            whole[entry.address.kind].add(entry.id)

    def decide(seen: Seen) -> Sequence[Wanted]:
        came = _decided(back, seen)
        back.told(came.lost)
        return came.wanted

    return Order(
        command=back.command,
        kinds=kinds,
        decide=decide,
        whole=whole,
        overrides=back.overrides,
    )


def _decided(back: Return, seen: Seen) -> Restored:
    places = seen.places
    today = Today(
        observation=seen.sight.observation,
        entries=seen.sight.snapshot.entries,
        desired={one.address: one for one in seen.stack.desired},
        places=places,
        catalog=seen.workspace.catalog,
        cites=_cites(seen.workspace),
    )
    gone = [
        Wanted(
            address=places.place(address.kind, "", id_=id_, called=address.name).address,
            attributes=None,
            id=id_,
        )
        for address, id_ in back.made.items()
        if today.observation.object(address.kind, id_) is not None
    ]
    return restored(back.chosen, back.kept, today=today, gone=gone)


def _cites(workspace: Workspace) -> Cites:
    """Give what knows what documents name, where the provider does."""
    knowing = [one for one in workspace.providers.values() if isinstance(one, Citing)]
    if not knowing:
        return no_documents

    def cites(kind: str, attributes: Mapping[str, Value]) -> Iterable[Citation]:
        return [one for provider in knowing for one in provider.cites(kind, attributes)]

    return cites


def plan_return(
    surroundings: Surroundings,
    opening: Opening,
    *,
    back: Return,
    reading: Reading,
) -> tuple[Workspace, Planned]:
    """Plan what is to come back, and do nothing."""
    workspace = opened(surroundings, opening)
    order = _order(back, workspace)
    return workspace, plan_order(workspace, surroundings, order=order, reading=reading)


def apply_return(
    surroundings: Surroundings, opening: Opening, *, back: Return, manner: Manner, watch: Watch
) -> Applied:
    """Plan what is to come back, show it, ask, and do it."""
    workspace = opened(surroundings, opening)
    order = _order(back, workspace)
    return apply_order(surroundings, opening, order=order, manner=manner, watch=watch)
