"""Environments as tables, and how two of them differ."""

from collections.abc import Iterator, Mapping, Sequence

from descope_state.core.comparing import Comparison, Row, Standing, Twin
from descope_state.core.promoting import Freight
from descope_state.model.value import Value
from descope_state.report import values
from descope_state.report.clean import clean
from descope_state.report.fields import Page
from descope_state.report.flows import described_lines
from descope_state.report.spans import BLANK, Line, Span, data, folded, line
from descope_state.report.table import table

_OBJECT = "object"
_ABSENT = "-"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MASKED = "(not shown)"


def variables_text(
    variables: Mapping[str, Value], masked: frozenset[str], *, width: int
) -> Iterator[Line]:
    """Show the variables of an environment, but for those that are called like secrets."""
    longest = max((len(name) for name in variables), default=0)
    for name in sorted(variables):
        head = f"    {clean(name).ljust(longest)} = "
        shown = MASKED if name in masked else values.brief(variables[name], width - len(head))
        yield line(head + shown)


def comparison_text(
    comparison: Comparison, names: tuple[str, str], *, page: Page
) -> Iterator[Line]:
    """Say how two environments differ, what was left out, and what nobody could look at."""
    for twin in comparison.twins:
        yield from _twin(twin, names, page)
    if comparison.twins:
        yield BLANK
    for closed, why in sorted(comparison.closed.items()):
        text = f"Not compared: {clean(closed)}. {clean(why)}"
        yield from (line(part, "warning") for part in folded(text, page.width))
    left_out = _left_out(comparison)
    if left_out:
        yield from (line(part, "dim") for part in folded(left_out, page.width))
    yield line(_count(comparison, names), "bold")


def _twin(twin: Twin, names: tuple[str, str], page: Page) -> Iterator[Line]:
    kind, key = twin.key
    name = data(f'{kind} "{key}"', "bold") if key else data(kind, "bold")
    where = data(f" ({twin.address})" if twin.known else "", "dim")
    if twin.standing is Standing.BOTH:
        yield (Span("  ~ ", "changed"), name, where)
        yield from described_lines(kind, twin.fields, page=page)
    elif twin.standing is Standing.FIRST:
        yield (Span("  - ", "removed"), name, where, Span(f"  # only in {names[0]}", "dim"))
    else:
        yield (Span("  + ", "added"), name, where, Span(f"  # only in {names[1]}", "dim"))


def _left_out(comparison: Comparison) -> str:
    parts = [
        values.counted(number, noun)
        for number, noun in (
            (comparison.fields_left_out, "field"),
            (comparison.objects_left_out, "object"),
        )
        if number
    ]
    if not parts:
        return ""
    shown = "it" if comparison.fields_left_out + comparison.objects_left_out == 1 else "them"
    return (
        f"Left out: {' and '.join(parts)} that the stack itself states differently for the two;"
        f" --all-fields shows {shown}."
    )


def _count(comparison: Comparison, names: tuple[str, str]) -> str:
    first, second = names
    alike = f"{values.counted(comparison.alike, 'object')} alike"
    if not comparison.twins:
        return f"{first} and {second} do not differ: {alike}."
    counts = {sort: sum(twin.standing is sort for twin in comparison.twins) for sort in Standing}
    words = (
        (counts[Standing.BOTH], "changed"),
        (counts[Standing.FIRST], f"only in {first}"),
        (counts[Standing.SECOND], f"only in {second}"),
    )
    told = ", ".join(f"{number:,} {word}" for number, word in words if number)
    return f"{first} and {second} differ: {told}; {alike}."


def matrix_text(
    rows: Sequence[Row], names: Sequence[str], *, failed: Mapping[str, str], width: int
) -> Iterator[Line]:
    """Show who has what: equal letters are equal objects, `?` where nobody could look."""
    cells = [
        {_OBJECT: _row_name(row)} | {name: _cell(row, name, failed) for name in names}
        for row in rows
    ]
    yield from table(cells, (_OBJECT, *names), width=width)
    yield BLANK
    yield line("Equal letters in a row are equal objects; - is absent, ? was not read.", "dim")


def _row_name(row: Row) -> str:
    kind, key = row.key
    return f"{kind} {key}" if key else kind


def _cell(row: Row, name: str, failed: Mapping[str, str]) -> str:
    if name in failed or name in row.unseen:
        return "?"
    number = row.versions.get(name)
    return _ABSENT if number is None else _LETTERS[(number - 1) % len(_LETTERS)]


def freight_text(freight: Freight, there: str, *, width: int) -> Iterator[Line]:
    """Say what a promotion takes along, and what it leaves as it is."""
    if freight.brought:
        names = ", ".join(map(str, freight.brought))
        yield from (line(part) for part in folded(clean(f"Brought along: {names}."), width))
    if freight.kept:
        fields = values.counted(freight.kept, "field")
        verb, states = ("stays", "it") if freight.kept == 1 else ("stay", "them")
        yield line(f"{fields} {verb} as the stack states {states} for {there}.", "dim")
