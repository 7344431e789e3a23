"""The audit trail for people and for spreadsheets."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping

from descope_state.model.value import Json
from descope_state.report.clean import clean, visible
from descope_state.report.sheet import inert
from descope_state.report.spans import Line, Span, Style

COLUMNS = (
    "seq", "at", "run", "actor", "git", "ci", "command", "environment", "operation", "address",
    "kind", "id", "outcome", "error", "serial", "before", "after",
)  # fmt: skip
_STYLES: Mapping[str, Style] = {
    "failed": "error",
    "refused": "warning",
    "unknown": "warning",
}


def audit_text(records: Iterable[Mapping[str, Json]]) -> Iterator[Line]:
    """Lay out one line for each record."""
    return (_line(record) for record in records)


def _line(record: Mapping[str, Json]) -> Line:
    outcome = _text(record, "outcome")
    head = f"{_text(record, 'at')}  {_text(record, 'git') or _text(record, 'actor')}  "
    operation = _text(record, "operation")
    done = operation if operation != outcome else ""
    about = " ".join(filter(None, (done, _text(record, "address"))))
    extra = {
        "id": _text(record, "id"),
        "by": _text(record, "command"),
        "from": _text(record, "moved_from"),
        "run": _text(record, "run"),
    }
    rest = "".join(f"  {name} {said}" for name, said in extra.items() if said)
    error = _text(record, "error")
    return (
        Span(clean(head), "dim"),
        Span(clean(f"{outcome:<8}"), _STYLES.get(outcome, "")),
        Span(clean(about), "bold"),
        Span(clean(f": {error}" if about and error else error)),
        Span(clean(rest), "dim"),
    )


def _text(record: Mapping[str, Json], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def json_line(record: Mapping[str, Json]) -> str:
    """Give a record as it stands, on one line."""
    return json.dumps(record, ensure_ascii=True, separators=(",", ":")) + "\n"


def csv_head() -> str:
    """Give the names of the columns."""
    return _csv(COLUMNS)


def csv_line(record: Mapping[str, Json]) -> str:
    """Give a record as a row that no spreadsheet takes for a formula."""
    return _csv(_cell(record.get(name)) for name in COLUMNS)


def _cell(value: Json) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=True)
    return inert(visible(text))


def _csv(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
