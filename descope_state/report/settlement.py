"""What was found out about a run that had been interrupted, in words for people."""

from collections.abc import Iterator

from descope_state.model.outcome import Settled, Settlement
from descope_state.report.clean import clean
from descope_state.report.spans import Line, Span, Style, data, line

_MOST = 20


def settlement_text(settlement: Settlement) -> tuple[Line, ...]:
    """Tell what was settled, and what to do where that was not possible."""
    return (*_head(settlement), *_rows(settlement), *_damage(settlement))


def _head(settlement: Settlement) -> Iterator[Line]:
    unknown = len(settlement.settled)
    open_ = f"{unknown:,} unknown" if unknown else "nothing unknown"
    yield (
        Span("Run ", "bold"),
        data(settlement.run, "bold"),
        Span(f" was interrupted: {settlement.done:,} done, {open_}.", "bold"),
    )


def _rows(settlement: Settlement) -> Iterator[Line]:
    # What could not be told comes first: something is to be done about it.
    rows = sorted(settlement.settled, key=lambda one: (one.found is not None, one.address.order))
    for one in rows[:_MOST]:
        yield _row(one)
    if len(rows) > _MOST:
        yield line(f"  … and {len(rows) - _MOST:,} more", "dim")


def _row(one: Settled) -> Line:
    name = clean(one.identity or str(one.address))
    words, style = _words(one)
    return (
        Span("  "),
        data(str(one.address)),
        Span(f" ({one.address.kind} `{name}`): {words}", style),
    )


def _words(one: Settled) -> tuple[str, Style]:
    why = f": {clean(one.why)}" if one.why else ""
    if one.found is None:
        return f"cannot be told{why}", "warning"
    match one.step, one.found:
        case "create", True:
            return f"exists as {clean(one.id)} → adopted", "added"
        case "create", False:
            return f"absent → will be made by the next apply{why}", ""
        case "update", True:
            return "was changed → recorded", "added"
        case "update", False:
            return "was not changed → will be by the next apply", ""
        case _, True:
            return "is gone → recorded", "added"
        case _:
            return "is still there → will be deleted by the next apply", ""


def _damage(settlement: Settlement) -> Iterator[Line]:
    if settlement.torn:
        yield line(
            f"  The end of its journal was not written whole: {settlement.torn:,} bytes were cut"
            " off, of what was not sent yet.",
            "dim",
        )
    if settlement.damaged:
        lines = ", ".join(map(str, settlement.damaged[:_MOST]))
        yield line(
            f"Its journal is damaged: line {lines} cannot be read. Run `dstate plan`: what those"
            " lines told of and exists is named there, with the entry that adopts it.",
            "warning",
        )
