"""Rows and columns that fit a terminal: what has no room is cut, and shows that it was."""

from collections.abc import Iterator, Mapping, Sequence

from descope_state.model.value import Value
from descope_state.report.clean import clean
from descope_state.report.spans import Line, Span, columns
from descope_state.report.values import scalar

_GAP = "  "
# Less than this tells nothing of a value; a table that needs more is wider than the terminal.
_NARROWEST = 6
# What is to be copied must not be cut, unless somebody made it too long to be an id.
_ID = "id"
_LONGEST_ID = 40
_MORE = "…"

Row = Mapping[str, Value]


def cell(value: Value) -> str:
    """Spell one value of a table, on one line and without harm to a terminal."""
    match value:
        case None:
            return ""
        case str():
            return clean(value)
        case list():
            return ", ".join(map(cell, value))
        case dict():
            return ", ".join(f"{clean(key)}={cell(inner)}" for key, inner in value.items())
    return scalar(value)


def table(rows: Sequence[Row], names: Sequence[str], *, width: int) -> Iterator[Line]:
    """Lay rows out below the names of their columns, within `width`."""
    cells = [[cell(row.get(name)) for name in names] for row in rows]
    heads = [name.replace("_", " ").upper() for name in names]
    natural = [max(map(columns, column)) for column in zip(heads, *cells, strict=True)]
    widths = _fitted(natural, names, heads, room=width - len(_GAP) * (len(names) - 1))
    yield (Span(_row(heads, widths), "bold"),)
    for texts in cells:
        yield (Span(_row(texts, widths)),)


def _fitted(
    natural: Sequence[int], names: Sequence[str], heads: Sequence[str], *, room: int
) -> list[int]:
    """Take room from the widest column, one character at a time, until all fit."""
    widths = [min(one, max(room, _LONGEST_ID)) for one in natural]
    least = [
        min(one, _LONGEST_ID if name == _ID else max(_NARROWEST, columns(head)))
        for one, name, head in zip(widths, names, heads, strict=True)
    ]
    while sum(widths) > room:
        spare = [index for index, one in enumerate(widths) if one > least[index]]
        if not spare:
            break
        widths[max(spare, key=widths.__getitem__)] -= 1
    return widths


def _row(texts: Sequence[str], widths: Sequence[int]) -> str:
    parts = (_padded(text, width) for text, width in zip(texts, widths, strict=True))
    return _GAP.join(parts).rstrip()


def _padded(text: str, width: int) -> str:
    missing = width - columns(text)
    return text + " " * missing if missing >= 0 else cut(text, width)


def cut(text: str, width: int) -> str:
    """Cut a text to so many columns, the last of which says that it was cut."""
    kept = text[: width - 1]
    while kept and columns(kept) > width - 1:
        kept = kept[:-1]
    return kept + _MORE + " " * (width - 1 - columns(kept))
