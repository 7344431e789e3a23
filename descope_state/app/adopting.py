"""Takes live objects under management: one under an address, or one that is in no stack yet."""

from collections.abc import Callable, Mapping
from dataclasses import field, replace

from descope_state.app.admission import confirm
from descope_state.app.applying import Applied, Ground, Manner, Watch
from descope_state.app.intaking import (
    ahead,
    documents_of,
    ground_of,
    look,
    refuse_changes,
    refuse_taken,
    written,
)
from descope_state.app.locking import locked, started_by
from descope_state.app.planning import Planned, Reading, planned
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.config.appending import appended
from descope_state.config.files import read_inside
from descope_state.config.writing import resources
from descope_state.core.intake import Asked, Intake, Taken, intake
from descope_state.core.naming import plural
from descope_state.core.observation import Observation
from descope_state.core.planner import Wishes
from descope_state.errors import BadCredentials, Refused, UnsafeFile, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action
from descope_state.model.nearness import listed, nearest
from descope_state.model.resource import Live
from descope_state.store.placing import Placing

_MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """A block that the stack lacks: it is to be pasted, and then the import done again."""

    address: Address
    text: str
    files: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()


# -- one object under an address --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """What a command line says of one import."""

    address: Address
    id: str
    write: str = ""


def import_one(
    surroundings: Surroundings, opening: Opening, *, one: One, manner: Manner, watch: Watch
) -> Applied | Pasted:
    """Put an existing object under an address: planned, shown, asked and applied like all else."""
    workspace = opened(surroundings, opening)
    address = one.address
    if address.kind not in workspace.catalog:
        message = f"there is no kind `{address.kind}`"
        near = nearest(address.kind, workspace.catalog)
        hint = f"did you mean `{near}`?" if near else "`dstate explain` lists the kinds"
        raise UsageError(message, hint=hint)
    stated = any(desired.address == address for desired in workspace.resolution().desired)
    kinds = workspace.catalog if not stated else [address.kind]
    seen = look(workspace, surroundings, kinds=kinds, manner=manner)
    live = _meant(seen, address.kind, one.id)
    imports = {address: live.id}
    refuse_taken(workspace, seen, imports=imports)
    task = Task(
        workspace=workspace, surroundings=surroundings, manner=manner, watch=watch, imports=imports
    )
    if stated:
        return task.carry_out(Wishes(imports=imports, targets=(address,)))
    _refuse_instance(workspace, address)
    _refuse_managed(workspace, seen, live=live)
    found = intake(ground_of(workspace, seen), Asked(only=(live.kind, live.id), address=address))
    taken = _only(found)
    if not one.write:
        return _pasted(taken, found)
    return task.with_files(_into(workspace, one.write, taken=taken, found=found), seen=seen)


def _refuse_instance(workspace: Workspace, address: Address) -> None:
    if address.key is not None or any(
        (block.kind, block.name) == (address.kind, address.name)
        for block in workspace.documents.blocks
    ):
        message = f"the stack has no {address} in `{workspace.environment}`"
        hint = (
            f"its `for_each`, `when` or `exclude` leaves it out: dstate graph | grep {address.name}"
        )
        raise UsageError(message, hint=hint)


def _refuse_managed(workspace: Workspace, seen: Observation, *, live: Live) -> None:
    for address, entry in ground_of(workspace, seen).entries.items():
        if (address.kind, entry.id) == (live.kind, live.id):
            message = f"{live.kind} {live.id} is {address} already"
            raise UsageError(message, hint=f"to rename it: dstate state mv {address} NEW")


def _meant(seen: Observation, kind: str, text: str) -> Live:
    """Find the object that is meant by an id or a natural key."""
    live = seen.object(kind, text) or seen.named(kind, text)
    if live is not None:
        twins = [one for one in seen.live[kind].values() if one.identity == live.identity]
        if live.id != text and len(twins) > 1:
            ids = listed([f"`{one.id}`" for one in sorted(twins, key=lambda one: one.id)])
            message = f"several {plural(kind)} are called `{text}`"
            raise UsageError(message, hint=f"say which by its id: {ids}")
        return live
    if why := seen.closed.get(kind):
        message = f"these credentials may not read a {kind}: {why}"
        raise BadCredentials(message)
    message = f"there is no {kind} `{text}`"
    raise UsageError(message, hint=_near(seen, kind, text))


def _near(seen: Observation, kind: str, text: str) -> str:
    objects = sorted(seen.live.get(kind, {}).values(), key=lambda one: (one.identity, one.id))
    if not objects:
        return f"the project has no {kind}"
    known = {word: one for one in objects for word in (one.id, one.identity)}
    near = nearest(text, known)
    if near is not None:
        one = known[near]
        return f"did you mean `{one.identity}` ({one.id})?"
    named = [f"`{one.identity}` ({one.id})" for one in objects[:_MOST_NAMED]]
    more = f" and {len(objects) - _MOST_NAMED} more" if len(objects) > _MOST_NAMED else ""
    return f"there are {', '.join(named)}{more}"


