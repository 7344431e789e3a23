"""Drift of several environments side by side: a row for each object, a column for each."""

from collections.abc import Iterator, Sequence

from descope_state.model.finding import Sighting, Sort
from descope_state.report import values
from descope_state.report.clean import clean
from descope_state.report.drift import MARKS, count_text, environment_text, ignored_text
from descope_state.report.fields import Differ, Page, undescribed
from descope_state.report.spans import BLANK, Line, Span, Style, columns, data, folded, line, packed

_UNTOLD = "?"
_STYLES: dict[str, Style] = {
    "-": "removed",
    "~": "changed",
    "=": "read",
    "+": "added",
    "?": "error",
}
_LEGEND = (
    "- deleted",
    "~ changed",
    "= come to what the stack wants",
    "+ in no stack",
    "? could not tell",
    "· as dstate left it",
)
_NARROWEST = 16


def matrix_text(
    sightings: Sequence[Sighting],
    *,
    width: int,
    verbose: bool = False,
    differ: Differ = undescribed,
) -> Iterator[Line]:
    """Lay out several environments: the matrix, how each one is, and then the details of each."""
    page = Page(width=width, whole=verbose)
    yield from _table(sightings, page)
    yield from _statuses(sightings, page)
    for sighting in sightings:
        if sighting.error is None and _telling(sighting):
            yield BLANK
            yield line(f"── {title(sighting)} ──", "bold")
            yield BLANK
            yield from environment_text(sighting, width=width, verbose=verbose, differ=differ)


def title(sighting: Sighting) -> str:
    """Name an environment, with the project and what is particular about it."""
    project = f" → project {clean(sighting.project_id)}" if sighting.project_id else ""
    notes = [
        note
        for note, holds in (("protected", sighting.protected), ("no state yet", sighting.unapplied))
        if holds
    ]
    particular = f" ({', '.join(notes)})" if notes else ""
    return f"{clean(sighting.environment)}{project}{particular}"


def _telling(sighting: Sighting) -> bool:
    judgement = sighting.judgement
    return bool(judgement.findings or judgement.alarms or judgement.expired or judgement.ignored)


def _table(sightings: Sequence[Sighting], page: Page) -> Iterator[Line]:
    cells = _cells(sightings)
    if not cells:
        return
    names = [clean(sighting.environment) for sighting in sightings]
    taken = sum(columns(name) + 2 for name in names)
    room = max(page.width - taken - 2, _NARROWEST)
    longest = min(max(columns(clean(subject)) for subject in cells), room)
    yield (Span(f"  {'':{longest}}"), *(Span(f"  {name}", "bold") for name in names))
    for subject, marks in cells.items():
        spans = [_cell(marks.get(one.environment, ""), one) for one in sightings]
        while len(spans) > 1 and not spans[-1].text.strip():
            spans.pop()
        spans[-1] = Span(spans[-1].text.rstrip(), spans[-1].style)
        yield (Span("  "), *_padded(clean(subject), longest), *spans)
    yield BLANK
    for words in packed(_LEGEND, page.room(2), gap="   "):
        yield line(f"  {words}", "dim")
    yield BLANK


def _cells(sightings: Sequence[Sighting]) -> dict[str, dict[str, str]]:
    """Mark each object in each environment; the worst that happened to any comes first."""
    cells: dict[str, dict[str, str]] = {}
    for sort in Sort:
        for sighting in sightings:
            for finding in sighting.judgement.findings:
                if finding.sort is sort:
                    row = cells.setdefault(finding.subject, {})
                    row.setdefault(sighting.environment, MARKS[sort])
    return cells


def _padded(text: str, room: int) -> tuple[Span, ...]:
    cut = text
    while columns(cut) > room:
        cut = cut[:-1]
    if cut != text:
        cut = cut[:-1]
        while columns(cut) > room - 1:
            cut = cut[:-1]
        cut += "…"
    return (Span(cut), Span(" " * (room - columns(cut))))


def _cell(mark: str, sighting: Sighting) -> Span:
    nothing = " " if sighting.unapplied else "·"
    shown = _UNTOLD if sighting.error is not None else mark or nothing
    width = columns(clean(sighting.environment))
    return Span(f"  {shown.center(width)}", _STYLES.get(shown, "dim"))


def _statuses(sightings: Sequence[Sighting], page: Page) -> Iterator[Line]:
    """Say in a line or two how each environment is; an error is told whole, with its way out."""
    for sighting in sightings:
        yield (data(title(sighting), "bold"), Span(":"))
        if sighting.error is None:
            yield from _folded(_status(sighting), page)
            continue
        for problem in sighting.error.problems:
            yield from _folded(f"could not tell: {problem.message}", page, "error")
            if problem.origin is not None:
                yield from _folded(f"at {problem.origin}", page)
            yield from _folded(problem.hint, page)


def _status(sighting: Sighting) -> str:
    rules = ignored_text(sighting.judgement)
    apart = f" {rules[0].upper()}{rules[1:]}." if rules else ""
    return f"{count_text(sighting)}{apart} {values.counted(sighting.calls, 'call')}."


def _folded(text: str, page: Page, style: Style = "") -> Iterator[Line]:
    for part in folded(clean(text), page.room(2)):
        yield (Span(f"  {part}", style),)
