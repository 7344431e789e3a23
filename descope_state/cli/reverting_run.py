"""Runs `drift revert`: looks, names what is to be undone, and hands it to the ordinary plan."""

from collections.abc import Sequence
from pathlib import Path

from descope_state.app.applying import Manner
from descope_state.app.planning import Reading
from descope_state.app.reverting import Undoing, undoing
from descope_state.app.workspace import Opening
from descope_state.cli.attendant import Attendant
from descope_state.cli.plan_run import tell_events
from descope_state.cli.terminal import Terminal
from descope_state.core.planner import Wishes
from descope_state.errors import DstateError, Exit, Refused
from descope_state.report.problems import problems_text
from descope_state.report.reverting import left_text


def run_revert(
    terminal: Terminal,
    opening: Opening,
    *,
    named: Sequence[str],
    out: Path | None,
    manner: Manner,
    verbose: bool,
    json: bool,
) -> Exit:
    """Undo what drifted, or save the plan that does."""
    reading = Reading(parallelism=manner.parallelism, capacity=manner.capacity)
    attendant = Attendant(terminal=terminal, json=json, verbose=verbose)
    try:
        found = undoing(
            terminal.surroundings,
            opening,
            named=named,
            overrides=manner.overrides,
            reading=reading,
            watch=attendant,
        )
    except DstateError as error:
        if json:
            tell_events(terminal, error)
        raise
    if found.warnings:
        terminal.tell(problems_text(found.warnings, width=terminal.width))
    terminal.tell(left_text(found.left, width=terminal.width))
    if not found.targets:
        terminal.note("There is nothing that a plan would undo.")
        return Exit.DONE
    if found.protected and out is None:
        message = f"`{found.environment}` is protected: it wants a plan that was saved and seen"
        hint = f"dstate drift revert --env {found.environment} -out undo.json, then"
        raise Refused(message, hint=f"{hint} dstate apply undo.json")
    return _planned(terminal, opening, found, out=out, manner=manner, attendant=attendant)


def _planned(
    terminal: Terminal,
    opening: Opening,
    found: Undoing,
    *,
    out: Path | None,
    manner: Manner,
    attendant: Attendant,
) -> Exit:
    wishes = Wishes(targets=found.targets, overrides=manner.overrides)
    if out is None:
        from descope_state.cli.applying_run import run_apply

        return Exit(
            run_apply(
                terminal,
                opening,
                plan_file=None,
                wishes=wishes,
                manner=manner,
                attendant=attendant,
            )
        )
    from descope_state.cli.plan_run import Printing, run_plan

    made = run_plan(
        terminal,
        opening,
        wishes=wishes,
        reading=Reading(parallelism=manner.parallelism, capacity=manner.capacity),
        printing=Printing(
            out=out,
            json=attendant.json,
            json_into=None,
            verbose=attendant.verbose,
            compact=False,
        ),
    )
    return Exit.REFUSED if made.violations or made.stuck else Exit.DONE
