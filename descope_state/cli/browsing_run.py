"""Runs `list` and `show` of whatever kind, and prints what was found."""

from collections.abc import Callable, Sequence

from descope_state.app.shortcut import Look, recalled
from descope_state.cli.terminal import Terminal
from descope_state.errors import UsageError
from descope_state.frozen import dataclass
from descope_state.model.browsed import Browsed, Found, Sketch
from descope_state.model.nearness import listed, meant
from descope_state.model.value import Json, Value, plain
from descope_state.report.json_text import one_line
from descope_state.report.objects import object_text
from descope_state.report.sheet import sheet
from descope_state.report.spans import line
from descope_state.report.table import cell, table
from descope_state.report.values import counted

_ADDRESS = "address"

Check = Callable[[Sketch], None]


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


def seen(terminal: Terminal, look: Look, *, fresh: bool, check: Check | None = None) -> Browsed:
    """Look at a project; or recall what the same look came to, before anything else is read."""
    if not fresh:
        known = recalled(terminal.surroundings, look)
        if known is not None:
            return known
    from descope_state.app.browsing import browse
    from descope_state.cli.opening import opening

    return browse(
        terminal.surroundings,
        opening(terminal, env=look.environment),
        kind=look.kind,
        subjects=look.subjects,
        whole=look.whole,
        fresh=fresh,
        check=check or (lambda _: None),
    )


def run_list(terminal: Terminal, *, env: str | None, asked: Listing) -> None:
    """List the objects of a kind."""
    if asked.json and asked.csv:
        message = "--json and --csv contradict each other"
        raise UsageError(message, hint="leave one of them out")

    def check(sketch: Sketch) -> None:
        for name in (*asked.columns, *filter(None, [asked.sort])):
            _check_column(sketch, name)

    look = Look(kind=asked.kind, chdir=terminal.chdir, environment=env, subjects=None, whole=False)
    result = seen(terminal, look, fresh=asked.fresh, check=check)
    check(result.sketch)
    tell_of(terminal, result)
    rows = _chosen(result, asked)
    if asked.json:
        terminal.write(one_line([_spelled(result.sketch, row) for row in rows]) + "\n")
    elif asked.csv:
        terminal.write(sheet([row.values for row in rows], asked.columns))
    else:
        _print(terminal, result, rows, asked=asked)


def _check_column(sketch: Sketch, name: str) -> None:
    known = {*sketch.fields, _ADDRESS}
    if name not in known:
        message = f"a {sketch.kind} has no column `{name}`"
        hint = meant(name, known) or f"it has {listed(sorted(known))}"
        raise UsageError(message, hint=hint)


def _chosen(result: Browsed, asked: Listing) -> list[Found]:
    wanted = asked.search.casefold()
    rows = [row for row in result.found if wanted in _text(row, result.sketch)]
    if asked.sort:
        rows.sort(key=lambda row: _rank(row.values.get(asked.sort)))
    return rows[::-1] if asked.reverse else rows


def _text(row: Found, sketch: Sketch) -> str:
    """Give all that can be searched; of an address the kind says nothing, they all have it."""
    cells = [cell(row.values.get(name)) for name in sketch.fields]
    address = str(row.address).partition(".")[2] if row.address is not None else ""
    return "\n".join([*cells, address]).casefold()


def _rank(value: Value) -> tuple[bool, float, str]:
    """Sort numbers as numbers, texts without regard to capitals, and what is empty last."""
    number = float(value) if isinstance(value, bool | int | float) else 0.0
    text = "" if isinstance(value, bool | int | float) else cell(value).casefold()
    return value is None or value in ("", []), number, text


def _spelled(sketch: Sketch, row: Found) -> dict[str, Json]:
    """Give what is known of an object; what its list lacks is left out rather than empty."""
    values = row.values
    names = (name for name in sketch.fields if name in values)
    known = {
        name: plain(values[name])
        for name in names
        if values[name] is not None or name not in sketch.required
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
        terminal.answer(table([row.values for row in rows], asked.columns, width=terminal.breadth))
    total = counted(len(result.found), asked.kind)
    words = total if len(rows) == len(result.found) else f"{len(rows):,} of {total}"
    terminal.note(f"{words}.")


def run_show(
    terminal: Terminal, *, env: str | None, kind: str, which: str, json: bool, fresh: bool
) -> None:
    """Show one object in full."""
    look = Look(kind=kind, chdir=terminal.chdir, environment=env, subjects=(which,), whole=True)
    result = seen(terminal, look, fresh=fresh)
    tell_of(terminal, result)
    for row in result.found:
        if json:
            terminal.write(one_line(_spelled(result.sketch, row)) + "\n")
        else:
            title = f"{kind} {row.live.identity or row.live.id}"
            terminal.answer(
                object_text(result.sketch, row.values, title=title, width=terminal.width)
            )
