"""Runs `runs list` and `runs show` and prints what is remembered."""

import json as jsonlib

from descope_state.app.running import latest, remembered, summary
from descope_state.app.workspace import Opening
from descope_state.cli.terminal import Terminal
from descope_state.report.json_text import one_line
from descope_state.report.runs import run_text, runs_text


def run_list(terminal: Terminal, opening: Opening, *, json: bool) -> None:
    """List runs."""
    found = [summary(record) for record in remembered(terminal.surroundings, opening)]
    if json:
        terminal.write(jsonlib.dumps(found, ensure_ascii=False) + "\n")
    elif found:
        terminal.answer(runs_text(found))
    else:
        terminal.note("No run is remembered here yet.")


def run_show(terminal: Terminal, opening: Opening, *, name: str | None, json: bool) -> None:
    """Show one run."""
    record = latest(terminal.surroundings, opening, name=name)
    if json:
        terminal.write(one_line(dict(record)) + "\n")
        return
    terminal.answer(run_text(record, width=terminal.width))
