"""Runs `explain`, `schema` and `fmt` and prints what came of it."""

import json as jsonlib
import re
from pathlib import Path

from descope_state.app.describing import described, json_schema, kinds, lay_out
from descope_state.cli.terminal import Terminal
from descope_state.errors import UsageError
from descope_state.model.nearness import meant
from descope_state.report.codes import MEANINGS, Meaning
from descope_state.report.explain import code_text, explain_text, kinds_text
from descope_state.report.spans import Line, Style, data
from descope_state.store.disk import DISK

_CODE = re.compile(r"E\d{4}")
_DIFFERENCE: dict[str, Style] = {"+": "added", "-": "removed", "@": "dim"}


def run_explain(terminal: Terminal, subject: str | None) -> None:
    """Tell about all kinds, one kind or one field."""
    if subject is None:
        terminal.answer(kinds_text(kinds(terminal.surroundings), width=terminal.width))
        return
    code = subject.upper()
    if _CODE.fullmatch(code):
        terminal.answer(code_text(code, _meaning(code), width=terminal.width))
        return
    found = described(terminal.surroundings, subject)
    terminal.answer(
        explain_text(
            found.schema, found.field_path, width=terminal.width, constraints=found.constraints
        )
    )


def _meaning(code: str) -> Meaning:
    if code in MEANINGS:
        return MEANINGS[code]
    message = f"no error has the code `{code}`"
    raise UsageError(message, hint=meant(code, MEANINGS) or "docs/reference/errors.md lists them")


def run_schema(terminal: Terminal, out: Path | None) -> None:
    """Print the JSON Schema of a stack, or write it to a file."""
    text = jsonlib.dumps(json_schema(terminal.surroundings), indent=2, ensure_ascii=False) + "\n"
    if out is None:
        terminal.write(text)
        return
    DISK.publish(terminal.surroundings.folder / out, text.encode())
    terminal.note(
        f"Written to {out}; name it at the top of a stack's file:"
        f" # yaml-language-server: $schema={out}"
    )


def run_fmt(terminal: Terminal, *, check: bool, diff: bool) -> int:
    """Lay out a stack's files, or only tell what that would change."""
    layouts = lay_out(terminal.surroundings, chdir=terminal.chdir, write=not (check or diff))
    for layout in layouts:
        if diff:
            terminal.answer(_coloured(layout.difference))
        else:
            terminal.answer([(data(layout.file),)])
    if not layouts:
        terminal.note("Every file is laid out already.")
    return len(layouts)


def _coloured(difference: str) -> list[Line]:
    return [(data(text, _DIFFERENCE.get(text[:1], "")),) for text in difference.splitlines()]
