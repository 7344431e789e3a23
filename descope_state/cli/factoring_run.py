"""Runs `import --all --factor` and prints what came of it."""

from dataclasses import field

from descope_state.app.applying import Manner
from descope_state.app.factoring import Seen, Several, import_several, whole
from descope_state.app.planning import Planned
from descope_state.app.workspace import Opening, Workspace
from descope_state.cli.attendant import Attendant
from descope_state.cli.plan_run import tell_events
from descope_state.cli.terminal import Terminal
from descope_state.errors import DstateError, Exit
from descope_state.frozen import dataclass
from descope_state.report.factoring import factored_json, factored_text
from descope_state.report.json_text import one_line
from descope_state.report.spans import line


@dataclass(slots=True, kw_only=True)
class Factoring(Attendant):
    """Stands between several projects that are brought in and the person at the terminal."""

    aimed: set[str] = field(default_factory=set)

    def target(self, environment: str, project_id: str) -> None:
        """Print what is about to be touched, each once."""
        if environment not in self.aimed:
            Attendant.target(self, environment, project_id)
        self.aimed.add(environment)

    def reading(self, environment: str, *, kinds: int) -> None:
        """Say that it may take a while."""
        what = f"{kinds} kinds, and each flow and setting whole"
        self.terminal.note(f"Reading {environment}: {what} …")

    def waiting(self, seconds: float) -> None:
        """Say why nothing happens for a while."""
        self.terminal.note(f"Waiting {seconds:,.0f} s: the service allows so many calls a minute …")

    def found(self, seen: Seen) -> None:
        """Print what is to be written, what differs, and what is left out."""
        if self.json:
            return
        sizes = {name: len(data) for name, data in seen.files.items()}
        told = factored_text(seen.factored, seen.sides, files=sizes, folder=str(seen.root))
        self.terminal.answer(told)

    def planned(self, workspace: Workspace, result: Planned) -> None:
        """Print nothing: what is taken over was shown by kinds and files."""

    def agreed(self, environments: tuple[str, ...]) -> bool:
        """Ask once for all."""
        names = ", ".join(f"`{name}`" for name in environments)
        question = f"Write the stack, and remember what is in {names}? Only `yes` goes on: "
        return self._asked(question, way="say `-auto-approve`") == "yes"


def run_several(
    terminal: Terminal, opening: Opening, *, several: Several, manner: Manner, json: bool
) -> int:
    """Bring several environments into one new stack."""
    attendant = Factoring(terminal=terminal, json=json)
    try:
        seen, outcomes = import_several(
            terminal.surroundings, opening, several=several, manner=manner, watch=attendant
        )
    except DstateError as error:
        if json:
            tell_events(terminal, error)
        raise
    done = all(whole(outcome) for outcome in outcomes.values())
    if json:
        files = sorted(seen.files)
        terminal.write(one_line(factored_json(seen.factored, seen.sides, files=files)) + "\n")
    elif done:
        told = f"Imported: {len(outcomes)} environments, {len(seen.factored.taken):,} objects"
        terminal.answer([line(f"{told}. Every plan is empty.", "bold")])
    terminal.explained = True
    if any(outcome.interrupted for outcome in outcomes.values()):
        return Exit.INTERRUPTED
    return Exit.DONE if done else Exit.PARTIAL
