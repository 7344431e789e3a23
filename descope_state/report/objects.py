"""One object of a project, field by field, for people; and a document of one, for git."""

import json
from collections.abc import Iterator, Mapping

from descope_state.core.documents import arranged
from descope_state.model.browsed import Sketch
from descope_state.model.unseen import escaped
from descope_state.model.value import Value
from descope_state.report.clean import clean
from descope_state.report.spans import Line, Span, columns, data, line
from descope_state.report.table import cell, cut
from descope_state.report.values import size

_LABEL = 28
_LEAST = 20
_EMPTY: tuple[Value, ...] = (None, "", [], {})


def object_text(
    sketch: Sketch, values: Mapping[str, Value], *, title: str, width: int
) -> Iterator[Line]:
    """Lay out one object: its fields in the order of its kind, those without a value left out."""
    yield (data(title, "bold"),)
    for name in sketch.fields:
        value = values.get(name)
        if value not in _EMPTY:
            yield _field(sketch, name, value, room=max(width - _LABEL, _LEAST))
    address = values.get("address")
    words = f"managed by {cell(address)}" if address else "managed by no address of the state"
    yield line(f"  {words}", "dim")


def _field(sketch: Sketch, name: str, value: Value, *, room: int) -> Line:
    text = cell(value)
    if name in sketch.documents and isinstance(value, dict):
        parts = (f"{clean(key)} ({size(inner) or cell(inner)})" for key, inner in value.items())
        text = ", ".join(parts)
    shown = text if columns(text) <= room else cut(text, room).rstrip()
    return (Span(f"  {name:<{_LABEL - 2}}", "dim"), Span(shown))


def document_text(document: Value) -> str:
    """Write a document in the one way: keys sorted, a line for each value, for a small diff."""
    spelled = json.dumps(
        arranged(document), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False
    )
    return escaped(spelled) + "\n"
