"""Runs the commands about the audit trail and prints what it tells."""

from pathlib import Path

from descope_state.app.auditing import followed, records, verified
from descope_state.app.workspace import Opening
from descope_state.cli.terminal import Terminal
from descope_state.core.auditing import Query
from descope_state.errors import Exit
from descope_state.report.audit import audit_text, csv_head, csv_line, json_line
from descope_state.report.clean import clean
from descope_state.report.spans import line
from descope_state.store.disk import DISK


def run_log(
    terminal: Terminal, opening: Opening, *, query: Query, follow: bool, json: bool
) -> None:
    """Print records, and go on where that is asked for."""
    give = followed if follow else records
    count = 0
    for record in give(terminal.surroundings, opening, query=query):
        count += 1
        if json:
            terminal.write(json_line(record))
        else:
            terminal.answer(audit_text([record]))
        if follow:
            terminal.out.flush()
    if not count and not json:
        terminal.note("Nothing of that kind is in the audit trail.")


def run_verify(terminal: Terminal, opening: Opening) -> Exit:
    """Check the chain."""
    wrong, count = verified(terminal.surroundings, opening)
    if wrong:
        terminal.answer([line(f"The audit trail is not whole: {clean(wrong)}.", "error")])
        return Exit.ERROR
    terminal.answer([line(f"The audit trail is whole: {count:,} records.", "added")])
    return Exit.DONE


def run_export(
    terminal: Terminal, opening: Opening, *, query: Query, table: bool, out: Path | None
) -> None:
    """Write records for another program."""
    found = records(terminal.surroundings, opening, query=query)
    rows = [csv_head(), *map(csv_line, found)] if table else list(map(json_line, found))
    text = "".join(rows)
    if out is None:
        terminal.write(text)
        return
    disk = terminal.surroundings.disk or DISK
    disk.replace(terminal.surroundings.folder / out, text.encode())
    terminal.note(f"{len(rows) - int(table):,} records are in {clean(str(out))}.")
