"""Holds findings against the rules of a stack: what is known is hidden, and stays counted."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from descope_state.model.finding import Finding, Ignored, Judgement, Rule, Sort
from descope_state.model.plan import Violation


def judged(
    findings: Iterable[Finding],
    *,
    rules: Sequence[Rule],
    alarms: tuple[Violation, ...],
    environment: str,
    today: str,
) -> Judgement:
    """Hide what the rules hide today; a rule whose day is over hides nothing and is told."""
    here = [rule for rule in rules if not rule.environments or environment in rule.environments]
    valid = [rule for rule in here if rule.until >= today]
    shown: list[Finding] = []
    ignored: list[Ignored] = []
    for finding in findings:
        left = _without(finding, valid, ignored=ignored)
        if left is not None:
            shown.append(left)
    return Judgement(
        findings=tuple(shown),
        ignored=tuple(ignored),
        expired=tuple(rule for rule in here if rule.until < today),
        alarms=alarms,
        counts={sort: sum(one.sort is sort for one in shown) for sort in Sort},
    )


def _without(finding: Finding, rules: Sequence[Rule], *, ignored: list[Ignored]) -> Finding | None:
    about = [rule for rule in rules if _meant(rule, finding)]
    for rule in about:
        if not rule.field:
            ignored.append(Ignored(finding=finding, rule=rule))
            return None
    by_field = {rule.field: rule for rule in about}
    hidden = [facet for facet in finding.facets if facet.change.name in by_field]
    if not hidden:
        return finding
    for facet in hidden:
        part = replace(finding, facets=(facet,))
        ignored.append(Ignored(finding=part, rule=by_field[facet.change.name]))
    left = tuple(facet for facet in finding.facets if facet not in hidden)
    return replace(finding, facets=left) if left else None


def _meant(rule: Rule, finding: Finding) -> bool:
    """Tell whether a rule is about an object: by its address, its block's, or its designation."""
    if rule.subject == finding.subject:
        return True
    return finding.address is not None and rule.subject == str(finding.address.block)
