"""Rules hide, and lose nothing: what was found is shown or counted, and rings when it is time."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descope_state.core.ignoring import judged
from descope_state.model.address import Address
from descope_state.model.change import FieldChange
from descope_state.model.finding import Facet, Finding, Judgement, Rule, Sort, Wish
from tests.support.laws import law

TODAY = "2026-01-01"
FIELDS = ("name", "description", "tags")
ADDRESSES = (Address("label", "one"), Address("label", "one", "a"), Address("site", "one"))


def rule(subject: str, field: str = "", *, until: str = TODAY, where: str = "") -> Rule:
    places = (where,) if where else ()
    return Rule(
        subject=subject, field=field, environments=places, reason="r", owner="o", until=until
    )


def finding(address: Address, *fields: str) -> Finding:
    facets = tuple(
        Facet(change=FieldChange(name=name, before=1, after=2), wish=Wish.OTHER) for name in fields
    )
    sort = Sort.CHANGED if fields else Sort.DELETED
    return Finding(
        sort=sort, kind=address.kind, id="x", identity="y", address=address, facets=facets
    )


def judge(findings: list[Finding], rules: list[Rule]) -> Judgement:
    return judged(findings, rules=rules, alarms=(), environment="dev", today=TODAY)


def atoms(findings: list[Finding]) -> Counter[tuple[str, str]]:
    """Take findings apart: one for each field, or one where there is none."""
    return Counter(
        (one.subject, name)
        for one in findings
        for name in ([facet.change.name for facet in one.facets] or [""])
    )


RULES = st.builds(
    rule,
    st.sampled_from([str(address) for address in ADDRESSES]),
    st.sampled_from(["", *FIELDS]),
    until=st.sampled_from(["2025-12-31", TODAY, "2026-01-02"]),
    where=st.sampled_from(["", "dev", "prod"]),
)
FINDINGS = st.builds(
    lambda address, fields: finding(address, *fields),
    st.sampled_from(ADDRESSES),
    st.lists(st.sampled_from(FIELDS), unique=True),
)


@law(150)
@given(st.lists(FINDINGS), st.lists(RULES))
def test_what_is_found_is_shown_or_counted_as_ignored(
    findings: list[Finding], rules: list[Rule]
) -> None:
    made = judge(findings, rules)
    ignored = [one.finding for one in made.ignored]
    assert atoms([*made.findings, *ignored]) == atoms(findings)
    assert sum(made.counts.values()) == len(made.findings)
    for one in made.ignored:
        assert one.rule.until >= TODAY
        assert one.rule.environments in ((), ("dev",))
    here = [one for one in rules if one.environments in ((), ("dev",))]
    assert list(made.expired) == [one for one in here if one.until < TODAY]


@pytest.mark.parametrize(
    ("hidden", "by"),
    [
        (True, rule("label.one")),
        (True, rule('label.one["a"]')),
        (True, rule("label.one", "name")),
        (False, rule("label.one", "tags")),
        (False, rule('label.one["b"]')),
        (False, rule("label.one", until="2025-12-31")),
        (False, rule("label.one", where="prod")),
    ],
)
def test_a_rule_hides_what_it_is_about_until_its_day_is_over(by: Rule, *, hidden: bool) -> None:
    made = judge([finding(ADDRESSES[1], "name")], [by])
    assert (made.findings == ()) is hidden
    assert len(made.ignored) == hidden


def test_a_rule_about_a_field_hides_no_deletion() -> None:
    gone = finding(ADDRESSES[0])
    assert judge([gone], [rule("label.one", "name")]).findings == (gone,)
    assert judge([gone], [rule("label.one")]).findings == ()
