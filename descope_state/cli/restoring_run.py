"""Runs `backup restore` and `undo`: what cannot come back is said first, then it is a plan."""

from collections.abc import Callable, Sequence

from descope_state.app.applying import Manner
from descope_state.app.planning import Reading
from descope_state.app.restoring import (
    Choice,
    Return,
    apply_return,
    plan_return,
    restoring,
    undoing,
)
from descope_state.app.workspace import Opening
from descope_state.cli.applying_run import print_outcome, status_of
from descope_state.cli.attendant import Attendant
from descope_state.cli.terminal import Terminal
from descope_state.errors import Exit
from descope_state.frozen import dataclass
from descope_state.report.clean import clean
from descope_state.report.spans import folded, line
from descope_state.report.text import plan_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """How what was is to come back, as the command line says."""

    manner: Manner
    dry: bool
    verbose: bool


def run_restore(
    terminal: Terminal,
    opening: Opening,
    *,
    name: str | None,
    kinds: tuple[str, ...],
    addresses: tuple[str, ...],
    returning: Returning,
) -> Exit:
    """Bring objects of a backup back."""
    back = restoring(
        terminal.surroundings,
        opening,
        name=name,
        choice=Choice(kinds=kinds, addresses=addresses),
        overrides=returning.manner.overrides,
        told=_telling(terminal),
    )
    return _run(terminal, opening, back=back, returning=returning)


def run_undo(
    terminal: Terminal, opening: Opening, *, run: str | None, returning: Returning
) -> Exit:
    """Undo a run."""
    back = undoing(
        terminal.surroundings,
        opening,
        run=run,
        overrides=returning.manner.overrides,
        told=_telling(terminal),
    )
    return _run(terminal, opening, back=back, returning=returning)


def _telling(terminal: Terminal) -> Callable[[Sequence[str]], None]:
    def told(lost: Sequence[str]) -> None:
        for one in lost:
            rows = folded(clean(f"Note: {one}."), terminal.width)
            terminal.tell(line(row, "warning") for row in rows)

    return told


def _run(terminal: Terminal, opening: Opening, *, back: Return, returning: Returning) -> Exit:
    attendant = Attendant(terminal=terminal, verbose=returning.verbose)
    manner = returning.manner
    terminal.note(clean(back.source))
    if returning.dry:
        reading = Reading(parallelism=manner.parallelism, capacity=manner.capacity)
        _, result = plan_return(terminal.surroundings, opening, back=back, reading=reading)
        bindings = result.plan.bindings
        attendant.target(bindings.environment, bindings.project_id)
        terminal.answer(plan_text(result.plan, width=terminal.width, verbose=returning.verbose))
        return Exit.REFUSED if result.plan.violations or result.plan.stuck else Exit.DONE
    applied = apply_return(
        terminal.surroundings, opening, back=back, manner=manner, watch=attendant
    )
    print_outcome(terminal, applied, json=False)
    terminal.explained = True
    return status_of(applied.outcome)
