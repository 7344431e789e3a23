"""Runs `plan` and `show` and prints what came of it."""

from collections.abc import Iterable
from pathlib import Path

from descope_state.app.differing import differing
from descope_state.app.planning import Planned, Reading, planned
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.cli.terminal import Terminal
from descope_state.core.planner import Wishes
from descope_state.errors import DstateError
from descope_state.frozen import dataclass
from descope_state.model.plan import Plan
from descope_state.report.json_text import Json, one_line
from descope_state.report.problems import problems_text
from descope_state.report.text import plan_text
from descope_state.store.disk import DISK


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """How a plan is to be printed and kept."""

    out: Path | None
    json: bool
    json_into: Path | None
    verbose: bool
    compact: bool
    markdown: bool = False


def run_plan(
    terminal: Terminal,
    opening: Opening,
    *,
    wishes: Wishes,
    reading: Reading,
    printing: Printing,
) -> Plan:
    """Make a plan, save it where asked, and print it."""
    try:
        return _run_plan(terminal, opening, wishes=wishes, reading=reading, printing=printing)
    except DstateError as error:
        if printing.json:
            tell_events(terminal, error)
        raise


def _run_plan(
    terminal: Terminal,
    opening: Opening,
    *,
    wishes: Wishes,
    reading: Reading,
    printing: Printing,
) -> Plan:
    workspace = opened(terminal.surroundings, opening)
    settle_before(terminal, workspace, reading=reading)
    result = planned(
        workspace,
        terminal.surroundings,
        wishes=wishes,
        reading=reading,
    )
    present(terminal, workspace, result=result, printing=printing)
    return result.plan


def present(
    terminal: Terminal, workspace: Workspace, *, result: Planned, printing: Printing
) -> None:
    """Save a plan where asked, and print it."""
    if printing.out is not None:
        from descope_state.app.saved import save_plan

        save_plan(_absolute(terminal, printing.out), result.plan, key=result.key)
    if printing.json or printing.json_into is not None:
        print_events(terminal, workspace, result=result, printing=printing)
    if not printing.json:
        _print_text(terminal, workspace, result=result, printing=printing)


def settle_before(terminal: Terminal, workspace: Workspace, *, reading: Reading) -> None:
    """Settle what an interrupted run left in a state, before a plan is made of it."""
    store = workspace.store
    # Hardly ever is there anything to settle, and looking costs less than what settling loads.
    if store.disk.status(store.journal_file) is None:
        snapshot = store.snapshot()
        if snapshot is None or not snapshot.pending:
            return
    from descope_state.app.applying import Manner
    from descope_state.app.settling import settle_first
    from descope_state.cli.attendant import Attendant

    settle_first(
        workspace,
        terminal.surroundings,
        watch=Attendant(terminal=terminal),
        manner=Manner(parallelism=reading.parallelism, capacity=reading.capacity),
    )


def _print_text(
    terminal: Terminal, workspace: Workspace, *, result: Planned, printing: Printing
) -> None:
    bindings = result.plan.bindings
    terminal.note(f"{bindings.environment} → project {bindings.project_id}")
    if result.warnings:
        terminal.tell(
            problems_text(
                workspace.excerpted(result.warnings),
                width=terminal.width,
                compact_warnings=printing.compact,
            )
        )
    differ = differing(workspace.providers)
    if printing.markdown:
        from descope_state.report.markdown import plan_markdown

        terminal.write(plan_markdown(result.plan, differ=differ))
    else:
        text = plan_text(result.plan, width=terminal.width, verbose=printing.verbose, differ=differ)
        terminal.answer(text)
    if printing.out is not None:
        terminal.note(f"Saved to {printing.out}; `dstate show {printing.out}` shows it again.")


def print_events(
    terminal: Terminal, workspace: Workspace, *, result: Planned, printing: Printing
) -> None:
    """Print a plan as JSON events, to the screen, to a file or both."""
    from descope_state.report.json_events import (
        diagnostic_event,
        plan_events,
        version_event,
    )

    now = terminal.surroundings.now()
    events = (
        version_event(terminal.surroundings.version, timestamp=now),
        *(
            diagnostic_event(problem, timestamp=now)
            for problem in workspace.excerpted(result.warnings)
        ),
        *plan_events(result.plan, timestamp=now),
    )
    text = "".join(json_lines(events))
    if printing.json:
        terminal.write(text)
    if printing.json_into is not None:
        DISK.replace(_absolute(terminal, printing.json_into), text.encode())


def tell_events(terminal: Terminal, error: DstateError) -> None:
    """Tell an error as JSON events, where JSON was asked for."""
    from descope_state.report.json_events import (
        diagnostic_event,
        version_event,
    )

    now = terminal.surroundings.now()
    events = (
        version_event(terminal.surroundings.version, timestamp=now),
        *(diagnostic_event(problem, timestamp=now) for problem in error.problems),
    )
    terminal.write("".join(json_lines(events)))


def json_lines(events: Iterable[Json]) -> Iterable[str]:
    """Give events as lines."""
    for event in events:
        yield one_line(event) + "\n"


def _absolute(terminal: Terminal, path: Path) -> Path:
    return terminal.surroundings.folder / path


def run_show(terminal: Terminal, plan_file: Path, *, json: bool, verbose: bool) -> None:
    """Read a saved plan and print it."""
    from descope_state.app.saved import read_plan

    found = read_plan(terminal.surroundings, _absolute(terminal, plan_file), chdir=terminal.chdir)
    if not found.verified:
        terminal.note(f"The seal of this plan was not verified: {found.why}.")
    if not json:
        differ = differing(terminal.surroundings.providers())
        terminal.answer(plan_text(found.plan, width=terminal.width, verbose=verbose, differ=differ))
        return
    from descope_state.report.terraform_json import represent

    shape = represent(found.plan, found.schemas)
    terminal.write(one_line(shape) + "\n")
