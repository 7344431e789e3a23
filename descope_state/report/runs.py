"""What is remembered of runs, for people."""

from collections.abc import Iterator, Mapping, Sequence

from descope_state.model.value import Json
from descope_state.report.clean import clean
from descope_state.report.spans import Line, Span, Style, folded, line


def runs_text(summaries: Sequence[Mapping[str, Json]]) -> list[Line]:
    """Lay out one line for each run."""
    return [_summary(one) for one in summaries]


def _summary(one: Mapping[str, Json]) -> Line:
    fates = one.get("fates")
    counts = fates if isinstance(fates, dict) else {}
    ended = ", ".join(f"{count} {fate}" for fate, count in counts.items())
    words = ended or ("ended" if one.get("ended") else "interrupted, or still running")
    head = f"{_text(one, 'run')}  {_text(one, 'at')}  {_text(one, 'actor')}  "
    command = Span(clean(_text(one, "command")), "bold")
    return (Span(clean(head)), command, Span(clean(f"  {words}"), "dim"))


def _text(record: Mapping[str, Json], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def run_text(record: Mapping[str, Json], *, width: int) -> Iterator[Line]:
    """Lay out one run: who, when, what became of each change."""
    yield line(clean(f"Run {_text(record, 'run')}: {_text(record, 'command')}"), "bold")
    for name in ("at", "ended", "actor", "environment", "project_id", "plan_digest", "backup"):
        if _text(record, name):
            label = Span(f"  {name.replace('_', ' '):<12} ", "dim")
            yield (label, Span(clean(_text(record, name))))
    serials = f"{record.get('base_serial')} → {record.get('serial', 'not committed')}"
    yield (Span("  serial       ", "dim"), Span(clean(serials)))
    if not record.get("ended"):
        words = "  It was interrupted, or is still running; `dstate resume` settles it."
        yield line(words, "warning")
    results = record.get("results")
    for result in results if isinstance(results, list) else ():
        if isinstance(result, dict):
            yield from _result(result, width)


def _result(result: Mapping[str, Json], width: int) -> Iterator[Line]:
    fate = _text(result, "fate")
    style: Style = "error" if fate == "failed" else "warning" if fate == "unknown" else ""
    words = f"  {fate:<8} {_text(result, 'action'):<8} {_text(result, 'address')}"
    id_ = f"  id {_text(result, 'id')}" if _text(result, "id") else ""
    because = f"  because of {_text(result, 'because')}" if _text(result, "because") else ""
    yield (Span(clean(words), style), Span(clean(id_ + because), "dim"))
    for name in ("error", "hint"):
        for part in folded(clean(_text(result, name)), width - 6):
            yield line(f"      {part}")
