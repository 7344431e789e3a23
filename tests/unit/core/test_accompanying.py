"""What goes with a deletion: counted once, and more than was seen is told."""

from dataclasses import replace

from descope_state.core.accompanying import counted, grown
from descope_state.model.change import Action, Change
from descope_state.sdk.provider import Along
from tests.support.plans import change

FOUND = (
    Along(kind="user", count=212),
    Along(kind="role", count=3, ids=frozenset({"R1", "R2", "R3"})),
    Along(kind="access_key", count=0),
)


def going(name: str, action: Action, id_: str, *, blocked: str = "") -> Change:
    return replace(change(name, action, blocked=blocked), id=id_)


def test_what_is_deleted_by_a_row_of_its_own_is_not_counted_again() -> None:
    rows = (
        going("one", Action.DELETE, "R1"),
        going("two", Action.REPLACE, "R2"),
        going("three", Action.UPDATE, "R3"),
    )
    assert counted(FOUND, rows) == {"user": 212, "role": 1}


def test_a_blocked_row_deletes_nothing_so_that_the_object_goes_along() -> None:
    rows = (going("one", Action.DELETE, "R1", blocked="protected"),)
    assert counted(FOUND, rows) == {"user": 212, "role": 3}


def test_only_more_than_was_seen_is_worth_a_word() -> None:
    seen = replace(going("a", Action.DELETE, "T1"), takes_along={"user": 2, "role": 2})
    assert grown(seen, {"user": 2, "role": 1}) == ""
    assert grown(seen, {}) == ""
    words = grown(seen, {"user": 3, "access_key": 1})
    assert words == (
        "its deletion would take along 3 user(s) instead of 2, 1 access key(s) instead of 0"
    )
