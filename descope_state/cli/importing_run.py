"""Runs `import` and prints what came of it."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from descope_state.app.adopting import Already, One, Pasted, Strays, adopt, import_one
from descope_state.app.applying import Applied, Manner
from descope_state.app.importing import Everything, Found, Imported, import_all
from descope_state.app.planning import Planned
from descope_state.app.wishing import address_of
from descope_state.app.workspace import Opening, Workspace
from descope_state.cli.applying_run import print_outcome, status_of
from descope_state.cli.attendant import Attendant
from descope_state.cli.plan_run import tell_events
from descope_state.cli.terminal import Terminal
from descope_state.errors import DstateError, Exit, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address, for_shell
from descope_state.report.clean import clean
from descope_state.report.intake import intake_json, intake_text
from descope_state.report.json_text import one_line
from descope_state.report.spans import line

T = TypeVar("T")


def run_import(
    terminal: Terminal,
    opening: Opening,
    *,
    what: tuple[str, str, str],
    manner: Manner,
    attendant: Attendant,
) -> int:
    """Put one object under an address; where the stack has no block, print it and refuse."""
    place, id_, write = what
    address = address_of(place, option="import")

    def bring() -> Applied | Pasted | Already:
        return import_one(
            terminal.surroundings,
            opening,
            one=One(address=address, id=id_, write=write),
            manner=manner,
            watch=attendant,
        )

    came = _told(bring, attendant)
    if isinstance(came, Already):
        terminal.note(f"{came.address} is {clean(came.id)} already: there is nothing to import.")
        return Exit.DONE
    if isinstance(came, Pasted):
        _print_block(terminal, came)
        raise _without_block(address, id_)
    return _ended(came, attendant)


def run_adopt(
    terminal: Terminal,
    opening: Opening,
    *,
    what: tuple[tuple[str, ...], str],
    manner: Manner,
    attendant: Attendant,
) -> int:
    """Take objects into the stack that are in none."""
    names, write = what

    def take() -> Applied:
        return adopt(
            terminal.surroundings,
            opening,
            strays=Strays(names=names, write=write),
            manner=manner,
            watch=attendant,
        )

    return _ended(_told(take, attendant), attendant)


def _told(step: Callable[[], T], attendant: Attendant) -> T:
    try:
        return step()
    except DstateError as error:
        if attendant.json:
            tell_events(attendant.terminal, error)
        raise


def _ended(came: Applied, attendant: Attendant) -> int:
    print_outcome(attendant.terminal, came, json=attendant.json)
    attendant.terminal.explained = True
    return status_of(came.outcome)


def _print_block(terminal: Terminal, came: Pasted) -> None:
    terminal.write(came.text)
    for name, text in came.files.items():
        terminal.note(f"and into {name}, {len(text):,} characters: `--write` does both")
    if came.secrets:
        terminal.note(f"The secrets cannot be read: {clean(', '.join(came.secrets))}")


def _without_block(address: Address, id_: str) -> UsageError:
    again = f"dstate import {for_shell(address)} {id_}"
    return UsageError(
        f"the stack has no block for {address}, and nothing was imported; it is printed above",
        hint=f"paste it and run the command again, or let dstate write it: {again} --write FILE",
    )


@dataclass(slots=True, kw_only=True)
class Intaking(Attendant):
    """Stands between a project that is brought in and the person at the terminal."""

    aimed: bool = False

    def target(self, environment: str, project_id: str) -> None:
        """Print what is about to be touched, once."""
        if not self.aimed:
            Attendant.target(self, environment, project_id)
        self.aimed = True

    def reading(self, *, kinds: int) -> None:
        """Say that it may take a while."""
        self.terminal.note(f"Reading the project: {kinds} kinds, and each flow and setting whole …")

    def waiting(self, seconds: float) -> None:
        """Say why nothing happens for a while."""
        self.terminal.note(f"Waiting {seconds:,.0f} s: the service allows so many calls a minute …")

    def found(self, found: Found) -> None:
        """Print what is to be written, and what is left out."""
        if self.json:
            return
        self.terminal.answer(
            intake_text(
                found.intake,
                files={name: len(data) for name, data in found.files.items()},
                folder=str(found.root),
            )
        )

    def planned(self, workspace: Workspace, result: Planned) -> None:
        """Print nothing: what is taken over was shown by kinds and files."""


def run_import_all(
    terminal: Terminal,
    opening: Opening,
    *,
    which: tuple[Path | None, bool],
    manner: Manner,
    json: bool,
) -> int:
    """Bring in a whole project."""
    out, baseline = which
    attendant = Intaking(terminal=terminal, json=json)

    def bring() -> Imported:
        return import_all(
            terminal.surroundings,
            opening,
            everything=Everything(baseline=baseline, out=out),
            manner=manner,
            watch=attendant,
        )

    came = _told(bring, attendant)
    if json:
        terminal.write(
            one_line(intake_json(came.found.intake, files=sorted(came.found.files))) + "\n"
        )
    else:
        print_imported(terminal, came)
    terminal.explained = True
    return status_of_import(came)


def print_imported(terminal: Terminal, came: Imported) -> None:
    """Say how many objects were taken in."""
    told = "There is nothing to take in."
    if came.outcome is not None:
        told = f"Imported: {len(came.found.intake.taken):,} objects. The plan is empty."
    terminal.answer([line(told, "bold")])


def status_of_import(came: Imported) -> int:
    """Give the status that an import ends with."""
    return Exit.DONE if came.outcome is None else status_of(came.outcome)
