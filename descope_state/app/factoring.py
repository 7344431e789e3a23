"""Brings several environments into one new stack, which keeps in one place what they share.

The whole stack is written aside and held against every project first: the plan of each
environment must take its objects over and do nothing else. Then the files are put where they
belong, and the state of one environment after the other is filled.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from descope_state.app.admission import confirm
from descope_state.app.adopting import Task
from descope_state.app.applying import Manner, Watch
from descope_state.app.designing import stack_name, stated_fields
from descope_state.app.emulating import copied
from descope_state.app.gathering import files_of, sides_of
from descope_state.app.intaking import Differs, look, refuse_changes
from descope_state.app.planning import Reading, planned
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened, outlined
from descope_state.config.dotenv import environment as merged_environ
from descope_state.config.location import find_stack, state_folder
from descope_state.config.settings import SETTINGS_FILE
from descope_state.config.writing import settings
from descope_state.core.factoring import (
    Factored,
    Side,
    factored,
)
from descope_state.core.observation import Observation
from descope_state.core.planner import Wishes
from descope_state.errors import Refused, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.outcome import Fate, Outcome
from descope_state.model.value import Value
from descope_state.store.disk import DISK
from descope_state.store.placing import Placing, differing

_FEWEST = 2
_STATES = "state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """What a command line says of bringing several environments in."""

    environments: tuple[str, ...]
    out: Path
    baseline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What several projects hold as it is to stand in one stack, before anything is written."""

    root: Path
    sides: Mapping[str, Side]
    factored: Factored
    files: Mapping[str, bytes]

    def imports(self, environment: str) -> dict[Address, str]:
        """Give the objects that one environment takes over, by address."""
        return {taken.address: taken.id for taken in self.sides[environment].intake.taken}


class FactoringWatch(Watch, Protocol):
    """Who watches several projects being brought in."""

    def reading(self, environment: str, *, kinds: int) -> None:
        """Hear that a project is being read."""

    def waiting(self, seconds: float) -> None:
        """Hear that the limits of the service make the reading wait."""

    def found(self, seen: Seen) -> None:
        """See what is to be written and taken over."""

    def agreed(self, environments: tuple[str, ...]) -> bool:
        """Tell whether to go on."""


def import_several(
    surroundings: Surroundings,
    opening: Opening,
    *,
    several: Several,
    manner: Manner,
    watch: FactoringWatch,
) -> tuple[Seen, dict[str, Outcome]]:
    """Bring several environments into a new stack, all of them or none."""
    names = tuple(sorted(several.environments))
    root = surroundings.folder / several.out
    _check(root, names)
    models = _models(surroundings, opening, names=names)
    _refuse_known_states(root, names)
    with tempfile.TemporaryDirectory(prefix="dstate-") as folder:
        task = _Several(
            root=root,
            aside=Path(folder) / stack_name(root),
            models=models,
            surroundings=replace(surroundings, environ=_environ(surroundings, models)),
            manner=manner,
            watch=watch,
        )
        seen = task.seen(names, baseline=several.baseline)
        task.verify(seen)
    watch.found(seen)
    _approve(task, names)
    return seen, task.carry_out(seen)


def _check(root: Path, names: tuple[str, ...]) -> None:
    if len(set(names)) < max(len(names), _FEWEST):
        message = "`--factor` is for several environments, each named once"
        raise UsageError(message, hint="write for instance `--env dev,staging,prod`")
    if (root / SETTINGS_FILE).exists():
        message = f"`{root}` is a stack already, and `--factor` makes a new one"
        raise UsageError(message, hint="name another folder with --out-dir")


def _models(
    surroundings: Surroundings, opening: Opening, *, names: tuple[str, ...]
) -> dict[str, Workspace]:
    """Give the environments of the stack at hand, which say where the projects are."""
    try:
        find_stack(surroundings.folder, chdir=opening.chdir)
    except UsageError:
        if opening.chdir is not None:
            raise
        return {}
    return {name: outlined(surroundings, replace(opening, environment=name)) for name in names}


def _environ(surroundings: Surroundings, models: Mapping[str, Workspace]) -> Mapping[str, str]:
    """Give the variables with the credentials: those of the stack at hand, or of the folder."""
    for model in models.values():
        return model.environ
    return merged_environ(surroundings.folder, surroundings.environ)


def _refuse_known_states(root: Path, names: tuple[str, ...]) -> None:
    stack = stack_name(root)
    for name in names:
        final = state_folder(root, stack=stack, path="", environment=name)
        if (final / "state.json").exists():
            message = f"`{final}` holds the state of another stack called `{stack}`"
            raise Refused(message, hint="give the new stack's folder another name")


