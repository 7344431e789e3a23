"""Makes and looks after backups: before whatever overwrites something, and when they are asked for.

There is one mechanism. What a run is about to overwrite goes into a backup, and the record of the
run names that; what a person asks for is the same, of every object there is.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from descope_state.app.keeping import backups_of
from descope_state.app.locking import started_by
from descope_state.app.planning import Reading, Scope, sighted
from descope_state.app.surroundings import Surroundings
from descope_state.app.trailing import Trail
from descope_state.app.workspace import Opening, Workspace, outlined
from descope_state.core.observation import Observation
from descope_state.errors import UsageError
from descope_state.frozen import dataclass
from descope_state.model.change import Action, Change
from descope_state.model.codec import plain, plain_entry
from descope_state.model.event import Started
from descope_state.model.outcome import Outcome
from descope_state.model.plan import Plan
from descope_state.model.resource import Entry, Live
from descope_state.model.state import Snapshot
from descope_state.sdk.catalog import Catalog
from descope_state.store.backup_files import Kept, KindFile, Manifest
from descope_state.store.backups import Backups
from descope_state.store.runs import Record

_OVERWRITING = (Action.UPDATE, Action.REPLACE, Action.DELETE, Action.FORGET)


class Everything(Collection[str]):
    """The ids of all objects, whichever those are; nothing of them is managed."""

    def __contains__(self, _: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Makes backups of one environment, in the name of one run."""

    workspace: Workspace
    surroundings: Surroundings
    started: Started

    def before(self, changes: Iterable[Change], *, snapshot: Snapshot, seen: Observation) -> str:
        """Keep what changes are about to overwrite; gives the backup's name, or nothing."""
        found: dict[str, list[Kept]] = {}
        for change in changes:
            live = seen.live.get(change.address.kind, {}).get(change.id)
            if change.action in _OVERWRITING and live is not None:
                entry = snapshot.entries.get(change.moved_from or change.address)
                found.setdefault(live.kind, []).append(_kept(live, entry))
        if not found:
            return ""
        return self._keep(found, snapshot=snapshot, seen=seen, whole=False)

    def whole(self, *, snapshot: Snapshot, seen: Observation) -> str:
        """Keep all that was seen."""
        known = {(one.address.kind, one.id): one for one in snapshot.entries.values()}
        found = {
            kind: [_kept(one, known.get((kind, one.id))) for one in objects.values()]
            for kind, objects in seen.live.items()
            if objects
        }
        return self._keep(found, snapshot=snapshot, seen=seen, whole=True)

    def _keep(
        self,
        found: Mapping[str, list[Kept]],
        *,
        snapshot: Snapshot,
        seen: Observation,
        whole: bool,
    ) -> str:
        backups = backups_of(self.workspace, self.surroundings, project_id=snapshot.project_id)
        catalog = self.workspace.catalog
        manifest = Manifest(
            number=0,
            at=self.surroundings.now(),
            whole=whole,
            run=self.started.run,
            command=self.started.command,
            actor=self.started.actor,
            stack=self.workspace.documents.name,
            environment=snapshot.environment,
            project_id=snapshot.project_id,
            base_url=seen.base_url,
            lineage=snapshot.lineage,
            serial=snapshot.serial,
            version=self.surroundings.version,
            closed=dict(seen.closed) if whole else {},
        )
        name = backups.keep(
            manifest, [_file(kind, found[kind], catalog=catalog) for kind in sorted(found)]
        )
        kept = self.workspace.documents.retention
        backups.prune(now=manifest.at, days=kept.backup_days, count=kept.backups)
        return name


class Recording:
    """The record of one run: which backup holds what it overwrites, and how it ended."""

    def __init__(self, plan: Plan, keeper: Keeper, *, snapshot: Snapshot) -> None:
        self._plan = plan
        self._keeper = keeper
        self._snapshot = snapshot
        self._trail = Trail(
            workspace=keeper.workspace, surroundings=keeper.surroundings, started=keeper.started
        )
        # None: nothing was begun. What is only taken into the state overwrites nothing.
        self._record: Record | None = None

    def before(self, changes: tuple[Change, ...], seen: Observation) -> None:
        """Keep what is about to be overwritten; where that fails, nothing is written at all."""
        backup = self._keeper.before(changes, snapshot=self._snapshot, seen=seen)
        self._record = self._trail.before(
            self._plan, changes, snapshot=self._snapshot, backup=backup
        )

    def after(self, outcome: Outcome) -> None:
        """Complete the record with how the run ended."""
        if self._record is not None:
            self._trail.after(self._record, outcome)


def _kept(live: Live, entry: Entry | None) -> Kept:
    raw = None if entry is None else plain_entry(entry)
    return Kept.model_validate(
        {
            "id": live.id,
            "identity": live.identity,
            "attributes": plain(live.attributes),
            "computed": plain(live.computed),
            "address": "" if entry is None else str(entry.address),
            "entry": raw,
        }
    )


def _file(kind: str, objects: list[Kept], *, catalog: Catalog) -> KindFile:
    schema = catalog[kind].schema
    return KindFile(
        kind=kind,
        provider=schema.provider,
        schema_version=schema.version,
        objects=sorted(objects, key=lambda one: (one.identity, one.id)),
    )


def create(surroundings: Surroundings, opening: Opening, *, reading: Reading) -> tuple[str, int]:
    """Make a backup of everything; gives its name and how many objects it holds."""
    workspace = outlined(surroundings, opening)
    kinds = tuple(workspace.catalog)
    everything = Everything()
    scope = Scope(kinds=kinds, managed=dict.fromkeys(kinds, everything))
    sight = sighted(workspace, surroundings, scope=lambda _: scope, reading=reading)
    started = started_by(surroundings, "backup create")
    keeper = Keeper(workspace=workspace, surroundings=surroundings, started=started)
    name = keeper.whole(snapshot=sight.snapshot, seen=sight.observation)
    return name, sum(map(len, sight.observation.live.values()))


def found(surroundings: Surroundings, opening: Opening) -> tuple[Workspace, Backups]:
    """Give the backups of the project that an environment is."""
    workspace = outlined(surroundings, opening)
    snapshot = workspace.store.snapshot()
    environment = workspace.documents.environment
    project = snapshot.project_id if snapshot is not None else environment.project_id
    if not project:
        message = f"nobody knows yet which project `{environment.name}` is"
        raise UsageError(message, hint="`dstate plan` finds out, or state its `project_id`")
    return workspace, backups_of(workspace, surroundings, project_id=project)
