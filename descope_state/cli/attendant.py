"""Who stands between a run and the person at the terminal: shows, asks, and passes on answers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from descope_state.app.confiding import Confided
from descope_state.app.differing import differing
from descope_state.app.planning import Planned
from descope_state.app.workspace import Workspace
from descope_state.cli.progress import observer_for
from descope_state.cli.terminal import Terminal
from descope_state.cli.unheard import Unheard
from descope_state.core.ports import Observer
from descope_state.errors import Refused
from descope_state.frozen import dataclass
from descope_state.model.outcome import Settlement
from descope_state.model.plan import Plan
from descope_state.report.clean import clean
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
        if self.json:
            from descope_state.cli.plan_run import Printing, print_events

            printing = Printing(out=None, json=True, json_into=None, verbose=False, compact=False)
            print_events(self.terminal, workspace, result=result, printing=printing)
        else:
            text = plan_text(
                result.plan,
                width=self.terminal.width,
                verbose=self.verbose,
                differ=differing(workspace.providers),
            )
            self.terminal.answer(text)

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
    def observing(self, plan: Plan, *, run: str) -> Iterator[Observer]:
        """Draw how the changes go, and log it where that was asked for."""
        # What was answered so far stands above what is drawn, on whichever stream that is.
        self.terminal.out.flush()
        with observer_for(self.terminal, plan=plan, json=self.json) as observer:
            if self.terminal.log is None:
                yield Unheard(observer)
                return
            from descope_state.cli.log import logged

            surroundings = self.terminal.surroundings
            path = surroundings.folder / self.terminal.log
            with logged(Unheard(observer), path, now=surroundings.now, run=run) as listener:
                yield listener

    def sees(self) -> bool:
        """Tell whether there is a screen with a person before it."""
        return not self.json and self.terminal.out.isatty() and self.terminal.ask is not None

    def confided(self, told: Sequence[Confided]) -> None:
        """Show secrets this once."""
        if told:
            self.terminal.answer([line("Shown this once, and kept nowhere:", "bold")])
        for one in told:
            self.terminal.answer([line(f"  {one.address} {one.name} = {clean(one.secret)}")])

    def stopping(self) -> None:
        """Say that the first Ctrl-C was heard."""
        self.terminal.note(
            "Stopping: what is in flight is finished, nothing more begins. Again to leave at once."
        )
