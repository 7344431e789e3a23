"""Rows as CSV: no cell is a formula to the program that opens it, none acts on a terminal."""

import csv
import io
from collections.abc import Iterable, Sequence

from descope_state.model.value import Value
from descope_state.report.table import Row, cell

# What spreadsheets take for the beginning of a formula, after blanks too, and its wide twins.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")


def sheet(rows: Iterable[Row], names: Sequence[str]) -> str:
    """Write rows as CSV, the names of the columns first."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    return out.getvalue()


def _cell(value: Value) -> str:
    return cell(value) if isinstance(value, int | float) else inert(cell(value))


def inert(text: str) -> str:
    """Keep a clean text from being computed by whoever opens the sheet."""
    # Tabs and line breaks have been made visible: they begin with a backslash by now.
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
