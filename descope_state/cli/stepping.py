"""Steps of a story that is told at the terminal: each is a command that anybody could type."""

import io
import shlex
from dataclasses import replace
from pathlib import Path

from descope_state.cli.terminal import Terminal
from descope_state.errors import Exit
from descope_state.frozen import dataclass
from descope_state.report.clean import clean
from descope_state.report.spans import line


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is told, what is typed, and how that is to end."""

    typed: tuple[str, ...]
    told: str = ""
    status: Exit = Exit.DONE
    quiet: bool = False


def named(terminal: Terminal, folder: Path) -> str:
    """Name a folder as it is typed where the command was."""
    return shlex.quote(clean(str((terminal.chdir or Path()) / folder)))


def place_of(terminal: Terminal, folder: Path) -> Path:
    """Say where a folder is that a command line names."""
    return terminal.surroundings.folder / (terminal.chdir or Path()) / folder


def command(step: Step) -> str:
    """Give what is typed, as a shell takes it."""
    return f"dstate {clean(shlex.join(step.typed))}"


def show(terminal: Terminal, step: Step) -> None:
    """Print what is typed."""
    terminal.answer([line(f"$ {command(step)}", "read")])


def carry_out(terminal: Terminal, step: Step, *, place: Path) -> Exit:
    """Run what is typed, in the folder of the story; gives how that ended."""
    from descope_state.cli.main import run

    terminal.out.flush()
    return Exit(run([*step.typed], _there(terminal, place, quiet=step.quiet)))


def _there(terminal: Terminal, place: Path, *, quiet: bool) -> Terminal:
    """Give a terminal that stands in the folder, as its reader will."""
    surroundings = replace(terminal.surroundings, folder=place)
    out = io.StringIO() if quiet else terminal.out
    return replace(terminal, surroundings=surroundings, out=out, chdir=None, ask=None)
