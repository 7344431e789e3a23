"""Takes live objects under management: one under an address, or one that is in no stack yet."""

from collections.abc import Callable, Mapping
from dataclasses import field, replace

from descope_state.app.admission import confirm
from descope_state.app.applying import Applied, Ground, Manner, Watch
from descope_state.app.intaking import (
    ahead,
    documents_of,
    ground_of,
    held,
    look,
    refuse_changes,
    written,
)
from descope_state.app.locking import locked, started_by
from descope_state.app.planning import Planned, Reading, planned
from descope_state.app.settling import settle_first
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.config.appending import appended
from descope_state.config.files import read_inside
from descope_state.config.settings import SETTINGS_FILE
from descope_state.config.writing import resources
from descope_state.core.intake import Asked, Intake, intake, unmanaged
from descope_state.core.intake import Ground as Ground_
from descope_state.core.naming import plural, slug
from descope_state.core.observation import Observation
from descope_state.core.planner import Wishes
from descope_state.errors import BadCredentials, Refused, UnsafeFile, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action
from descope_state.model.nearness import listed, nearest
from descope_state.model.resource import Live
from descope_state.store.placing import Placing, differing

_MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Already:
    """An import that was done before: the address holds that very object."""

    address: Address
    id: str


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
) -> Applied | Pasted | Already:
    """Put an existing object under an address: planned, shown, asked and applied like all else."""
    workspace = opened(surroundings, opening)
    address = one.address
    if address.kind not in workspace.catalog:
        message = f"there is no kind `{address.kind}`"
        near = nearest(address.kind, workspace.catalog)
        hint = f"did you mean `{near}`?" if near else "`dstate explain` lists the kinds"
        raise UsageError(message, hint=hint)
    stated = any(desired.address == address for desired in workspace.resolution().desired)
    settle_first(workspace, surroundings, watch=watch, manner=manner)
    kinds = workspace.catalog if not stated else [address.kind]
    seen = look(workspace, surroundings, kinds=kinds, manner=manner)
    live = _meant(seen, address.kind, one.id)
    imports = {address: live.id}
    if held(workspace, seen, live=live, address=address):
        return Already(address=address, id=live.id)
    task = Task(
        workspace=workspace, surroundings=surroundings, manner=manner, watch=watch, imports=imports
    )
    if stated:
        return task.carry_out(Wishes(imports=imports, targets=(address,)))
    _refuse_instance(workspace, address)
    _refuse_managed(workspace, seen, live=live)
    only = frozenset({(live.kind, live.id)})
    found = intake(ground_of(workspace, seen), Asked(only=only, address=address))
    _refuse_left(found)
    if not one.write:
        return _pasted(found)
    _check_file(one.write)
    return task.with_files(edits(workspace, found, file=one.write), seen=seen)


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
            ids = listed(sorted(one.id for one in twins))
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


def _refuse_left(found: Intake) -> None:
    for left in found.left:
        if left.id:
            message = f"{left.kind} {left.identity or left.id} cannot be taken in: {left.why}"
            raise Refused(message, hint=left.hint)


def _pasted(found: Intake) -> Pasted:
    (taken,) = found.taken
    return Pasted(
        address=taken.address,
        text=resources([written(taken)], heading=()),
        files={name: data.decode() for name, data in documents_of(found).items()},
        secrets=tuple(taken.secrets.values()),
    )


# -- objects that nobody manages --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Strays:
    """What a command line says of objects to adopt: names, ids or addresses, and a file."""

    names: tuple[str, ...]
    write: str = ""


def adopt(
    surroundings: Surroundings, opening: Opening, *, strays: Strays, manner: Manner, watch: Watch
) -> Applied:
    """Take objects into the stack that are in none: a block each, beside others of its kind."""
    if strays.write:
        _check_file(strays.write)
    workspace = opened(surroundings, opening)
    settle_first(workspace, surroundings, watch=watch, manner=manner)
    seen = look(workspace, surroundings, kinds=workspace.catalog, manner=manner)
    ground = ground_of(workspace, seen)
    chosen = [stray(ground, name) for name in strays.names]
    found = intake(ground, Asked(only=frozenset((one.kind, one.id) for one in chosen)))
    _refuse_left(found)
    task = Task(
        workspace=workspace,
        surroundings=surroundings,
        manner=manner,
        watch=watch,
        imports={taken.address: taken.id for taken in found.taken},
        command="drift adopt",
    )
    return task.with_files(edits(workspace, found, file=strays.write), seen=seen)


