"""Who did it: nobody is named who may not have done it, and dstate is never named as somebody."""

from typing import Any

import pytest

from descope_state.core.blaming import SLACK, Own, Trail, blamed
from descope_state.model.address import Address
from descope_state.model.finding import Blame, Confidence, Finding, Sort
from descope_state.sdk.catalog import described
from descope_state.sdk.provider import Deed
from tests.support.provider import KINDS

CATALOG = {kind.name: described(kind, provider="fake") for kind in KINDS}
NOON = 1_767_268_800_000
OURS = "K-dstate"


def finding(sort: Sort = Sort.CHANGED, **more: str) -> Finding:
    plain: dict[str, Any] = {"kind": "label", "id": "l-1", "identity": "One"}
    return Finding(sort=sort, address=Address("label", "one"), **{**plain, **more})


def deed(at: int = NOON, **more: object) -> Deed:
    plain: dict[str, Any] = {
        "actor": "ana",
        "action": "LabelUpdate",
        "kind": "label",
        "verb": "update",
        "subjects": frozenset({"l-1"}),
    }
    return Deed(at=at, **{**plain, **more})


def own(at: int = NOON - 10 * SLACK, **more: object) -> Own:
    plain: dict[str, Any] = {
        "kind": "label",
        "operation": "update",
        "began": at,
        "ended": at,
        "subjects": frozenset({"l-1", "One"}),
    }
    return Own(**{**plain, **more})


def who(*deeds: Deed, about: Finding | None = None, ours: tuple[Own, ...] = ()) -> Blame:
    trail = Trail(deeds=deeds, own=ours)
    (found,) = blamed([about or finding()], trail=trail, catalog=CATALOG)
    assert found.who is not None
    return found.who


def test_the_only_one_who_did_it_is_named() -> None:
    named = who(deed())
    assert named == Blame(confidence=Confidence.CERTAIN, actor="ana", at=NOON, action="LabelUpdate")


@pytest.mark.parametrize(
    "other",
    [
        deed(kind="site"),
        deed(subjects=frozenset({"l-2"})),
        deed(verb="delete"),
        deed(kind=""),
    ],
)
def test_nobody_is_named_for_another_object_or_another_sort_of_deed(other: Deed) -> None:
    assert who(other).confidence is Confidence.UNKNOWN
    assert who(other).actor == ""


@pytest.mark.parametrize(
    ("sort", "verb", "named"),
    [
        (Sort.DELETED, "delete", True),
        (Sort.DELETED, "update", False),
        (Sort.DELETED, "write", False),
        (Sort.CHANGED, "write", True),
        (Sort.CONVERGED, "update", True),
        (Sort.UNMANAGED, "create", True),
        (Sort.UNMANAGED, "update", False),
    ],
)
def test_the_deed_must_be_of_the_right_sort(sort: Sort, verb: str, *, named: bool) -> None:
    assert (who(deed(verb=verb), about=finding(sort)).actor == "ana") is named


def test_of_several_the_last_is_likely() -> None:
    named = who(deed(NOON - 2), deed(NOON, actor="ben"), deed(NOON - 1))
    assert (named.actor, named.confidence) == ("ben", Confidence.LIKELY)
    assert named.why == "1 more changed it in that time"
    assert who(deed(NOON), deed(NOON - 1)).confidence is Confidence.CERTAIN


def test_a_trail_that_names_no_object_or_no_deed_is_likely_at_most() -> None:
    assert who(deed(subjects=frozenset())).why == "the trail does not name the object"
    assert who(deed(verb="")).why == "the trail does not say what was done"
    assert who(deed(actor="")).confidence is Confidence.UNKNOWN


def test_what_lies_before_our_last_write_is_not_the_cause() -> None:
    before = NOON - SLACK * 2
    assert who(deed(before), ours=(own(NOON),)).confidence is Confidence.UNKNOWN
    taken_in = own(NOON + 5, operation="remember")
    assert who(deed(NOON), ours=(taken_in,)).confidence is Confidence.UNKNOWN
    assert who(deed(NOON + 6), ours=(taken_in,)).actor == "ana"


def test_our_own_write_is_nobody_elses() -> None:
    mine = deed(NOON, actor=OURS)
    assert who(mine, ours=(own(NOON),)).confidence is Confidence.UNKNOWN
    # Its clock is not ours, and one operation of ours may be several calls.
    late = deed(NOON + SLACK, actor=OURS, action="LabelUpdateMore")
    assert who(mine, late, ours=(own(NOON),)).confidence is Confidence.UNKNOWN


def test_somebody_else_is_named_even_while_we_wrote() -> None:
    elsewhere = own(NOON, subjects=frozenset({"l-9"}), operation="create")
    known = deed(NOON, actor=OURS, verb="create", subjects=frozenset({"l-9"}))
    named = who(known, deed(NOON, actor=OURS), deed(NOON + 1), ours=(own(NOON), elsewhere))
    assert (named.actor, named.confidence) == ("ana", Confidence.CERTAIN)


def test_where_we_do_not_know_our_name_nobody_near_our_write_is_named() -> None:
    assert who(deed(NOON + 1), deed(NOON, actor=OURS), ours=(own(NOON),)).actor == ""


def test_our_key_in_other_hands_is_likely() -> None:
    mine = deed(NOON - 10 * SLACK, actor=OURS)
    named = who(mine, deed(NOON, actor=OURS), ours=(own(),))
    assert (named.actor, named.confidence) == (OURS, Confidence.LIKELY)
    assert "the key that dstate uses" in named.why


def test_what_a_project_has_once_needs_no_name() -> None:
    settings = finding(kind="settings", id="settings-1", identity="settings")
    done = deed(kind="settings", subjects=frozenset())
    assert who(done, about=settings).confidence is Confidence.CERTAIN


def test_a_deed_that_names_nothing_is_ours_only_while_we_wrote() -> None:
    mine = deed(NOON, actor=OURS)
    writes = (own(NOON), own(NOON + 3 * SLACK), own(NOON + 4 * SLACK, kind="site"))
    for at, named in ((-SLACK, ""), (SLACK, ""), (2 * SLACK, ""), (4 * SLACK + 1, OURS)):
        unnamed = deed(NOON + at, actor=OURS, subjects=frozenset())
        assert who(mine, unnamed, ours=writes).actor == named
    assert who(mine, deed(NOON + 5 * SLACK, actor=OURS), ours=writes).actor == OURS


def test_a_month_of_both_trails_is_joined_without_going_through_all_of_it() -> None:
    number = 4_000
    mine = tuple(own(NOON - n, subjects=frozenset({f"x{n}"})) for n in range(number))
    deeds = [deed(NOON - n, actor=OURS, subjects=frozenset({f"x{n}"})) for n in range(number)]
    deeds += [deed(NOON, subjects=frozenset({f"y{n}"})) for n in range(number)]
    found = [finding(id=f"y{n}", identity=f"Y{n}") for n in range(number)]
    named = list(blamed(found, trail=Trail(deeds=deeds, own=mine), catalog=CATALOG))
    assert {one.who.confidence for one in named if one.who} == {Confidence.CERTAIN}
    assert {one.who.actor for one in named if one.who} == {"ana"}
