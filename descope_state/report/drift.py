"""Drift as a person reads it: what happened, to what, on which side, by whom; deletions first."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from descope_state.model.finding import (
    Blame,
    Confidence,
    Facet,
    Finding,
    Ignored,
    Judgement,
    Rule,
    Sighting,
    Sort,
    Wish,
)
from descope_state.model.plan import Violation
from descope_state.report import values
from descope_state.report.clean import clean
from descope_state.report.fields import INDENT, Differ, Page, undescribed
from descope_state.report.flows import described_lines
from descope_state.report.spans import BLANK, Line, Span, Style, data, folded, line

TITLES = {
    Sort.DELETED: "Deleted outside dstate",
    Sort.CHANGED: "Changed outside dstate",
    Sort.CONVERGED: "Changed outside dstate, to what the stack wants",
    Sort.UNMANAGED: "Live, but in no stack",
}
MARKS: dict[Sort, str] = {
    Sort.DELETED: "-",
    Sort.CHANGED: "~",
    Sort.CONVERGED: "=",
    Sort.UNMANAGED: "+",
}
COUNTED = {
    Sort.DELETED: "deleted",
    Sort.CHANGED: "changed",
    Sort.CONVERGED: "come to what the stack wants",
    Sort.UNMANAGED: "in no stack",
}
_STYLES: dict[Sort, Style] = {
    Sort.DELETED: "removed",
    Sort.CHANGED: "changed",
    Sort.CONVERGED: "read",
    Sort.UNMANAGED: "added",
}
_MOST_OF_A_SORT = 100
_FEW = 3


def environment_text(
    sighting: Sighting, *, width: int, verbose: bool = False, differ: Differ = undescribed
) -> Iterator[Line]:
    """Lay out what was found in one environment."""
    page = Page(width=width, whole=verbose, differ=differ)
    judgement = sighting.judgement
    for alarm in judgement.alarms:
        yield from _alarm(alarm, page)
    for sort in Sort:
        found = [finding for finding in judgement.findings if finding.sort is sort]
        if found:
            yield line(f"{TITLES[sort]} ({len(found):,}):", "bold")
            yield BLANK
            yield from _group(found, page)
            yield BLANK
    yield from _conclusion(sighting, page)


def _group(found: list[Finding], page: Page) -> Iterator[Line]:
    """Show findings of one sort; those of one line each stand close."""
    shown = found if page.whole else found[:_MOST_OF_A_SORT]
    alone = True
    for position, finding in enumerate(shown):
        lines = tuple(finding_lines(finding, page))
        if position and not (alone and len(lines) == 1):
            yield BLANK
        yield from lines
        alone = len(lines) == 1
    if len(found) > len(shown):
        yield line(f"  … and {len(found) - len(shown):,} more; `--verbose` shows all", "dim")


def finding_lines(finding: Finding, page: Page) -> Iterator[Line]:
    """Show one finding: what it is, each field on its three sides, and who did it."""
    yield _head(finding)
    if finding.sort is Sort.DELETED:
        words = "wants it" if finding.wanted else "has it no more"
        yield _aside(f"# the stack {words}")
    elif finding.address is not None and not finding.wanted:
        yield _aside("# the stack has it no more")
    yield from _facets(finding, page)
    if finding.who is not None:
        yield from _who(finding.who, page)


def _head(finding: Finding) -> Line:
    mark = Span(f"{MARKS[finding.sort]:>3} ", _STYLES[finding.sort])
    known = Span(f" (id {clean(finding.id)})" if finding.id else "", "dim")
    if finding.address is None:
        return (mark, data(finding.subject, "bold"), known)
    named = f" {clean(values.scalar(finding.identity))}" if finding.identity else ""
    return (mark, data(str(finding.address), "bold"), known, Span(named, "dim"))


def _facets(finding: Finding, page: Page) -> Iterator[Line]:
    stated = [one for one in finding.facets if one.wish not in (Wish.UNSTATED, Wish.GONE)]
    for facet in stated:
        yield from _shown(finding, facet, page)
        yield from _wanted(facet, page)
    rest = [facet for facet in finding.facets if facet not in stated]
    if not rest:
        return
    if page.whole or len(rest) <= _FEW:
        for facet in rest:
            yield from _shown(finding, facet, page)
        words = "it" if len(rest) == 1 else "these"
        if any(facet.wish is Wish.UNSTATED for facet in rest):
            yield _aside(f"# the stack does not state {words}")
    else:
        yield _aside(f"# {values.counted(len(rest), 'field')} that the stack does not state")


def _shown(finding: Finding, facet: Facet, page: Page) -> Iterator[Line]:
    # It has happened already, and so forces nothing.
    happened = replace(facet.change, forces_replacement=False)
    return described_lines(finding.kind, [happened], page=page)


def _wanted(facet: Facet, page: Page) -> Iterator[Line]:
    match facet.wish:
        case Wish.REMEMBERED:
            yield _aside("  # the stack wants what the state remembers")
        case Wish.LIVE:
            yield _aside("  # the stack agrees with what is live")
        case _:
            head = "  # the stack wants "
            if facet.change.sensitive:
                text = values.concealed(facet.wanted)
            else:
                text = page.brief(facet.wanted, page.room(INDENT + len(head)))
            yield _aside(head + text)


def _who(who: Blame, page: Page) -> Iterator[Line]:
    for part in folded(who_text(who), page.room(INDENT + 2)):
        yield _aside(f"# {part}")


def who_text(who: Blame) -> str:
    """Say who did it, when, and how sure that is."""
    if who.confidence is Confidence.UNKNOWN:
        return f"by: unknown ({clean(who.why)})" if who.why else "by: unknown"
    doubt = f": {clean(who.why)}" if who.why else ""
    when = moment(who.at)
    return f"by: {clean(who.actor)}, {when}, {clean(who.action)} ({who.confidence}{doubt})"


def moment(milliseconds: int) -> str:
    """Spell a time."""
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _aside(text: str) -> Line:
    return (Span(f"{'':{INDENT}}{text}", "dim"),)


def _alarm(alarm: Violation, page: Page) -> Iterator[Line]:
    """Say that a list is not believed, which is no finding but the lack of one."""
    yield from _folded(f"Alarm: {alarm.message}.", page, "error")
    text = "A list that answers empty by mistake looks the same, so none is told as deleted."
    yield from _folded(text, page)
    yield from _folded(alarm.hint, page, lead="  ")
    yield BLANK


def _conclusion(sighting: Sighting, page: Page) -> Iterator[Line]:
    judgement = sighting.judgement
    yield from ignored_lines(judgement, page)
    yield line(count_text(sighting), "bold")
    yield line(f"Refresh used {values.counted(sighting.calls, 'call')}.", "dim")


def count_text(sighting: Sighting) -> str:
    """Count what was found, in a sentence."""
    counts = sighting.judgement.counts
    parts = [
        f"{counts[sort]:,} {COUNTED[sort]}"
        for sort in Sort
        if sort is not Sort.UNMANAGED and counts.get(sort)
    ]
    unmanaged = counts.get(Sort.UNMANAGED, 0)
    apart = f" {unmanaged:,} {COUNTED[Sort.UNMANAGED]}." if unmanaged else ""
    if sighting.unapplied:
        return f"Nothing was applied here yet, so nothing can have drifted.{apart}"
    if parts:
        return f"Drift: {', '.join(parts)}.{apart}"
    if sighting.judgement.alarms:
        return f"Could not tell: a list looks empty by mistake.{apart}"
    if sighting.judgement.ignored:
        return f"No drift but what the rules ignore.{apart}"
    return f"No drift. The project is as the state remembers it.{apart}"


def ignored_text(judgement: Judgement) -> str:
    """Count what the rules hide and which of them are over; nothing where there is neither."""
    parts = []
    if judgement.ignored:
        parts.append(f"{values.counted(len(judgement.ignored), 'finding')} ignored by rules")
    if judgement.expired:
        parts.append(f"{values.counted(len(judgement.expired), 'rule')} expired")
    return ", ".join(parts)


def ignored_lines(judgement: Judgement, page: Page) -> Iterator[Line]:
    """Count what is hidden; show it where all is to be shown."""
    text = ignored_text(judgement)
    if not text:
        return
    yield line(f"{text[0].upper()}{text[1:]}.", "warning" if judgement.expired else "")
    for one in judgement.ignored if page.whole else ():
        yield from _folded(_hidden(one), page, "dim", lead="  ")
    for rule in judgement.expired:
        yield from _folded(f"expired: {rule_text(rule)}", page, "warning", lead="  ")


def _hidden(one: Ignored) -> str:
    return f"ignored: {one.finding.subject} ({one.finding.sort}): {rule_text(one.rule)}"


def rule_text(rule: Rule) -> str:
    """Say a rule in one sentence."""
    return f"{rule.about} until {rule.until}, {rule.owner}: {rule.reason}"


def _folded(text: str, page: Page, style: Style = "", *, lead: str = "") -> Iterator[Line]:
    for part in folded(clean(text), page.room(len(lead))):
        yield (Span(lead + part, style),)


def rules_text(rules: Iterable[Rule], *, today: str, width: int) -> Iterator[Line]:
    """List the rules: those that hold, and those whose day is over."""
    page = Page(width=width)
    listed = sorted(rules, key=lambda rule: (rule.until >= today, rule.until, rule.about))
    if not listed:
        yield line("There are no rules: every finding is told.")
        return
    for rule in listed:
        over = rule.until < today
        mark = Span("  ! " if over else "    ", "warning")
        where = f" in {', '.join(rule.environments)}" if rule.environments else ""
        yield (
            mark,
            data(rule.about, "bold"),
            data(where),
            Span(f" (drift.yaml:{rule.line})", "dim"),
        )
        ending = "expired on" if over else "until"
        yield from _folded(
            f"{ending} {rule.until}, {rule.owner}: {rule.reason}", page, lead="      "
        )
    number = sum(rule.until < today for rule in listed)
    expired = f", {number:,} expired" if number else ""
    yield BLANK
    yield line(f"{values.counted(len(listed), 'rule')}{expired}.", "bold")
