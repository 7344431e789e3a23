"""Brings a whole project in: tidy YAML of all it holds, into a stack that is there or a new one.

Everything is held against the project before a byte is written: the plan from the stack as it will
be must take objects over and do nothing else. Files are written whole, then the objects are put
into the state, and a plan made anew from the files and the project must be empty.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Protocol

from descope_state.app.admission import confirm
from descope_state.app.adopting import Task
from descope_state.app.applying import Manner, Watch
from descope_state.app.designing import Design, like
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
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.config.location import state_folder
from descope_state.config.settings import SETTINGS_FILE
from descope_state.config.sources import StackSources
from descope_state.config.writing import resources
from descope_state.core.intake import Asked, Intake, Taken, intake
from descope_state.core.naming import plural
from descope_state.core.observation import Observation
from descope_state.core.planner import Wishes
from descope_state.errors import DstateError, Refused
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.outcome import Outcome
from descope_state.store.placing import Placing, differing, missing, unmake

_LONGEST_NOTE = 300
_WIDTH = 98


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
    """What a command line says of bringing everything in; `out` may be a stack of that design."""

    baseline: bool = False
    out: Path | None = None
    design: Design | None = None
    command: str = "import"


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
    with _stack(surroundings, opening, everything=everything) as stack:
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
def _stack(
    surroundings: Surroundings, opening: Opening, *, everything: Everything
) -> "Iterator[_Stack]":
    """Open the stack that is to take everything in, or one that is still to be made."""
    root = surroundings.folder / everything.out if everything.out is not None else None
    if root is None or (root / SETTINGS_FILE).exists():
        here = opening if root is None else replace(opening, chdir=root)
        yield _Stack(workspace=opened(surroundings, here), opening=here, command=everything.command)
        return
    with tempfile.TemporaryDirectory(prefix="dstate-") as folder:
        design = everything.design or like(surroundings, opening, root=root)
        made = _new(surroundings, design, root=root, aside=Path(folder))
        yield replace(made, command=everything.command)


def _new(surroundings: Surroundings, design: Design, *, root: Path, aside: Path) -> "_Stack":
    (aside / SETTINGS_FILE).write_text(design.settings(""), encoding="utf-8")
    here = Opening(chdir=aside, environment=design.environment)
    provisional = opened(replace(surroundings, environ=design.environ), here)
    workspace = replace(
        provisional,
        root=root,
        sources=StackSources(root, environ=provisional.environ),
        store=replace(provisional.store, folder=aside / "state"),
    )
    final = _home_of(workspace)
    if workspace.store.disk.status(final / "state.json") is not None:
        message = f"`{final}` holds the state of another stack called `{workspace.documents.name}`"
        raise Refused(message, hint="give the new stack's folder another name")
    if design.model is not None:
        copied(design.model, into=workspace)
    there = replace(here, chdir=root)
    return _Stack(workspace=workspace, opening=there, command="import", design=design)


def _home_of(workspace: Workspace) -> Path:
    """Say where the state of a new stack is to be."""
    return state_folder(
        workspace.root,
        stack=workspace.documents.name,
        path="",
        environment=workspace.environment,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stack:
    """A stack about to take a project in; a new one is not written yet."""

    workspace: Workspace
    opening: Opening
    command: str
    design: Design | None = None

    def found(self, seen: Observation, *, baseline: bool) -> Found:
        """Decide what is to be written."""
        found = intake(ground_of(self.workspace, seen), Asked(baseline=baseline))
        above = self.design.above if self.design is not None else ()
        files = dict(_files(self.workspace, found, above=above))
        if self.design is not None:
            files[SETTINGS_FILE] = self.design.settings(seen.project_id).encode()
            for name, text in self.design.beside.items():
                if not os.path.lexists(self.workspace.root / name):
                    files[name] = text.encode()
        return Found(
            root=self.workspace.root,
            environment=self.workspace.environment,
            project_id=seen.project_id,
            new=self.design is not None,
            intake=found,
            files=files,
            calls=seen.calls,
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
        new = missing(placing.disk, _home_of(self.workspace)) if self.design is not None else []
        placing.place()
        try:
            # The credentials of a new stack are still where they were.
            environ = {**self.workspace.environ, **surroundings.environ}
            workspace = opened(replace(surroundings, environ=environ), self.opening)
            if self.design is not None and self.design.model is not None:
                copied(self.design.model, into=workspace)
            task = Task(
                workspace=workspace,
                surroundings=surroundings,
                manner=replace(manner, automatic=True, confirmed=workspace.environment),
                watch=watch,
                imports=found.imports,
                command=self.command,
            )
            applied = task.carry_out(
                Wishes(imports=found.imports, alone=True),
                approved=lambda: begun.append(True),
                # What was read before somebody was asked may be old by now.
                seen=seen if manner.automatic else None,
            )
        except (DstateError, KeyboardInterrupt):
            if not begun:
                unmake(placing.disk, new[:1])
                placing.undo()
                unmake(placing.disk, new)
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


def _files(
    workspace: Workspace, found: Intake, *, above: Iterable[str]
) -> Iterator[tuple[str, bytes]]:
    """Give the files of an intake: one a kind, and the documents that they refer to."""
    for kind, group in groupby(found.taken, key=lambda taken: taken.address.kind):
        heading = (*above, *_heading(workspace, kind, found=found))
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