def stray(ground: Ground_, text: str) -> Live:
    """Find the object in no stack that is meant by an address, a natural key or an id."""
    strays = list(unmanaged(ground))
    kind, _, name = text.partition(".")
    matches = [
        live
        for live in strays
        if text in (live.id, live.identity)
        or (live.kind == kind and name in (live.id, live.identity, slug(live.identity)))
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        names = listed([f"{live.kind}.{live.id}" for live in matches])
        message = f"`{text}` could be several objects"
        raise UsageError(message, hint=f"say which: {names}")
    known = {f"{live.kind}.{live.identity}" for live in strays} | {live.identity for live in strays}
    near = nearest(text, known)
    hint = f"did you mean `{near}`?" if near else "`dstate drift` names what is in no stack"
    message = f"there is no `{text}` in the project that no stack has"
    raise UsageError(message, hint=hint)


# -- files that go with it --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """Blocks to be written: files that become longer, as they were and will be, and new files."""

    longer: Mapping[str, tuple[bytes, bytes]]
    new: Mapping[str, bytes]

    @property
    def files(self) -> dict[str, bytes]:
        """Every file as it will be."""
        return {**{name: after for name, (_, after) in self.longer.items()}, **self.new}


def edits(workspace: Workspace, found: Intake, *, file: str) -> Edits:
    """Write each block into a file, or into the one that its kind has."""
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    for taken in found.taken:
        name = file or _file_of(workspace, taken.address.kind)
        if name not in after and (workspace.root / name).exists():
            before[name] = after[name] = read_inside(workspace.root, name)
        if name in after:
            after[name] = appended(after[name], one=written(taken), file=name)
        else:
            described = workspace.catalog[taken.address.kind]
            heading = [described.schema.description]
            after[name] = resources([written(taken)], heading=heading).encode()
    longer = {name: (text, after.pop(name)) for name, text in before.items()}
    return Edits(longer=longer, new={**after, **documents_of(found)})


def _file_of(workspace: Workspace, kind: str) -> str:
    """Name the file that holds most blocks of a kind, or the one it would have."""
    files: dict[str, int] = {}
    for block in workspace.documents.blocks:
        origin = block.locate(()) if block.kind == kind else None
        if origin is not None:
            files[origin.file] = files.get(origin.file, 0) + 1
    usual = f"resources/{plural(kind)}.yaml"
    return max(sorted(files), key=lambda name: files[name], default=usual)


def _check_file(file: str) -> None:
    if not file.endswith(".yaml") or ("/" in file and not file.startswith("resources/")):
        message = f"`{file}` would not be read as a file of the stack"
        raise UsageError(message, hint="name a `.yaml` file beside dstate.yaml or in resources/")
    if file == SETTINGS_FILE:
        message = f"`{file}` holds the settings of the stack, and no resources"
        raise UsageError(message, hint="name another file, for instance resources/more.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One import on its way: its plan is made from the stack as it will be."""

    workspace: Workspace
    surroundings: Surroundings
    manner: Manner
    watch: Watch
    imports: Mapping[Address, str]
    command: str = "import"

    def with_files(self, made: Edits, *, seen: Observation) -> Applied:
        """Write blocks and take their objects over, or do neither."""
        there = differing(self.workspace.store.disk, self.workspace.root, files=made.new)
        if there:
            message = f"`{there[0]}` is there already and says something else"
            raise Refused(message, hint="nothing was written; move it out of the way")
        task = replace(self, workspace=ahead(self.workspace, made.files, new=self.imports))
        wishes = Wishes(imports=self.imports, alone=True)
        return task.carry_out(wishes, approved=lambda: self._write(made), seen=seen)

    def _write(self, made: Edits) -> None:
        """Write all files; once they are written they stay, for the state must not be ahead."""
        disk, root = self.workspace.store.disk, self.workspace.root
        placing = Placing(disk=disk, root=root, files=made.new)
        placing.place()
        done: list[str] = []
        try:
            for name, (_, after) in made.longer.items():
                disk.rewrite(root / name, after)
                done.append(name)
        except UnsafeFile:
            for name in done:
                disk.rewrite(root / name, made.longer[name][0])
            placing.undo()
            raise

    def carry_out(
        self,
        wishes: Wishes,
        *,
        approved: Callable[[], None] | None = None,
        seen: Observation | None = None,
    ) -> Applied:
        """Plan, show, ask and apply under the lock."""
        workspace, manner = self.workspace, self.manner
        started = started_by(self.surroundings, self.command)
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