def _approve(task: "_Several", names: tuple[str, ...]) -> None:
    manner, watch = task.manner, task.watch
    for name, model in task.models.items():
        if model.documents.environment.protected:
            given = manner.confirmed == name
            confirm(name, typed=name if given else watch.named(name))
    if not manner.automatic and not watch.agreed(names):
        message = "nothing was changed: the import was not approved"
        raise Refused(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Several:
    """Several projects on their way into a stack, which is first made aside."""

    root: Path
    aside: Path
    models: Mapping[str, Workspace]
    surroundings: Surroundings
    manner: Manner
    watch: FactoringWatch

    def seen(self, names: tuple[str, ...], *, baseline: bool) -> Seen:
        """Read every project, and decide what is to be written."""
        fields = {name: stated_fields(self.models.get(name)) for name in names}
        self.aside.mkdir()
        _write(self.aside, {SETTINGS_FILE: self._settings(fields, None)})
        stacks = {name: self._opened(self.aside, name) for name in names}
        observed = {name: self._observed(stack) for name, stack in stacks.items()}
        for name, one in observed.items():
            if fields[name].get("endpoint") is None:
                # No other key is ever to be used for this project; the emulator has none.
                fields[name]["project_id"] = one.project_id
        _refuse_twice(fields)
        sides = sides_of(stacks, observed, baseline=baseline)
        together = factored(sides, next(iter(stacks.values())).catalog)
        files = dict(files_of(stacks, sides, found=together))
        files[SETTINGS_FILE] = self._settings(fields, together)
        found = Seen(root=self.root, sides=sides, factored=together, files=files)
        there = differing(self.surroundings.disk or DISK, self.root, files=files)
        if there:
            named = ", ".join(f"`{name}`" for name in there)
            message = f"nothing is overwritten, and other content is in {named} already"
            raise Refused(message, hint="name an empty folder with --out-dir")
        return found

    def _opened(self, root: Path, name: str) -> Workspace:
        stack = opened(self.surroundings, Opening(chdir=root, environment=name))
        if root == self.aside:
            folder = self.aside.parent / _STATES / name
            stack = replace(stack, store=replace(stack.store, folder=folder))
        if name in self.models:
            copied(self.models[name], into=stack)
        return stack

    def _observed(self, stack: Workspace) -> Observation:
        self.watch.reading(stack.environment, kinds=len(stack.catalog))
        seen = look(
            stack,
            self.surroundings,
            kinds=stack.catalog,
            manner=self.manner,
            waiting=self.watch.waiting,
        )
        self.watch.target(stack.environment, seen.project_id)
        return seen

    def _settings(self, fields: Mapping[str, dict[str, Value]], found: Factored | None) -> bytes:
        environments: dict[str, dict[str, Value]] = {name: {**one} for name, one in fields.items()}
        variables: dict[str, dict[str, Value]] = {}
        if found is not None:
            for name, addresses in found.excluded.items():
                if addresses:
                    environments[name]["exclude"] = [str(address) for address in addresses]
            for one in found.variables:
                variables[one.name] = {"type": one.type, "default": one.default}
        text = settings(stack_name(self.root), environments=environments, variables=variables)
        return text.encode()

    # -- before anything is written ------------------------------------------------------------

    def verify(self, seen: Seen) -> None:
        """Hold what would be written against every project."""
        _write(self.aside, seen.files)
        for name, side in seen.sides.items():
            stack = self._opened(self.aside, name)
            imports = seen.imports(name)
            wishes = Wishes(imports=imports, alone=True)
            reading = Reading(seen=side.observation)
            made = planned(stack, self.surroundings, wishes=wishes, reading=reading)
            try:
                refuse_changes(made.plan, imports)
            except Differs as error:
                message = f"{name}: {error.message}"
                raise Differs(message, hint=error.hint) from None

    # -- and then --------------------------------------------------------------------------------

    def carry_out(self, seen: Seen) -> dict[str, Outcome]:
        """Write the files and fill every state; then no plan may have anything left to do."""
        disk = self.surroundings.disk or DISK
        placing = Placing(disk=disk, root=self.root, files=seen.files)
        placing.place()
        begun: list[str] = []
        done: dict[str, Outcome] = {}
        try:
            for name in seen.sides:
                outcome = self._taken_over(seen, name, begun=begun)
                if not whole(outcome):
                    self._tell_rest(seen, done)
                    return {**done, name: outcome}
                done[name] = outcome
        except BaseException:
            if begun:
                self._tell_rest(seen, done)
            else:
                placing.undo()
            raise
        for name in seen.sides:
            self._refuse_left(name)
        return done

    def _taken_over(self, seen: Seen, name: str, *, begun: list[str]) -> Outcome:
        stack = self._opened(self.root, name)
        task = Task(
            workspace=stack,
            surroundings=self.surroundings,
            manner=replace(self.manner, automatic=True, confirmed=name),
            watch=self.watch,
            imports=seen.imports(name),
        )
        applied = task.carry_out(
            Wishes(imports=task.imports, alone=True),
            approved=lambda: begun.append(name),
            # What was read before somebody was asked may be old by now.
            seen=seen.sides[name].observation if self.manner.automatic else None,
        )
        return applied.outcome

    def _tell_rest(self, seen: Seen, done: Mapping[str, Outcome]) -> None:
        """Say what is left, where some states are filled and others are not."""
        rest = [name for name in seen.sides if name not in done]
        commands = ", ".join(f"`dstate -C {self.root} state rebuild --env {name}`" for name in rest)
        there = ", ".join(done) or "none"
        self.watch.warned(
            f"The files are written; the states that are whole: {there}. {commands} finds the rest"
            " out again from the files and the projects; nothing was written to a project."
        )

    def _refuse_left(self, name: str) -> None:
        plan = planned(
            opened(self.surroundings, Opening(chdir=self.root, environment=name)),
            self.surroundings,
            wishes=Wishes(),
        ).plan
        if not plan.summary.empty:
            message = f"{name}: the plan after the import is not empty"
            hint = f"somebody may have changed the project; see `dstate plan --env {name}`"
            raise Differs(message, hint=hint)


def whole(outcome: Outcome) -> bool:
    """Tell whether everything that was to be taken over is."""
    return not outcome.interrupted and outcome.count(Fate.DONE) == len(outcome.results)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the stack that is made aside, for nobody else to see."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _refuse_twice(fields: Mapping[str, Mapping[str, Value]]) -> None:
    """Refuse to describe one project by two environments: each would undo the other."""
    known: dict[Value, str] = {}
    for name, one in fields.items():
        project = one.get("project_id")
        if project and known.setdefault(project, name) != name:
            message = f"`{known[project]}` and `{name}` are the same project, {project}"
            raise UsageError(message, hint="name one of them only, or give each its own key")
