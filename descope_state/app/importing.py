"""Brings a whole project in: tidy YAML of all it holds, into a stack that is there or a new one.

Everything is held against the project before a byte is written: the plan from the stack as it will
be must take objects over and do nothing else. Files are written whole, then the objects are put
into the state, and a plan made anew from the files and the project must be empty.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Protocol

from descope_state.app.admission import confirm
from descope_state.app.adopting import Task
from descope_state.app.applying import Manner, Watch
from descope_state.app.beginning import IGNORED
from descope_state.app.emulating import copied
from descope_state.app.intaking import (
    ahead,
    documents_of,
    ground_of,
    look,
    refuse_changes,
    written,
)
from descope_state.app.planning import Planned, Reading, planned
from descope_state.app.settling import settle_first
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened, outlined
from descope_state.config.dotenv import environment as merged_environ
from descope_state.config.location import state_folder
from descope_state.config.settings import SETTINGS_FILE
from descope_state.config.sources import StackSources
from descope_state.config.writing import resources, settings
from descope_state.core.intake import Asked, Intake, Taken, intake
from descope_state.core.naming import plural
from descope_state.core.observation import Observation
from descope_state.core.planner import Wishes
from descope_state.errors import DstateError, Refused, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.outcome import Outcome
from descope_state.model.value import Value
from descope_state.store.placing import Placing, differing

_LONGEST_NOTE = 300
_LONGEST_NAME = 100
_WIDTH = 98
_UNNAMED = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A project as it is to stand in a stack, before anything is written."""

    root: Path
    environment: str
    project_id: str
    new: bool
    intake: Intake
    files: Mapping[str, bytes]
    calls: int

    @property
    def imports(self) -> dict[Address, str]:
        """The objects that are taken over, by address."""
        return {taken.address: taken.id for taken in self.intake.taken}


class IntakeWatch(Watch, Protocol):
    """Who watches a project being brought in."""

    def reading(self, *, kinds: int) -> None:
        """Hear that the project is being read."""

    def waiting(self, seconds: float) -> None:
        """Hear that the limits of the service make the reading wait."""

    def found(self, found: Found) -> None:
        """See what is to be written and taken over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """What a command line says of bringing everything in."""

    baseline: bool = False
    out: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of it."""

    found: Found
    outcome: Outcome | None = None


def import_all(
    surroundings: Surroundings,
    opening: Opening,
    *,
    everything: Everything,
    manner: Manner,
    watch: IntakeWatch,
) -> Imported:
    """Bring in what a project holds and its stack does not."""
    with _stack(surroundings, opening, out=everything.out) as stack:
        workspace = stack.workspace
        settle_first(workspace, surroundings, watch=watch, manner=manner)
        watch.reading(kinds=len(workspace.catalog))
        seen = look(
            workspace,
            surroundings,
            kinds=workspace.catalog,
            manner=manner,
            waiting=watch.waiting,
        )
        found = stack.found(seen, baseline=everything.baseline)
        if not found.intake.taken and not found.new:
            watch.found(found)
            return Imported(found=found)
        result = stack.verified(found, surroundings, seen=seen)
        _refuse_differing(workspace, found)
        watch.target(workspace.environment, seen.project_id)
        watch.found(found)
        _approve(workspace, manner=manner, watch=watch, result=result)
        return stack.carry_out(found, surroundings, manner=manner, watch=watch, seen=seen)


@contextmanager
def _stack(surroundings: Surroundings, opening: Opening, *, out: Path | None) -> "Iterator[_Stack]":
    """Open the stack that is to take everything in, or one that is still to be made."""
    root = surroundings.folder / out if out is not None else None
    if root is None or (root / SETTINGS_FILE).exists():
        here = opening if root is None else replace(opening, chdir=root)
        yield _Stack(workspace=opened(surroundings, here), opening=here)
        return
    with tempfile.TemporaryDirectory(prefix="dstate-") as folder:
        yield _new(surroundings, opening, root=root, aside=Path(folder))


