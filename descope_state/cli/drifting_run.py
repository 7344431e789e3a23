"""Runs `drift` and prints what was found."""

from descope_state.app.applying import Manner
from descope_state.app.differing import differing
from descope_state.app.planning import Reading, planned
from descope_state.app.settling import settle_first
from descope_state.app.workspace import Opening, opened
from descope_state.cli.attendant import Attendant
from descope_state.cli.plan_run import Printing, print_events, tell_events
from descope_state.cli.terminal import Terminal
from descope_state.core.planner import Wishes
from descope_state.errors import DstateError
from descope_state.report.text import drift_text


def run_drift(
    terminal: Terminal,
    opening: Opening,
    *,
    parallelism: int,
    capacity: float,
    verbose: bool,
    json: bool,
) -> bool:
    """Tell what changed outside dstate; gives whether anything did."""
    try:
        workspace = opened(terminal.surroundings, opening)
        settle_first(
            workspace,
            terminal.surroundings,
            watch=Attendant(terminal=terminal),
            manner=Manner(parallelism=parallelism, capacity=capacity),
        )
        result = planned(
            workspace,
            terminal.surroundings,
            wishes=Wishes(mode="refresh-only"),
            reading=Reading(parallelism=parallelism, capacity=capacity),
        )
    except DstateError as error:
        if json:
            tell_events(terminal, error)
        raise
    if json:
        printing = Printing(out=None, json=True, json_into=None, verbose=verbose, compact=False)
        print_events(terminal, workspace, result=result, printing=printing)
    else:
        bindings = result.plan.bindings
        terminal.note(f"{bindings.environment} → project {bindings.project_id}")
        differ = differing(workspace.providers)
        terminal.answer(
            drift_text(result.plan, width=terminal.width, verbose=verbose, differ=differ)
        )
    return bool(result.plan.drift)
