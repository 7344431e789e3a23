"""How an apply ended: what failed and why comes first, and then what to type next."""

from collections.abc import Iterable, Iterator

from descope_state.model.address import for_shell
from descope_state.model.change import Action
from descope_state.model.outcome import Fate, Outcome, Result
from descope_state.model.plan import OutputValue
from descope_state.report import values
from descope_state.report.clean import clean
from descope_state.report.fields import Page
from descope_state.report.spans import BLANK, Line, Span, Style, data, folded, line

_MOST = 20
_DOING = {
    Action.CREATE: "create",
    Action.UPDATE: "change",
    Action.REPLACE: "replace",
    Action.DELETE: "destroy",
    Action.ADOPT: "import",
    Action.FORGET: "forget",
    Action.MOVE: "move",
    Action.NOOP: "read",
}
_ORDER = (Fate.UNKNOWN, Fate.FAILED, Fate.STALE, Fate.SKIPPED, Fate.UNTRIED, Fate.BLOCKED)
_TITLES = {
    Fate.UNKNOWN: "Unknown: nobody can say whether these were done",
    Fate.FAILED: "Failed",
    Fate.STALE: "Left out: these are no longer as they were planned",
    Fate.SKIPPED: "Skipped: they need what was not done",
    Fate.UNTRIED: "Not tried",
    Fate.BLOCKED: "Blocked",
}
_STYLES: dict[Fate, Style] = {
    Fate.UNKNOWN: "warning",
    Fate.FAILED: "error",
    Fate.STALE: "warning",
}


def outcome_text(outcome: Outcome, *, width: int = 80) -> tuple[Line, ...]:
    """Tell how an apply ended."""
    return (
        *_groups(outcome, width),
        *_halted(outcome, width),
        line(summary_line(outcome), "bold"),
        *_spent(outcome),
        *_unseen(outcome, width),
        *_next(outcome, width),
    )


def _spent(outcome: Outcome) -> Iterator[Line]:
    """Say what it has cost, so that it can be held against what the plan said."""
    if outcome.calls:
        before = f", and {values.counted(outcome.looked, 'call')} to look first"
        spent = values.counted(outcome.calls, "call")
        wrote = f"{values.counted(outcome.calls - outcome.reads, 'write')}"
        parts = f" ({wrote}, {outcome.reads:,} to read back)" if outcome.reads else ""
        yield line(f"It took {spent}{parts}{before if outcome.looked else ''}.")


def summary_line(outcome: Outcome) -> str:
    """Count what was done, in the words of Terraform, and what was not."""
    done = [result for result in outcome.results if result.fate is Fate.DONE]
    counts = _counted(done)
    rest = [
        (outcome.count(fate), words)
        for fate, words in (
            (Fate.FAILED, "failed"),
            (Fate.UNKNOWN, "unknown"),
            (Fate.STALE, "left out"),
            (Fate.SKIPPED, "skipped"),
            (Fate.UNTRIED, "not tried"),
            (Fate.BLOCKED, "blocked"),
        )
    ]
    missing = ", ".join(f"{number:,} {words}" for number, words in rest if number)
    if outcome.interrupted:
        return f"Interrupted: {counts}{f'; {missing}' if missing else ''}."
    if not missing:
        return f"Apply complete! Resources: {counts}."
    return f"Applied in part: {counts}; {missing}." if done else f"Nothing applied: {missing}."


def _counted(done: Iterable[Result]) -> str:
    number = dict.fromkeys(Action, 0)
    for result in done:
        number[result.action] += 1
    added = number[Action.CREATE] + number[Action.REPLACE]
    destroyed = number[Action.DELETE] + number[Action.REPLACE]
    text = f"{added:,} added, {number[Action.UPDATE]:,} changed, {destroyed:,} destroyed"
    for action, words in (
        (Action.ADOPT, "imported"),
        (Action.FORGET, "forgotten"),
        (Action.MOVE, "moved"),
    ):
        if number[action]:
            text += f", {number[action]:,} {words}"
    return text


def _groups(outcome: Outcome, width: int) -> Iterator[Line]:
    for fate in _ORDER:
        found = [result for result in outcome.results if result.fate is fate]
        if not found:
            continue
        yield line(f"{_TITLES[fate]}:", _STYLES.get(fate, "bold"))
        for result in found[:_MOST]:
            yield from _row(result, width)
        if len(found) > _MOST:
            yield line(
                f"  … and {len(found) - _MOST:,} more: `dstate runs show {outcome.run}`", "dim"
            )
        yield BLANK


def _row(result: Result, width: int) -> Iterator[Line]:
    head: Line = (Span("  "), data(str(result.address)), Span(f"  {_DOING[result.action]}", "dim"))
    if result.because is not None:
        head = (*head, Span(f"  because of {clean(str(result.because))}", "dim"))
    yield head
    for text in (result.error, result.hint):
        for part in folded(clean(text), width - 6):
            yield line(f"      {part}")


def _halted(outcome: Outcome, width: int) -> Iterator[Line]:
    if outcome.halted:
        for part in folded(f"Nothing more was tried: {clean(outcome.halted)}", width):
            yield line(part, "error")
        yield BLANK


def unseen_line(outcome: Outcome) -> str:
    """Say what could not be looked at after it was done, or nothing."""
    if not outcome.unseen:
        return ""
    return f"Whether what was destroyed is gone could not be seen: {outcome.unseen}"


def _unseen(outcome: Outcome, width: int) -> Iterator[Line]:
    for part in folded(clean(unseen_line(outcome)), width):
        yield line(part, "warning")


def _next(outcome: Outcome, width: int) -> Iterator[Line]:
    fates = {result.fate for result in outcome.results}
    if Fate.UNKNOWN in fates:
        unknown = next(one for one in outcome.results if one.fate is Fate.UNKNOWN)
        yield from _told(
            "What is unknown is settled first by the next command, or now by `dstate resume`. Where"
            " that cannot tell either: adopt what you find with an `imports` entry, or say that"
            f" there is nothing with `dstate state rm {for_shell(unknown.address)}`.",
            width,
        )
    if fates & {Fate.FAILED, Fate.SKIPPED, Fate.UNTRIED, Fate.STALE}:
        yield from _told("Then plan what is left: `dstate plan -out plan.json`.", width)


def _told(text: str, width: int) -> Iterator[Line]:
    for part in folded(clean(text), width):
        yield line(part)


def outputs_text(outputs: Iterable[OutputValue], *, width: int = 80) -> tuple[Line, ...]:
    """Lay out the outputs of a stack."""
    sheet = Page(width=width, whole=True)
    found = sorted(outputs, key=lambda output: output.name)
    longest = min(max((len(output.name) for output in found), default=0), 32)
    return tuple(_output(output, longest, sheet=sheet) for output in found)


def _output(output: OutputValue, longest: int, *, sheet: Page) -> Line:
    head = f"{clean(output.name).ljust(longest)} = "
    if output.sensitive:
        return (Span(head), Span(values.concealed(output.value)))
    return (Span(head), Span(sheet.brief(output.value, sheet.room(len(head)))))
