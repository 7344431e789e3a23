"""Runs `apply`, `destroy` and `resume`: shows, asks, and prints what came of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from descope_state.app.applying import Applied, Manner, apply_fresh, apply_saved, resume
from descope_state.app.planning import Planned
from descope_state.app.workspace import Opening, Workspace
from descope_state.cli.plan_run import tell_events
from descope_state.cli.progress import observer_for
from descope_state.cli.terminal import Terminal
from descope_state.core.planner import Wishes
from descope_state.core.ports import Observer
from descope_state.errors import DstateError, Exit, Refused
from descope_state.frozen import dataclass
from descope_state.model.outcome import Fate, Outcome, Settlement
from descope_state.model.plan import Plan
from descope_state.report.outcome import outcome_text
from descope_state.report.problems import problems_text
from descope_state.report.settlement import settlement_text
from descope_state.report.spans import line
from descope_state.report.text import plan_text

_YES = "yes"


@dataclass(slots=True, kw_only=True)
class Attendant:
    """Stands between an apply and the person at the terminal."""

    terminal: Terminal
    json: bool = False
    verbose: bool = False
    compact: bool = False

    def target(self, environment: str, project_id: str) -> None:
        """Print what is about to be touched."""
        self.terminal.note(f"{environment} → project {project_id}")

    def warned(self, message: str) -> None:
        """Print a warning."""
        self.terminal.tell([line(f"Warning: {message}", "warning")])

    def settled(self, settlement: Settlement) -> None:
        """Print what was settled."""
        self.terminal.tell(settlement_text(settlement))

    def planned(self, workspace: Workspace, result: Planned) -> None:
        """Print the plan."""
        if result.warnings:
            problems = workspace.excerpted(result.warnings)
            self.terminal.tell(
                problems_text(problems, width=self.terminal.width, compact_warnings=self.compact)
            )
        if not self.json:
            self.terminal.answer(
                plan_text(result.plan, width=self.terminal.width, verbose=self.verbose)
            )

    def named(self, environment: str) -> str:
        """Ask for the name of a protected environment."""
        question = f"`{environment}` is protected. Type its name to go on: "
        return self._asked(question, way=f"say `--confirm {environment}`")

    def approved(self, plan: Plan) -> bool:
        """Ask whether to go on."""
        where = plan.bindings.environment
        question = f"Apply these changes to `{where}`? Only `{_YES}` goes on: "
        way = "save a plan and apply that, or say `-auto-approve`"
        return self._asked(question, way=way) == _YES

    def _asked(self, question: str, *, way: str) -> str:
        if self.terminal.ask is None:
            message = "there is nobody to ask: the input is no terminal"
            raise Refused(message, hint=way)
        self.terminal.out.flush()
        return self.terminal.ask(question).strip()

    @contextmanager
    def observing(self, plan: Plan) -> Iterator[Observer]:
        """Draw how the changes go."""
        with observer_for(self.terminal, plan=plan, json=self.json) as observer:
            yield observer

    def stopping(self) -> None:
        """Say that the first Ctrl-C was heard."""
        self.terminal.note(
            "Stopping: what is in flight is finished, nothing more begins. Again to leave at once."
        )


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


def status_of(outcome: Outcome) -> Exit:
    """Say with which status an apply ends."""
    fates = {result.fate for result in outcome.results}
    if outcome.interrupted:
        return Exit.INTERRUPTED
    if fates <= {Fate.DONE}:
        return Exit.DONE
    if fates & {Fate.DONE, Fate.UNKNOWN}:
        return Exit.PARTIAL
    return Exit.UNREACHABLE if outcome.halted else Exit.ERROR


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
