"""Runs `apply`, `destroy` and `resume`: shows, asks, and prints what came of it."""

from collections.abc import Callable
from pathlib import Path

from descope_state.app.applying import Applied, Manner, apply_fresh, apply_saved, resume
from descope_state.app.workspace import Opening
from descope_state.cli.attendant import Attendant
from descope_state.cli.plan_run import tell_events
from descope_state.cli.terminal import Terminal
from descope_state.core.planner import Wishes
from descope_state.errors import DstateError, Exit
from descope_state.model.outcome import Fate, Outcome
from descope_state.report.outcome import outcome_text, outputs_text
from descope_state.report.spans import line


def run_apply(
    terminal: Terminal,
    opening: Opening,
    *,
    plan_file: Path | None,
    wishes: Wishes,
    manner: Manner,
    attendant: Attendant,
) -> int:
    """Apply a saved plan, or plan and apply at once."""

    def apply() -> Applied:
        if plan_file is None:
            return apply_fresh(
                terminal.surroundings, opening, wishes=wishes, manner=manner, watch=attendant
            )
        return apply_saved(
            terminal.surroundings,
            terminal.surroundings.folder / plan_file,
            opening=opening,
            manner=manner,
            watch=attendant,
        )

    return _told(terminal, apply, attendant=attendant)


def _told(terminal: Terminal, apply: Callable[[], Applied], *, attendant: Attendant) -> int:
    try:
        applied = apply()
    except DstateError as error:
        if attendant.json:
            tell_events(terminal, error)
        raise
    print_outcome(terminal, applied, json=attendant.json)
    terminal.explained = True
    return status_of(applied.outcome)


def print_outcome(terminal: Terminal, applied: Applied, *, json: bool) -> None:
    """Print how an apply ended."""
    if json:
        from descope_state.cli.plan_run import json_lines
        from descope_state.report.apply_events import (
            outcome_events,
        )

        now = terminal.surroundings.now()
        terminal.write("".join(json_lines(outcome_events(applied.outcome, timestamp=now))))
        return
    terminal.answer(outcome_text(applied.outcome, width=terminal.width))
    if applied.outputs:
        shown = outputs_text(applied.outputs, width=terminal.width)
        terminal.answer([(), line("Outputs:", "bold"), *shown])


def status_of(outcome: Outcome) -> Exit:
    """Say with which status an apply ends."""
    fates = {result.fate for result in outcome.results}
    if outcome.interrupted:
        return Exit.INTERRUPTED
    if fates <= {Fate.DONE}:
        return Exit.DONE
    if fates & {Fate.DONE, Fate.UNKNOWN}:
        return Exit.PARTIAL
    if outcome.halted:
        return Exit.UNREACHABLE
    left = Fate.STALE in fates and Fate.FAILED not in fates
    return Exit.STALE if left else Exit.ERROR


def run_resume(terminal: Terminal, opening: Opening, *, manner: Manner) -> int:
    """Settle what an interrupted run left."""
    settlement = resume(
        terminal.surroundings,
        opening,
        manner=manner,
        watch=Attendant(terminal=terminal),
    )
    if settlement is None:
        terminal.answer([line("There is nothing to settle: the last run ended as it should.")])
        return Exit.DONE
    doubtful = any(one.found is None for one in settlement.settled)
    return Exit.PARTIAL if doubtful else Exit.DONE
