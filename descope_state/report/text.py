"""A plan as a person reads it: what happened outside, what apply will do, what it costs.

The order is that of worry: deletions first. Nothing is decided here; whatever is shown stands in
the plan.
"""

from collections.abc import Iterator
from dataclasses import replace

from descope_state.model.change import Action, Change
from descope_state.model.plan import Estimate, OutputValue, Plan, Summary, Verdict, Violation
from descope_state.report import values
from descope_state.report.changes import (
    BLOCKED,
    CREATE_FIRST,
    CREATE_FIRST_VERB,
    VERBS,
    change_lines,
    drift_lines,
    marker,
    spaced,
)
from descope_state.report.clean import clean
from descope_state.report.fields import Differ, Page, undescribed
from descope_state.report.spans import BLANK, Line, Span, Style, data, folded, line, packed

_ORDER = {
    Action.DELETE: 0,
    Action.REPLACE: 1,
    Action.CREATE: 2,
    Action.UPDATE: 3,
    Action.ADOPT: 4,
    Action.MOVE: 5,
    Action.FORGET: 6,
    Action.NOOP: 7,
}
CHECK_CODE = "check"
"""The code of the violation that tells a failed check, which is then not told twice."""

_BLOCKED_ORDER = 8
_MINUTE = 60
_HOUR = 3600


def plan_text(
    plan: Plan, *, width: int = 80, verbose: bool = False, differ: Differ = undescribed
) -> tuple[Line, ...]:
    """Lay out a whole plan; `verbose` shows long documents and blocked changes in full."""
    sheet = Page(width=width, whole=verbose, differ=differ)
    return (
        *_drift(plan, sheet),
        *_unmanaged(plan, sheet),
        *_changes(plan, sheet),
        *_outputs(plan, sheet),
        *_checks(plan, sheet),
        *_violations(plan, sheet),
        *_footer(plan, sheet),
    )


def summary_text(summary: Summary) -> str:
    """Count what a plan does, as its last line says it."""
    text = f"Plan: {summary.add:,} to add, {summary.change:,} to change"
    text += f", {summary.destroy:,} to destroy"
    rest = (
        (summary.importing, "to import"),
        (summary.forget, "to forget"),
        (summary.move, "to move"),
        (summary.blocked, "blocked"),
    )
    return f"{text}{''.join(f', {number:,} {words}' for number, words in rest if number)}."


def estimate_text(estimate: Estimate) -> str:
    """Say what applying costs; an estimate of nothing says only what looking has cost."""
    refresh = f"refresh used {values.counted(estimate.refresh_calls, 'call')}."
    if not estimate.calls:
        return f"R{refresh[1:]}"
    changes = values.counted(estimate.changes, "change")
    changes += f" in {estimate.writes:,} writes" if estimate.writes > estimate.changes else ""
    changes += f", {estimate.saved:,} saved by batching" if estimate.saved else ""
    changes += f", {estimate.reads:,} to read back" if estimate.reads else ""
    calls, waves = (
        values.counted(estimate.calls, "call"),
        values.counted(estimate.waves, "wave"),
    )
    pace = f" at {values.counted(estimate.per_minute, 'call')} a minute"
    return (
        f"Apply makes {calls} ({changes}) in {waves}, about {duration(estimate.seconds)}"
        f"{pace if estimate.per_minute else ''}; {refresh}"
    )


def duration(seconds: float) -> str:
    """Spell a time as people say it."""
    whole = max(round(seconds), 1)
    if whole < 2 * _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{round(whole / _MINUTE)} min"
    hours, rest = divmod(whole, _HOUR)
    minutes = rest // _MINUTE
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _drift(plan: Plan, sheet: Page) -> Iterator[Line]:
    if not plan.drift:
        return
    yield line("Changed outside dstate since the last apply:", "bold")
    yield BLANK
    yield from spaced(drift_lines(drift, sheet) for drift in plan.drift)


def _unmanaged(plan: Plan, sheet: Page) -> Iterator[Line]:
    kinds = [f"{clean(kind)} ({number:,})" for kind, number in sorted(plan.unmanaged.items())]
    if not kinds:
        return
    yield from _wrapped(f"Live, but in no stack: {', '.join(kinds)}.", sheet, "dim")
    yield BLANK


def _changes(plan: Plan, sheet: Page) -> Iterator[Line]:
    shown = sorted((change for change in plan.changes if _noteworthy(change)), key=_rank)
    if not shown:
        return
    yield from _legend(shown, sheet)
    yield BLANK
    drift = {drift.address: drift for drift in plan.drift}
    yield from spaced(change_lines(change, drift, page=sheet) for change in shown)


def _noteworthy(change: Change) -> bool:
    if change.action is not Action.NOOP:
        return True
    return bool(change.blocked) or change.importing or change.moved_from is not None


