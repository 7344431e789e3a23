"""Runs `list` and `show` of whatever kind, and prints what was found."""

from collections.abc import Sequence

from descope_state.app.browsing import Browsed, Found, browse
from descope_state.app.workspace import Opening
from descope_state.cli.terminal import Terminal
from descope_state.errors import UsageError
from descope_state.frozen import dataclass
from descope_state.model.nearness import listed, meant
from descope_state.model.value import Json, Value, plain
from descope_state.report.json_text import one_line
from descope_state.report.objects import object_text
from descope_state.report.sheet import sheet
from descope_state.report.spans import line
from descope_state.report.table import cell, table
from descope_state.report.values import counted
from descope_state.sdk.schema import Schema

_ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a command line says of a list."""

    kind: str
    columns: tuple[str, ...]
    search: str
    sort: str
    reverse: bool
    json: bool
    csv: bool
    fresh: bool


def run_list(terminal: Terminal, opening: Opening, *, asked: Listing) -> None:
    """List the objects of a kind."""
    if asked.json and asked.csv:
        message = "--json and --csv contradict each other"
        raise UsageError(message, hint="leave one of them out")

    def check(schema: Schema) -> None:
        for name in (*asked.columns, *filter(None, [asked.sort])):
            _check_column(schema, name)

    result = browse(
        terminal.surroundings,
        opening,
        kind=asked.kind,
        whole=False,
        fresh=asked.fresh,
        check=check,
    )
    tell_of(terminal, result)
    rows = _chosen(result, asked)
    if asked.json:
        terminal.write(one_line([_spelled(result.schema, row) for row in rows]) + "\n")
    elif asked.csv:
        terminal.write(sheet([row.values for row in rows], asked.columns))
    else:
        _print(terminal, result, rows, asked=asked)


def _check_column(schema: Schema, name: str) -> None:
    known = {*schema.fields, _ADDRESS}
    if name not in known:
        message = f"a {schema.kind} has no column `{name}`"
        hint = meant(name, known) or f"it has {listed(sorted(known))}"
        raise UsageError(message, hint=hint)


def _chosen(result: Browsed, asked: Listing) -> list[Found]:
    wanted = asked.search.casefold()
    rows = [row for row in result.found if wanted in _text(row, result.schema)]
    if asked.sort:
        rows.sort(key=lambda row: _rank(row.values.get(asked.sort)))
    return rows[::-1] if asked.reverse else rows


def _text(row: Found, schema: Schema) -> str:
    """Give all that can be searched; of an address the kind says nothing, they all have it."""
    cells = [cell(row.values.get(name)) for name in schema.fields]
    address = str(row.address).partition(".")[2] if row.address is not None else ""
    return "\n".join([*cells, address]).casefold()


def _rank(value: Value) -> tuple[bool, float, str]:
    """Sort numbers as numbers, texts without regard to capitals, and what is empty last."""
    number = float(value) if isinstance(value, bool | int | float) else 0.0
    text = "" if isinstance(value, bool | int | float) else cell(value).casefold()
    return value is None or value in ("", []), number, text


def _spelled(schema: Schema, row: Found) -> dict[str, Json]:
    """Give what is known of an object; what its list lacks is left out rather than empty."""
    values = row.values
    names = (name for name, field in schema.fields.items() if name in values)
    known = {
        name: plain(values[name])
        for name in names
        if values[name] is not None or not schema.fields[name].required
    }
    return {_ADDRESS: plain(values[_ADDRESS]), **known}


def tell_of(terminal: Terminal, result: Browsed) -> None:
    """Say beside the answer where it comes from."""
    where = f"{result.environment} → project {result.project_id}"
    past = f", as it was {result.age:.0f} s ago (--no-cache reads it again)" if result.age else ""
    terminal.note(where + past)
    if result.warning:
        terminal.tell([line(f"Warning: {result.warning}", "warning")])


def _print(terminal: Terminal, result: Browsed, rows: Sequence[Found], *, asked: Listing) -> None:
    if rows:
        terminal.answer(table([row.values for row in rows], asked.columns, width=terminal.width))
    total = counted(len(result.found), asked.kind)
    words = total if len(rows) == len(result.found) else f"{len(rows):,} of {total}"
    terminal.note(f"{words}.")


def run_show(
    terminal: Terminal, opening: Opening, *, kind: str, which: str, json: bool, fresh: bool
) -> None:
    """Show one object in full."""
    result = browse(terminal.surroundings, opening, kind=kind, subjects=[which], fresh=fresh)
    tell_of(terminal, result)
    for row in result.found:
        if json:
            terminal.write(one_line(_spelled(result.schema, row)) + "\n")
        else:
            title = f"{kind} {row.live.identity or row.live.id}"
            terminal.answer(
                object_text(result.schema, row.values, title=title, width=terminal.width)
            )
