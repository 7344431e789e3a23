"""Runs `demo`: one step after another, each a command that anybody could type."""

from dataclasses import replace
from pathlib import Path

from descope_state.app.beginning import begun
from descope_state.app.demonstrating import FILES
from descope_state.cli.stepping import Step, carry_out, named, place_of, show
from descope_state.cli.terminal import Terminal
from descope_state.errors import Exit
from descope_state.report.spans import BLANK, line
from descope_state.store.disk import DISK

_CHANGED = '{"name": "Analyst", "newName": "Analyst", "description": "Reads and shreds reports"}'
_RENAMED = '{"id": "acme", "name": "Acme Inc."}'


def _steps(office: str) -> tuple[Step, ...]:
    return (
        Step(
            told="What would change in the project? The plan is saved, sealed and complete.",
            typed=("plan", "-out", "plan.json"),
        ),
        Step(
            told="What was reviewed is what is applied; each call is written down first.",
            typed=("apply", "plan.json"),
        ),
        Step(told="Planned again: there is nothing to do.", typed=("plan",)),
        Step(
            told="Somebody with the console changes a role …",
            typed=("emulator", "call", "POST", "/v1/mgmt/role/update", _CHANGED, "--as", "ana"),
            quiet=True,
        ),
        Step(
            told="… renames a tenant …",
            typed=("emulator", "call", "PATCH", "/v1/mgmt/tenant/patch", _RENAMED, "--as", "ben"),
            quiet=True,
        ),
        Step(
            told="… and deletes a list.",
            typed=(
                "emulator",
                "call",
                "POST",
                "/v1/mgmt/list/delete",
                f'{{"id": "{office}"}}',
                "--as",
                "ben",
            ),
            quiet=True,
        ),
        Step(
            told="What changed, and who was it? The exit status says that something did: 2.",
            typed=("drift", "--who"),
            status=Exit.CHANGES,
        ),
        Step(told="Set it back.", typed=("drift", "revert", "-auto-approve")),
        Step(told="Keep a copy of what is there now.", typed=("backup", "create")),
        Step(
            told="A tenant goes, with all that belongs to it; it is backed up first.",
            typed=("tenant", "delete", "--tenant-id", "globex", "--yes"),
        ),
        Step(told="A mistake. Back to what it was before.", typed=("undo", "-auto-approve")),
        Step(told="Is all as the stack says?", typed=("plan",)),
        Step(told="Who did what? And did anybody touch the record?", typed=("audit", "log")),
        Step(typed=("audit", "verify")),
    )


def run_demo(terminal: Terminal, folder: Path) -> Exit:
    """Make the stack, and go through the steps; one that ends otherwise ends the demonstration."""
    place = place_of(terminal, folder)
    begun(place, FILES, disk=terminal.surroundings.disk or DISK)
    shown = named(terminal, folder)
    terminal.answer(
        [line(f"A stack of three files is in {shown}; the project is on the emulator.")]
    )
    office = ""
    for number in range(len(_steps(""))):
        step = _steps(office)[number]
        status = _typed(terminal, place, step)
        if status != step.status:
            return status or Exit.ERROR
        if step.typed[0] == "apply":
            office = _office(terminal, place)
    terminal.answer(
        [BLANK, line(f"Now you: `cd {shown}`, edit resources/, and `dstate plan`.", "bold")]
    )
    return Exit.DONE


def _typed(terminal: Terminal, place: Path, step: Step) -> Exit:
    if step.told:
        terminal.answer([BLANK, line(f"# {step.told}", "bold")])
    show(terminal, step)
    return carry_out(terminal, step, place=place)


def _office(terminal: Terminal, place: Path) -> str:
    """Look up the id that the list was given: somebody with the console sees it there."""
    from descope_state.app.stating import looked_at
    from descope_state.app.workspace import Opening
    from descope_state.model.address import Address

    surroundings = replace(terminal.surroundings, folder=place)
    entries = looked_at(surroundings, Opening()).snapshot.entries
    return entries[Address("list", "office")].id