def _only(found: Intake) -> Taken:
    if found.taken:
        return found.taken[0]
    left = next(one for one in found.left if one.id)
    message = f"{left.kind} {left.id} cannot be taken in: {left.why}"
    raise Refused(message, hint=left.hint)


def _pasted(taken: Taken, found: Intake) -> Pasted:
    return Pasted(
        address=taken.address,
        text=resources([written(taken)], heading=()),
        files={name: data.decode() for name, data in documents_of(found).items()},
        secrets=tuple(taken.secrets.values()),
    )


# -- files that go with it --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One more block in a file of the stack, new or old, and the files it refers to."""

    address: Address
    file: str
    before: bytes | None
    after: bytes
    beside: Mapping[str, bytes]


def _into(workspace: Workspace, file: str, *, taken: Taken, found: Intake) -> Edit:
    """Write a block into a file of the stack that may be there already."""
    if not file.endswith(".yaml") or (file.count("/") and not file.startswith("resources/")):
        message = f"`{file}` would not be read as a file of the stack"
        raise UsageError(message, hint="name a `.yaml` file beside dstate.yaml or in resources/")
    before = None
    if (workspace.root / file).exists():
        before = read_inside(workspace.root, file)
        after = appended(before, one=written(taken), file=file)
    else:
        described = workspace.catalog[taken.address.kind]
        after = resources([written(taken)], heading=[described.schema.description]).encode()
    beside = {
        name: data
        for name, data in documents_of(found).items()
        if not (workspace.root / name).exists() or read_inside(workspace.root, name) != data
    }
    return Edit(address=taken.address, file=file, before=before, after=after, beside=beside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One import on its way: its plan is made from the stack as it will be."""

    workspace: Workspace
    surroundings: Surroundings
    manner: Manner
    watch: Watch
    imports: Mapping[Address, str]

    def with_files(self, edit: Edit, *, seen: Observation) -> Applied:
        """Write a block and take its object over, or do neither."""
        future = ahead(self.workspace, {edit.file: edit.after, **edit.beside}, new=self.imports)
        task = replace(self, workspace=future)
        disk = self.workspace.store.disk
        placing = Placing(disk=disk, root=self.workspace.root, files=self._new(edit))

        def write() -> None:
            # Once they are written they stay: what is in the state must not lack its block.
            placing.place()
            if edit.before is not None:
                try:
                    disk.rewrite(self.workspace.root / edit.file, edit.after)
                except UnsafeFile:
                    placing.undo()
                    raise

        wishes = Wishes(imports=self.imports, alone=True)
        return task.carry_out(wishes, approved=write, seen=seen)

    def _new(self, edit: Edit) -> dict[str, bytes]:
        new = {edit.file: edit.after} if edit.before is None else {}
        return {**new, **edit.beside}

    def carry_out(
        self,
        wishes: Wishes,
        *,
        approved: Callable[[], None] | None = None,
        seen: Observation | None = None,
    ) -> Applied:
        """Plan, show, ask and apply under the lock."""
        workspace, manner = self.workspace, self.manner
        started = started_by(self.surroundings, "import")
        with locked(
            workspace, self.surroundings, started=started, seconds=manner.lock_timeout
        ) as held:
            ground = Ground(
                held=held,
                workspace=workspace,
                surroundings=self.surroundings,
                manner=manner,
                watch=self.watch,
            )
            ground.settle()
            reading = Reading(parallelism=manner.parallelism, capacity=manner.capacity, seen=seen)
            result = planned(workspace, self.surroundings, wishes=wishes, reading=reading)
            held.reload()
            if wishes.alone:
                refuse_changes(result.plan, self.imports)
            self.watch.target(workspace.environment, result.plan.bindings.project_id)
            self._confirm(result)
            return ground.ask_and_apply(result, started=started, approved=approved)

    def _confirm(self, result: Planned) -> None:
        """Ask for the name of a protected environment, where nothing is written to the project."""
        environment = self.workspace.documents.environment
        if not environment.protected:
            return
        if any(
            change.writes and change.action is not Action.ADOPT for change in result.plan.changes
        ):
            message = f"`{environment.name}` is protected, and this import would change it"
            hint = "write an `imports` entry, and apply a plan that was saved and seen"
            raise Refused(message, hint=hint)
        confirm(environment.name, typed=self.manner.confirmed or self.watch.named(environment.name))
