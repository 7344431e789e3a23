"""Runs `init`: asks little, writes the files, and says what to type next."""

import shlex
from pathlib import Path

from descope_state.app.beginning import begun, checked, files_of, name_of, unignored
from descope_state.app.describing import json_schema
from descope_state.cli.stepping import place_of
from descope_state.cli.terminal import Terminal
from descope_state.frozen import dataclass
from descope_state.model.nearness import listed
from descope_state.report.clean import clean
from descope_state.report.spans import BLANK, line
from descope_state.store.disk import DISK


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a command line says of a new stack, and whether its gaps may be asked for."""

    folder: Path
    name: str | None
    environments: list[str] | None
    baseline: bool
    ask: bool


def run_init(terminal: Terminal, wanted: Wanted) -> None:
    """Begin a stack in a folder."""
    place = place_of(terminal, wanted.folder)
    name = named(terminal, wanted, place=place)
    environments = wanted.environments
    if environments is None:
        question = "Which environments besides `local`, such as dev, prod? [none] "
        told = answer(terminal, wanted, question=question)
        environments = [one.strip() for one in told.split(",") if one.strip()]
    beginning = checked(name, environments)
    files = files_of(beginning, json_schema(terminal.surroundings))
    written, left = begun(place, files, disk=terminal.surroundings.disk or DISK)
    terminal.answer([line(f"{clean(beginning.name)} begins here:", "bold")])
    terminal.answer([line(f"  + {one}", "added") for one in written])
    terminal.answer([line(f"    {one} was there and stays as it is", "dim") for one in left])
    tell_unignored(terminal, place)
    stack = typed(terminal, wanted)
    terminal.answer(
        [
            BLANK,
            line(f"Next: `{stack} plan`, on the emulator, which needs no account."),
            line(f"`{stack} doctor` looks whether all is well."),
        ]
    )


def tell_unignored(terminal: Terminal, place: Path) -> None:
    """Warn where git would take what is no business of a repository."""
    if names := unignored(place):
        terminal.warn(
            f"the `.gitignore` that was there lets {listed(names)} into git: add it there"
        )


def typed(terminal: Terminal, wanted: Wanted) -> str:
    """Give the beginning of a command about the stack, as it is typed where this one was."""
    folder = (terminal.chdir or Path()) / wanted.folder
    return "dstate" if folder == Path() else f"dstate -C {shlex.quote(clean(str(folder)))}"


def named(terminal: Terminal, wanted: Wanted, *, place: Path) -> str:
    """Give the name of the stack, or ask for it."""
    usual = name_of(place)
    question = f"What is the stack called? [{usual}] "
    return wanted.name or answer(terminal, wanted, question=question) or usual


def answer(terminal: Terminal, wanted: Wanted, *, question: str) -> str:
    """Ask, where somebody is there and wants to be asked."""
    if not wanted.ask or terminal.ask is None:
        return ""
    terminal.out.flush()
    return terminal.ask(question).strip()