def _rank(change: Change) -> tuple[int, tuple[str, str, bool, str]]:
    rank = _BLOCKED_ORDER if change.blocked else _ORDER[change.action]
    return (rank, change.address.order)


def _legend(shown: list[Change], sheet: Page) -> Iterator[Line]:
    """Explain the markers that are used, in the order in which they come."""
    meanings = {CREATE_FIRST: CREATE_FIRST_VERB, BLOCKED: "blocked, will not be done"}
    entries = {
        marker(change): f"{marker(change)} {meanings.get(marker(change), VERBS[change.action])}"
        for change in shown
        if marker(change).strip()
    }
    yield line("What apply will do:", "bold")
    for row in packed(entries.values(), sheet.room(2), gap="   "):
        yield line(f"  {row}", "dim")


def _outputs(plan: Plan, sheet: Page) -> Iterator[Line]:
    if not plan.outputs or plan.summary.empty:
        return
    yield line("Outputs:", "bold")
    yield BLANK
    width = min(max(len(output.name) for output in plan.outputs), 32)
    for output in sorted(plan.outputs, key=lambda output: output.name):
        head = f"    {clean(output.name).ljust(width)} = "
        yield (Span(head), Span(_output(output, sheet.room(len(head)), sheet=sheet)))
    yield BLANK


def _output(output: OutputValue, room: int, *, sheet: Page) -> str:
    if output.sensitive:
        return values.concealed(output.value)
    return sheet.brief(output.value, room)


def _checks(plan: Plan, sheet: Page) -> Iterator[Line]:
    told = any(violation.code == CHECK_CODE for violation in plan.violations)
    for check in plan.checks:
        if check.verdict is Verdict.PASSED or (told and check.verdict is Verdict.FAILED):
            continue
        failed = check.verdict is Verdict.FAILED
        words = "Check failed: " if failed else "Check cannot be judged before apply: "
        yield (Span(words, "warning" if failed else "dim"), data(check.name))
        if check.message:
            yield from _wrapped(check.message, sheet, lead="  ")
        yield BLANK


def _violations(plan: Plan, sheet: Page) -> Iterator[Line]:
    for violation in plan.violations:
        message = f"Apply will refuse this plan: {violation.message}"
        yield from _wrapped(f"{message} ({violation.code})", sheet, "error")
        yield from _violators(violation, sheet)
        yield from _wrapped(violation.hint, sheet, lead="  ")
        yield BLANK


def _violators(violation: Violation, sheet: Page) -> Iterator[Line]:
    for address in violation.addresses[: sheet.most]:
        yield (Span("    "), data(str(address)))
    more = len(violation.addresses) - sheet.most
    if more > 0:
        yield line(f"    … and {more:,} more", "dim")


def _footer(plan: Plan, sheet: Page) -> Iterator[Line]:
    if plan.narrowed:
        yield from _wrapped(_NARROWED, sheet)
    if plan.summary.empty:
        yield line(_nothing(plan), "bold")
        if plan.estimate.refresh_calls:
            yield line(estimate_text(plan.estimate), "dim")
        return
    if plan.summary.blocked:
        nothing = replace(plan.summary, blocked=0).empty
        yield from _wrapped(_NOTHING_LEFT if nothing else _LEFT_OUT, sheet)
    yield line(summary_text(plan.summary), "bold")
    yield from _estimate(plan.estimate, sheet)


def _estimate(estimate: Estimate, sheet: Page) -> Iterator[Line]:
    """Say what applying costs, in a second line what looking has cost where one is too short."""
    text = estimate_text(estimate)
    if len(text) > sheet.width:
        text = text.replace("; ", ";\n")
    for part in text.splitlines():
        yield line(part, "dim")


def _nothing(plan: Plan) -> str:
    if plan.narrowed:
        return "No changes to what was chosen."
    if plan.mode == "normal" and not plan.estimate.refresh_calls:
        return "No changes. The stack is as the state remembers it; the project was not read."
    if plan.mode == "refresh-only" and not plan.drift:
        return "No changes. The project is as the state remembers it."
    return _NOTHING.get(plan.mode, _NOTHING["normal"])


_NARROWED = "This plan is about a part of the stack; the rest stays as it is."
_LEFT_OUT = "What is blocked, and what depends on it, is left out; the rest is applied."
_NOTHING_LEFT = "All of it is blocked: there is nothing that apply could do."
_NOTHING = {
    "normal": "No changes. The project matches the stack.",
    "destroy": "No changes. There is nothing to destroy.",
    "direct": "No changes. All of it is as it was asked for.",
    "refresh-only": "No changes to the project. Apply only records what is live in the state.",
}


def _wrapped(text: str, sheet: Page, style: Style = "", *, lead: str = "") -> Iterator[Line]:
    for part in folded(clean(text), sheet.room(len(lead))):
        yield (Span(lead + part, style),)
