"""One command: its place in the help, and the examples and exit codes it is shown with."""

from collections.abc import Callable

from descope_state.frozen import dataclass

_EXITS = {
    0: "done",
    1: "error",
    2: "there are changes (with -detailed-exitcode)",
    3: "the plan is stale, was altered, or is of a newer format",
    4: "done in part",
    5: "refused by a guard, or nobody there to ask",
    6: "somebody else holds the state",
    7: "credentials, project or licence",
    8: "the service was not reachable",
    64: "wrong usage, unknown environment",
    130: "interrupted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of the command line."""

    name: str
    function: Callable[..., None]
    examples: tuple[str, ...]
    exits: tuple[int, ...]
    changes: str = "Changes nothing."
    differing: str = _EXITS[2]

    @property
    def epilog(self) -> str:
        """What stands below the options in the help of this command."""
        examples = "\n".join(f"  $ {example}" for example in self.examples)
        meanings = _EXITS | {2: self.differing}
        exits = "\n".join(f"  {status:<4}{meanings[status]}" for status in self.exits)
        return f"{self.changes}\n\nExamples:\n\n\b\n{examples}\n\nExit codes:\n\n\b\n{exits}\n"


OFFLINE = "Changes the state alone; the project is neither asked nor changed."
LOOKING = "Changes nothing, and asks nobody."
