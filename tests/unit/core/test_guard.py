"""Too much to destroy in one go, counted to the object and to the percent."""

from dataclasses import replace

import pytest

from descope_state.core.guard import OVERRIDES, check
from descope_state.model.address import Address
from descope_state.model.change import Action, Drift, DriftSort
from descope_state.model.plan import CheckResult, Plan, Verdict
from descope_state.model.resource import Entries
from descope_state.model.stack import Safety
from tests.support import plans


def state(size: int, kind: str = "role") -> Entries:
    places = [Address(kind, f"n{number}") for number in range(size)]
    return {place: plans.entry(place, ()) for place in places}


def destroying(count: int, action: Action = Action.DELETE) -> Plan:
    return plans.plan(*(plans.change(f"n{number}", action) for number in range(count)))


def codes(
    plan: Plan, entries: Entries, *, deletes: int = 1000, percent: int = 100, **overrides: int
) -> list[str]:
    safety = Safety(max_deletes=deletes, max_delete_percent=percent)
    return [one.code for one in check(plan, entries, safety=safety, overrides=overrides)]


@pytest.mark.parametrize(("count", "found"), [(0, []), (5, []), (6, ["max_deletes"])])
def test_as_many_as_allowed_may_go_and_not_one_more(count: int, found: list[str]) -> None:
    assert codes(destroying(count), state(100), deletes=5) == found


@pytest.mark.parametrize(
    ("size", "count", "found"),
    [
        (9, 9, []),
        (10, 3, []),
        (10, 4, ["max_delete_percent"]),
        (11, 3, []),
        (11, 4, ["max_delete_percent"]),
        (1000, 300, []),
        (1000, 301, ["max_delete_percent"]),
    ],
)
def test_a_share_counts_from_ten_objects_on_and_only_above_the_percent(
    size: int, count: int, found: list[str]
) -> None:
    assert codes(destroying(count), state(size), percent=30) == found


@pytest.mark.parametrize(
    ("action", "counted"),
    [(action, action in (Action.DELETE, Action.REPLACE)) for action in Action],
)
def test_what_is_deleted_and_what_is_replaced_counts_and_nothing_else(
    action: Action, *, counted: bool
) -> None:
    assert bool(codes(destroying(1, action), state(1), deletes=0)) == counted


def test_what_is_blocked_destroys_nothing() -> None:
    plan = plans.plan(plans.change("n0", Action.DELETE, blocked="why not"))
    assert codes(plan, state(10), deletes=0, percent=0) == []


@pytest.mark.parametrize(("size", "count"), [(10, 4), (11, 5), (30, 10), (7, 7), (1000, 301)])
def test_the_override_that_is_hinted_at_lifts_the_guard_and_one_less_does_not(
    size: int, count: int
) -> None:
    plan, entries = destroying(count), state(size)
    safety = Safety(max_deletes=1, max_delete_percent=1)
    hinted: dict[str, int] = {}
    for violation in check(plan, entries, safety=safety, overrides={}):
        name, _, number = violation.hint.split("--override ")[1].rstrip("`").partition("=")
        hinted[name] = int(number)
        assert len(violation.addresses) == count
    assert set(hinted) <= set(OVERRIDES)
    assert check(plan, entries, safety=safety, overrides=hinted) == ()
    for guard, least in hinted.items():
        fewer = {**hinted, guard: least - 1}
        assert check(plan, entries, safety=safety, overrides=fewer)


def test_who_asks_for_destruction_of_all_is_not_asked_again() -> None:
    plan = replace(destroying(10), mode="destroy")
    assert codes(plan, state(10), deletes=0, percent=0) == []


# -- vanished -------------------------------------------------------------------------------------


def vanishing(plan: Plan, entries: Entries, gone: int) -> Plan:
    places = list(entries)[:gone]
    drifts = [Drift(address=one, sort=DriftSort.DELETED, id=str(one)) for one in places]
    return replace(plan, drift=tuple(drifts))


@pytest.mark.parametrize(
    ("size", "gone", "found"),
    [
        (1, 1, []),
        (2, 1, []),
        (2, 2, ["vanished"]),
        (3, 2, []),
        (3, 3, ["vanished"]),
        (50, 49, []),
        (50, 50, ["vanished"]),
    ],
)
def test_all_of_two_or_more_of_a_kind_gone_at_once_is_doubted(
    size: int, gone: int, found: list[str]
) -> None:
    entries = state(size)
    assert codes(vanishing(plans.plan(), entries, gone), entries) == found


def test_kinds_vanish_each_for_itself_and_a_number_lifts_the_doubt() -> None:
    entries = {**state(2), **state(3, "tenant")}
    plan = vanishing(plans.plan(), entries, 5)
    assert codes(plan, entries) == ["vanished", "vanished"]
    assert codes(plan, entries, vanished=2) == ["vanished"]
    assert codes(plan, entries, vanished=3) == []


def test_doubt_remains_where_all_is_to_be_destroyed() -> None:
    entries = state(2)
    plan = replace(vanishing(plans.plan(), entries, 2), mode="destroy")
    assert codes(plan, entries) == ["vanished"]


# -- checks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_check_that_failed_refuses_the_plan_and_no_other(verdict: Verdict) -> None:
    result = CheckResult(name="n", verdict=verdict, message="m")
    plan = replace(plans.plan(), checks=(result,))
    assert codes(plan, {}) == (["check"] if verdict is Verdict.FAILED else [])
