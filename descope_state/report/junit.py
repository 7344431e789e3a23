"""Drift as JUnit's XML, which every CI shows: a suite is an environment, a case is a finding.

Drift is a failure, an environment that could not be read an error, what a rule hides is skipped.
"""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from descope_state.model.finding import Finding, Sighting, Sort
from descope_state.report.clean import clean
from descope_state.report.drift import COUNTED, TITLES, count_text, finding_lines, rule_text
from descope_state.report.fields import Page
from descope_state.report.spans import plain

_WIDTH = 100


def drift_junit(sightings: Sequence[Sighting], *, strict: bool, timestamp: str) -> str:
    """Write what was found in all environments as one document."""
    suites = "".join(_suite(one, strict=strict, timestamp=timestamp) for one in sightings)
    totals = [_totals(one, strict=strict) for one in sightings]
    tests, failures, errors, skipped = (sum(row[n] for row in totals) for n in range(4))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="dstate drift" tests="{tests}" failures="{failures}"'
        f' errors="{errors}" skipped="{skipped}">\n{suites}</testsuites>\n'
    )


def _totals(sighting: Sighting, *, strict: bool) -> tuple[int, int, int, int]:
    judgement = sighting.judgement
    failures = sum(_fails(finding, strict=strict) for finding in judgement.findings)
    errors = len(judgement.alarms) + (sighting.error is not None)
    shown = len(judgement.findings) + len(judgement.ignored) + errors
    return (shown + (not failures and not errors), failures, errors, len(judgement.ignored))


def _fails(finding: Finding, *, strict: bool) -> bool:
    return strict or finding.sort is not Sort.UNMANAGED


def _suite(sighting: Sighting, *, strict: bool, timestamp: str) -> str:
    tests, failures, errors, skipped = _totals(sighting, strict=strict)
    cases = "".join(_cases(sighting, strict=strict))
    return (
        f'  <testsuite name={_attribute(sighting.environment)} tests="{tests}"'
        f' failures="{failures}" errors="{errors}" skipped="{skipped}"'
        f" timestamp={_attribute(timestamp)}>\n{cases}  </testsuite>\n"
    )


def _cases(sighting: Sighting, *, strict: bool) -> Iterator[str]:
    where = sighting.environment
    judgement = sighting.judgement
    if sighting.error is not None:
        problems = sighting.error.problems
        detail = "\n".join(f"{one.message}\n{one.hint}".strip() for one in problems)
        said = _told("error", problems[0].message, detail)
        yield _case(where, "the environment can be read", said)
    for alarm in judgement.alarms:
        yield _case(where, "no list is empty by mistake", _told("error", alarm.message, alarm.hint))
    for finding in judgement.findings:
        yield _case(where, finding.subject, _finding(finding, strict=strict))
    for one in judgement.ignored:
        name = one.rule.about if one.rule.field else one.finding.subject
        yield _case(where, name, f"<skipped message={_attribute(rule_text(one.rule))}/>")
    if not any(_totals(sighting, strict=strict)[1:3]):
        yield _case(where, clean(count_text(sighting)), "")


def _finding(finding: Finding, *, strict: bool) -> str:
    text = plain(finding_lines(finding, Page(width=_WIDTH)))
    message = f"{TITLES[finding.sort]}: {finding.subject}"
    if _fails(finding, strict=strict):
        return _told("failure", message, text, type_=COUNTED[finding.sort])
    return f"<system-out>{_text(text)}</system-out>"


def _told(element: str, message: str, detail: str, *, type_: str = "could not tell") -> str:
    head = f"<{element} message={_attribute(message)} type={_attribute(type_)}>"
    return f"{head}{_text(detail)}</{element}>"


def _case(environment: str, name: str, inner: str) -> str:
    head = f"    <testcase classname={_attribute(f'drift.{environment}')} name={_attribute(name)}"
    return f"{head}>{inner}</testcase>\n" if inner else f"{head}/>\n"


def _attribute(text: str) -> str:
    return quoteattr(clean(text))


def _text(text: str) -> str:
    return escape(clean(text, multiline=True))