def _new(surroundings: Surroundings, opening: Opening, *, root: Path, aside: Path) -> "_Stack":
    model = _model(surroundings, opening)
    name = (
        opening.environment
        or surroundings.environ.get("DSTATE_ENV")
        or (model.environment if model is not None else "")
    )
    if not name:
        message = "which environment? A new stack needs a name for the project that it describes"
        raise UsageError(message, hint="name one with --env, for instance --env dev")
    fields = stated_fields(model)
    text = settings(stack_name(root), environments={name: fields})
    (aside / SETTINGS_FILE).write_text(text, encoding="utf-8")
    here = Opening(chdir=aside, environment=name)
    provisional = opened(replace(surroundings, environ=credentials_of(surroundings, model)), here)
    workspace = replace(
        provisional,
        root=root,
        sources=StackSources(root, environ=provisional.environ),
        store=replace(provisional.store, folder=aside / "state"),
    )
    final = state_folder(
        root, stack=workspace.documents.name, path="", environment=workspace.environment
    )
    if workspace.store.disk.status(final / "state.json") is not None:
        message = f"`{final}` holds the state of another stack called `{workspace.documents.name}`"
        raise Refused(message, hint="give the new stack's folder another name")
    if model is not None:
        copied(model, into=workspace)
    return _Stack(workspace=workspace, opening=replace(here, chdir=root), new=True, model=model)


def _model(surroundings: Surroundings, opening: Opening) -> Workspace | None:
    """Give the stack at hand, whose environment says where the project is; there may be none."""
    try:
        return outlined(surroundings, opening)
    except UsageError:
        return None


def stack_name(root: Path) -> str:
    """Name a stack after its folder."""
    return _UNNAMED.sub("-", root.resolve().name).strip("-_.")[:_LONGEST_NAME] or "stack"


def credentials_of(surroundings: Surroundings, model: Workspace | None) -> Mapping[str, str]:
    """Give the variables with the credentials: those of the stack at hand, or of the folder."""
    if model is not None:
        return model.environ
    return merged_environ(surroundings.folder, surroundings.environ)


