"""Plans and drift as Markdown for a comment on a pull request: short first, the rest folded away.

Names come from people who may not mean well. Whatever is not ours stands in code, where neither
Markdown nor HTML nor a mention means anything, behind a fence longer than any inside it.
"""

import re
from collections.abc import Iterable, Sequence

from descope_state.model.change import Action, Change
from descope_state.model.finding import Finding, Sighting, Sort
from descope_state.model.plan import Plan, Verdict
from descope_state.report.changes import VERBS, marker
from descope_state.report.clean import clean, shortened
from descope_state.report.drift import (
    MARKS,
    TITLES,
    count_text,
    environment_text,
    ignored_text,
    who_text,
)
from descope_state.report.fields import Differ, undescribed
from descope_state.report.spans import plain
from descope_state.report.text import estimate_text, plan_text, summary_text

# GitHub takes 65,536 characters; a few are left for what a bot writes around it.
LONGEST = 60_000
_ROWS = 50
_FIELDS = 5
_AROUND = 400
_LONGEST_NAME = 300
_WIDTH = 100
_BACKTICKS = re.compile(r"`+")


def plan_markdown(plan: Plan, *, differ: Differ = undescribed) -> str:
    """Write a plan: what is to happen in a table, what it costs, and all of it folded away."""
    bindings = plan.bindings
    title = f"## Plan for {code(bindings.environment)} → project {code(bindings.project_id)}\n"
    warned = [
        f"> ⛔ **Apply will refuse this plan**: {code(violation.message)}\n"
        for violation in plan.violations
    ]
    warned += [
        f"> ⚠️ Check {code(check.name)} cannot be judged before apply\n"
        for check in plan.checks
        if check.verdict is Verdict.UNKNOWN
    ]
    if plan.drift:
        warned.append(f"> 👀 {len(plan.drift):,} changed outside dstate since the last apply\n")
    told = "**No changes.**\n" if plan.summary.empty else f"**{summary_text(plan.summary)}**\n"
    parts = [
        title,
        *warned,
        told,
        *_changes(plan),
        f"{estimate_text(plan.estimate)}\n",
    ]
    text = plain(plan_text(plan, width=_WIDTH, differ=differ))
    return _limited(parts, [("The whole plan", text)])


def _changes(plan: Plan) -> Iterable[str]:
    order = (Action.DELETE, Action.REPLACE, Action.CREATE, Action.UPDATE)
    shown = sorted(
        (change for change in plan.effective),
        key=lambda one: order.index(one.action) if one.action in order else len(order),
    )
    if shown:
        rows = [(code(marker(one)), code(str(one.address)), _verb(one)) for one in shown]
        yield _table(("", "Resource", "What happens"), rows)


def _verb(change: Change) -> str:
    return "blocked" if change.blocked else VERBS[change.action]


def drift_markdown(sightings: Sequence[Sighting], *, differ: Differ = undescribed) -> str:
    """Write what was found: a line for each environment, a table, and the details folded away."""
    parts = ["## Drift\n", "".join(f"- {_status(one)}\n" for one in sightings)]
    rows = [_row(one, finding) for one in sightings for finding in one.judgement.findings]
    rows.sort(key=lambda row: row[0])
    if rows:
        head = ("", "Environment", "Object", "What happened", "By")
        parts.append(_table(head, [row[1] for row in rows]))
    details = [
        (
            f"Details of {one.environment}",
            plain(environment_text(one, width=_WIDTH, differ=differ)),
        )
        for one in sightings
        if one.error is None and (one.judgement.findings or one.judgement.alarms)
    ]
    return _limited(parts, details)


def _status(sighting: Sighting) -> str:
    name = code(sighting.environment)
    where = f" → project {code(sighting.project_id)}" if sighting.project_id else ""
    shield = " (protected)" if sighting.protected else ""
    if sighting.error is not None:
        messages = "; ".join(code(problem.message) for problem in sighting.error.problems)
        return f"❔ **{name}**{shield} could not tell: {messages}"
    if sighting.judgement.alarms:
        messages = "; ".join(code(alarm.message) for alarm in sighting.judgement.alarms)
        return f"🚨 **{name}**{where}{shield}: {messages}"
    mark = "⚠️" if sighting.drifted else "✅"
    rules = ignored_text(sighting.judgement)
    return (
        f"{mark} **{name}**{where}{shield}: {count_text(sighting)}{f' {rules}.' if rules else ''}"
    )


def _row(sighting: Sighting, finding: Finding) -> tuple[tuple[int, str], tuple[str, ...]]:
    fields = ", ".join(code(facet.change.name) for facet in finding.facets[:_FIELDS])
    more = len(finding.facets) - _FIELDS
    fields += f" and {more} more" if more > 0 else ""
    cells = (
        code(MARKS[finding.sort]),
        code(sighting.environment),
        code(finding.subject),
        f"{TITLES[finding.sort]}{f': {fields}' if fields else ''}",
        code(who_text(finding.who).removeprefix("by: ")) if finding.who is not None else "",
    )
    return (list(Sort).index(finding.sort), finding.subject), cells


def code(text: str) -> str:
    """Set outside text as code, on one line, whatever it holds."""
    text = shortened(clean(text), _LONGEST_NAME)
    longest = max((len(found) for found in _BACKTICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if not text or text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not any(row[-1] for row in rows):
        head, rows = head[:-1], [row[:-1] for row in rows]
    lines = [_cells(head), _cells(["---"] * len(head)), *map(_cells, rows[:_ROWS])]
    more = len(rows) - _ROWS
    after = f"\n… and {more:,} more.\n" if more > 0 else ""
    return "\n".join(lines) + "\n" + after


def _cells(row: Sequence[str]) -> str:
    # A bar ends a cell even inside code.
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _limited(parts: Iterable[str], details: Sequence[tuple[str, str]]) -> str:
    """Put together a comment that is not too long; what is cut is counted."""
    text = "\n".join(parts)
    if len(text) > LONGEST:
        return text[: text.rfind("\n", 0, LONGEST)] + "\n\n… (cut: too long for a comment)\n"
    for title, inner in details:
        left = LONGEST - len(text) - _AROUND
        if left <= 0:
            return f"{text}\n… (cut: too long for a comment)\n"
        text += _folded(title, inner, room=left)
    return text


def _folded(title: str, inner: str, *, room: int) -> str:
    lines = inner.rstrip("\n").split("\n")
    kept, size = 0, 0
    for line in lines:
        size += len(line) + 1
        if size > room:
            break
        kept += 1
    if kept < len(lines):
        cut = f"… (cut: {len(lines) - kept:,} more lines; the command shows them)"
        lines = [*lines[:kept], cut]
    longest = max((len(one) for line in lines for one in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    body = "\n".join(lines)
    name = clean(title)
    return f"\n<details><summary>{name}</summary>\n\n{fence}diff\n{body}\n{fence}\n\n</details>\n"
