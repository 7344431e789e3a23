"""Complaints as a person reads them: what, where, the line itself, and what to do."""

from collections.abc import Iterable, Iterator

from descope_state.errors import Problem
from descope_state.report.clean import clean
from descope_state.report.spans import BLANK, Line, Span, columns, folded, line
from descope_state.report.values import NARROWEST, counted

_EARLIER = 12


def problems_text(
    problems: Iterable[Problem], *, width: int = 80, compact_warnings: bool = False
) -> tuple[Line, ...]:
    """Lay out problems in reading order, errors before warnings, and count them at the end."""
    ordered = sorted(problems, key=lambda problem: (problem.warning, problem.place))
    lines: list[Line] = []
    for problem in ordered:
        if problem.warning and compact_warnings:
            lines.extend(_compact(problem))
        else:
            lines.extend(_problem(problem, max(width, NARROWEST)))
    totals = tuple(_totals(ordered))
    if not totals and lines and lines[-1] == BLANK:
        lines.pop()
    return (*lines, *totals)


def _compact(problem: Problem) -> Iterator[Line]:
    place = f" ({clean(str(problem.origin))})" if problem.origin else ""
    yield (Span("Warning: ", "warning"), Span(f"{clean(problem.message)}{place}"))


def _problem(problem: Problem, width: int) -> Iterator[Line]:
    word = "Warning" if problem.warning else "Error"
    head = f"{word} {clean(problem.code)}: "
    first, *rest = _paragraphs(problem.message, width - len(head)) or [""]
    yield (Span(head, "warning" if problem.warning else "error"), Span(first, "bold"))
    for text in rest:
        yield line(f"  {text}", "bold")
    if problem.origin is not None:
        yield (Span("  at "), Span(clean(str(problem.origin)), "read"))
    yield from _excerpt(problem, width)
    for text in _paragraphs(problem.hint, width - 2):
        yield line(f"  {text}")
    yield BLANK


def _paragraphs(text: str, room: int) -> list[str]:
    """Fold a text that may have lines of its own; indented lines are kept as they are."""
    lines: list[str] = []
    for part in clean(text, multiline=True).expandtabs(4).split("\n"):
        lines.extend([part] if part.startswith(" ") else folded(part, room))
    return lines


def pointed(problem: Problem) -> tuple[str, int] | None:
    """Give the line that is meant and where in it; an excerpt may bring a caret of its own.

    None where the excerpt is not one line, or nobody knows which place in it is meant.
    """
    source, _, below = problem.excerpt.rstrip("\n").partition("\n")
    if below.strip() == "^":
        return source, below.index("^")
    if below or problem.origin is None:
        return None
    return source, problem.origin.column - 1


def _excerpt(problem: Problem, width: int) -> Iterator[Line]:
    """Show the line that is meant; one of several lines is shown as it was given."""
    if not problem.excerpt.strip():
        return
    found = pointed(problem)
    if found is None:
        for row in problem.excerpt.rstrip("\n").split("\n"):
            yield line(f"    {_row(row, width - 4)}", "dim")
        return
    source, place = found
    number = f"{problem.origin.line}" if problem.origin else ""
    gutter = f"    {number} | "
    text, column = _window(source, place, width - len(gutter) - 2)
    yield (Span(gutter, "dim"), Span(text))
    yield (Span(f"    {'':{len(number)}} | ", "dim"), Span(f"{'':{column}}^", "error"))


def _row(text: str, room: int) -> str:
    shown = clean(text.expandtabs(4))
    return shown if columns(shown) <= room else f"{shown[: max(room - 1, 1)]}…"


def _window(source: str, column: int, room: int) -> tuple[str, int]:
    """Cut a long line around the place that is meant, and say where in it that is."""
    column = min(max(column, 0), len(source))
    room = max(room, NARROWEST)
    start = max(column - _EARLIER, 0) if column >= room - 2 else 0
    opening = "…" if start else ""
    before = opening + clean(source[start:column].expandtabs(4))
    text = before + clean(source[column : start + room].expandtabs(4))
    closing = "…" if start + room < len(source) else ""
    return text + closing, columns(before)


def _totals(problems: list[Problem]) -> Iterator[Line]:
    if len(problems) < 2:  # noqa: PLR2004  # one is counted at a glance
        return
    warnings = sum(1 for problem in problems if problem.warning)
    errors = len(problems) - warnings
    files = {problem.origin.file for problem in problems if problem.origin is not None}
    where = f" in {counted(len(files), 'file')}" if files else ""
    yield line(f"{_number(errors, warnings)}{where}.", "bold")


def _number(errors: int, warnings: int) -> str:
    if not errors:
        return counted(warnings, "warning")
    problems = counted(errors, "problem")
    return f"{problems} and {counted(warnings, 'warning')}" if warnings else problems