def stated_fields(model: Workspace | None) -> dict[str, Value]:
    """Give what the settings of a new stack are to say of an environment: what is said here."""
    if model is None:
        return {}
    environment = model.documents.environment
    stated: dict[str, Value] = {
        "endpoint": environment.endpoint,
        "project_id": environment.project_id,
        "protected": environment.protected,
    }
    return {name: value for name, value in stated.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stack:
    """A stack about to take a project in; a new one is not written yet."""

    workspace: Workspace
    opening: Opening
    new: bool = False
    model: Workspace | None = None

    def found(self, seen: Observation, *, baseline: bool) -> Found:
        """Decide what is to be written."""
        found = intake(ground_of(self.workspace, seen), Asked(baseline=baseline))
        files = dict(_files(self.workspace, found))
        if self.new:
            files[SETTINGS_FILE] = self._settings(seen).encode()
            if not os.path.lexists(self.workspace.root / ".gitignore"):
                files[".gitignore"] = IGNORED.encode()
        return Found(
            root=self.workspace.root,
            environment=self.workspace.environment,
            project_id=seen.project_id,
            new=self.new,
            intake=found,
            files=files,
            calls=seen.calls,
        )

    def _settings(self, seen: Observation) -> str:
        """Pin the project, so that no other key is ever used for it; the emulator has none."""
        fields = stated_fields(self.model)
        if fields.get("endpoint") is None:
            fields = {**fields, "project_id": seen.project_id}
        return settings(
            stack_name(self.workspace.root),
            environments={self.workspace.environment: fields},
        )

    def verified(self, found: Found, surroundings: Surroundings, *, seen: Observation) -> Planned:
        """Hold what would be written against what is there."""
        future = ahead(self.workspace, found.files, new=found.imports)
        wishes = Wishes(imports=found.imports, alone=True)
        made = planned(future, surroundings, wishes=wishes, reading=Reading(seen=seen))
        refuse_changes(made.plan, found.imports)
        return made

    def carry_out(
        self,
        found: Found,
        surroundings: Surroundings,
        *,
        manner: Manner,
        watch: IntakeWatch,
        seen: Observation,
    ) -> Imported:
        """Write the files, take the objects over, and plan again: nothing may be left to do."""
        placing = Placing(
            disk=self.workspace.store.disk, root=self.workspace.root, files=found.files
        )
        begun: list[bool] = []
        placing.place()
        try:
            # The credentials of a new stack are still where they were.
            environ = {**self.workspace.environ, **surroundings.environ}
            workspace = opened(replace(surroundings, environ=environ), self.opening)
            if self.model is not None:
                copied(self.model, into=workspace)
            task = Task(
                workspace=workspace,
                surroundings=surroundings,
                manner=replace(manner, automatic=True, confirmed=workspace.environment),
                watch=watch,
                imports=found.imports,
            )
            applied = task.carry_out(
                Wishes(imports=found.imports, alone=True),
                approved=lambda: begun.append(True),
                # What was read before somebody was asked may be old by now.
                seen=seen if manner.automatic else None,
            )
        except DstateError:
            if not begun:
                placing.undo()
            raise
        again = planned(workspace, surroundings, wishes=Wishes())
        refuse_changes(again.plan, found.imports)
        return Imported(found=found, outcome=applied.outcome)


def _refuse_differing(workspace: Workspace, found: Found) -> None:
    """Refuse to overwrite: a file that is there and says something else is somebody's."""
    there = differing(workspace.store.disk, found.root, files=found.files)
    if there:
        names = ", ".join(f"`{name}`" for name in there)
        message = f"nothing is overwritten, and other content is in {names} already"
        hint = (
            "`dstate drift adopt` adds single objects to files that are there; or move them away,"
            " or import into another folder with --out-dir"
        )
        raise Refused(message, hint=hint)


def _approve(workspace: Workspace, *, manner: Manner, watch: IntakeWatch, result: Planned) -> None:
    if workspace.documents.environment.protected:
        name = workspace.environment
        confirm(name, typed=manner.confirmed or watch.named(name))
    if not manner.automatic and not watch.approved(result.plan):
        message = "nothing was changed: the import was not approved"
        raise Refused(message)


def _files(workspace: Workspace, found: Intake) -> Iterator[tuple[str, bytes]]:
    """Give the files of an intake: one a kind, and the documents that they refer to."""
    for kind, group in groupby(found.taken, key=lambda taken: taken.address.kind):
        heading = _heading(workspace, kind, found=found)
        text = resources(map(written, group), heading=heading)
        yield f"resources/{plural(kind)}.yaml", text.encode()
    yield from documents_of(found).items()


def _heading(workspace: Workspace, kind: str, *, found: Intake) -> list[str]:
    """Say above a file what it holds, and what of its kind it does not."""
    lines = [workspace.catalog[kind].schema.description]
    for why, group in groupby(
        sorted(
            (one for one in found.left if one.kind == kind and one.identity),
            key=lambda one: (one.why, one.identity),
        ),
        key=lambda one: one.why,
    ):
        names = ", ".join(one.identity for one in group)
        if len(names) > _LONGEST_NOTE:
            names = names[:_LONGEST_NOTE] + "…"
        lines += wrap(f"Left out: {names} ({why}).", width=_WIDTH)
    return lines


def secrets_of(found: Intake) -> list[tuple[Taken, str, str]]:
    """Name the secrets that nobody could read, each with the source it may be taken from."""
    return [
        (taken, name, source) for taken in found.taken for name, source in taken.secrets.items()
    ]
