"""`state rebuild`: a lost state is found out again, by what the stack and the project say."""

from collections.abc import Mapping
from dataclasses import replace

from descope_state.app.locking import started_by
from descope_state.app.planning import Planned, Reading, planned
from descope_state.app.surroundings import Surroundings
from descope_state.app.trailing import Trail
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.core.planner import Wishes
from descope_state.core.rebuilding import Rebuilt, found_anew, summed
from descope_state.errors import DstateError, Refused
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.resource import Entry
from descope_state.model.state import Snapshot
from descope_state.model.value import known
from descope_state.store.lock import Holder, held
from descope_state.store.mending import Mended, Mending

_COMMAND = "state rebuild"
# A round finds what needs nothing but what was found before it: as many as a stack is deep.
_MOST_ROUNDS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The new state, what was found for it, and the serial of a copy that would say more."""

    mended: Mended
    rebuilt: Rebuilt
    copy: int | None


def rebuild(
    surroundings: Surroundings,
    opening: Opening,
    *,
    force: bool,
    seconds: float,
    reading: Reading,
) -> Done:
    """Find the objects of a stack again, and write the state that remembers them."""
    workspace = opened(surroundings, opening)
    store = workspace.store
    store.disk.make_folder(store.folder)
    started = started_by(surroundings, _COMMAND)
    actor = surroundings.actor()
    holder = Holder(
        user=actor.user,
        host=actor.host,
        pid=actor.pid,
        since=started.at,
        command=started.command,
    )
    with held(store.lock_file, holder, disk=store.disk, timeout=seconds, pause=surroundings.pause):
        mending = Mending(folder=store.folder, disk=store.disk)
        _refuse_loss(mending, workspace, force=force)
        copy = mending.history.newest_good()
        before = mending.standing() or (copy.snapshot if copy is not None else None)
        result, entries = _found(workspace, surroundings, reading=reading, before=before)
        _refuse_other(workspace, before, project_id=result.plan.bindings.project_id)
        done = mending.rebuilt(_snapshot(result, entries))
        rebuilt = summed(
            result.plan, result.observation, entries=entries, catalog=workspace.catalog
        )
        trail = Trail(workspace=workspace, surroundings=surroundings, started=started)
        trail.noted(
            "state",
            outcome="done",
            serial=done.snapshot.serial,
            matched=len(rebuilt.matched),
            ambiguous=len(rebuilt.ambiguous),
            missing=len(rebuilt.missing),
        )
    fuller = copy is not None and before is copy.snapshot
    return Done(mended=done, rebuilt=rebuilt, copy=copy.serial if copy and fuller else None)


def _refuse_loss(mending: Mending, workspace: Workspace, *, force: bool) -> None:
    """Refuse to throw away what is remembered, unless that is meant."""
    standing = mending.standing()
    if standing is not None and standing.entries and not force:
        number = len(standing.entries)
        count = "one entry" if number == 1 else f"{number:,} entries"
        message = f"`{workspace.environment}` has a state with {count}, which can be read"
        hint = "`dstate state rebuild --force` sets it aside and finds everything anew"
        raise Refused(message, hint=hint)


def _refuse_other(workspace: Workspace, before: Snapshot | None, *, project_id: str) -> None:
    if before is not None and before.project_id != project_id:
        message = (
            f"the state of `{workspace.environment}` belonged to project {before.project_id},"
            f" and these credentials are of project {project_id}"
        )
        hint = "use its credentials, or move the state's folder out of the way"
        raise Refused(message, hint=hint)


def _found(
    workspace: Workspace,
    surroundings: Surroundings,
    *,
    reading: Reading,
    before: Snapshot | None,
) -> tuple[Planned, Mapping[Address, Entry]]:
    """Plan again and again, each time with what was found before, until nothing more is found."""
    lineage = before.lineage if before is not None else surroundings.lineage()
    entries: Mapping[Address, Entry] = {}
    for _ in range(_MOST_ROUNDS):
        supposed = Snapshot(
            lineage=lineage,
            serial=0,
            environment=workspace.environment,
            project_id="",
            entries=entries,
        )
        result = planned(
            workspace,
            surroundings,
            wishes=Wishes(),
            reading=Reading(
                parallelism=reading.parallelism, capacity=reading.capacity, supposed=supposed
            ),
        )
        again = found_anew(
            result.plan, result.observation, entries=entries, catalog=workspace.catalog
        )
        if again == entries:
            return result, entries
        entries = again
    message = "the stack goes deeper than its objects can be followed"
    raise DstateError(message, hint="put the state back from a backup")


def _snapshot(result: Planned, entries: Mapping[Address, Entry]) -> Snapshot:
    outputs = {one.name: one for one in result.plan.outputs if known(one.value)}
    bindings = result.plan.bindings
    kept = {
        address: replace(
            entry, depends_on=tuple(other for other in entry.depends_on if other in entries)
        )
        for address, entry in entries.items()
    }
    return Snapshot(
        lineage=bindings.lineage,
        serial=0,
        environment=bindings.environment,
        project_id=bindings.project_id,
        entries=kept,
        outputs=outputs,
    )
