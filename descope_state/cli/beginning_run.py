"""Runs `init`: asks little, writes the files, and says what to type next."""

import shlex
from pathlib import Path

from descope_state.app.beginning import begun, checked, files_of, name_of
from descope_state.app.describing import json_schema
from descope_state.cli.terminal import Terminal
from descope_state.report.clean import clean
from descope_state.report.spans import BLANK, line
from descope_state.store.disk import DISK


def run_init(
    terminal: Terminal,
    folder: Path,
    *,
    name: str | None,
    environments: list[str] | None,
    ask: bool,
) -> None:
    """Begin a stack in a folder."""
    place = terminal.surroundings.folder / (terminal.chdir or Path()) / folder
    asking = terminal if ask else None
    if name is None:
        name = _answer(asking, f"What is the stack called? [{name_of(place)}] ") or name_of(place)
    if environments is None:
        told = _answer(asking, "Which environments besides `local`, such as dev, prod? [none] ")
        environments = [one.strip() for one in told.split(",") if one.strip()]
    beginning = checked(name, environments)
    files = files_of(beginning, json_schema(terminal.surroundings))
    written, left = begun(place, files, disk=terminal.surroundings.disk or DISK)
    terminal.answer([line(f"{clean(beginning.name)} begins here:", "bold")])
    terminal.answer([line(f"  + {one}", "added") for one in written])
    terminal.answer([line(f"    {one} was there and stays as it is", "dim") for one in left])
    where = "" if folder == Path() else f"-C {shlex.quote(clean(str(folder)))} "
    terminal.answer(
        [
            BLANK,
            line(f"Next: `dstate {where}plan`, on the emulator, which needs no account."),
            line(f"`dstate {where}doctor` looks whether all is well."),
        ]
    )


def _answer(terminal: Terminal | None, question: str) -> str:
    if terminal is None or terminal.ask is None:
        return ""
    return terminal.ask(question).strip()
