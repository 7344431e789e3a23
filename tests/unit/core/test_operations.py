"""From a plan to operations: who waits for whom, what goes together, what is left out."""

from dataclasses import replace

import pytest

from descope_state.core.graph import Cycle
from descope_state.core.operations import MOST_IN_BATCH, Operations, lower
from descope_state.model.change import Action, Change
from descope_state.model.resource import Entries
from descope_state.sdk.schema import Field, Shape, Type
from tests.support.plans import address, change, plan, remembered, schemas

CREATE, UPDATE, REPLACE, DELETE = (
    Action.CREATE,
    Action.UPDATE,
    Action.REPLACE,
    Action.DELETE,
)


TEXT = Shape(type=Type.STRING)


def lowered(*changes: Change, entries: Entries | None = None) -> Operations:
    return lower(plan(*changes), schemas(), entries=entries)


def waits(found: Operations) -> dict[str, set[str]]:
    names = [f"{one.step} {one.address.name}" for one in found.operations]
    return {names[one.index]: {names[other] for other in one.after} for one in found.operations}


def skipped(found: Operations) -> list[str]:
    return [place.name for place in found.skipped]


def test_what_must_agree_to_go_together_parts_a_batch() -> None:
    described = {
        kind: replace(
            one, together={"delete": "level"}, fields={"level": Field(name="level", shape=TEXT)}
        )
        for kind, one in schemas(batches=frozenset({"delete"})).items()
    }
    gone = [
        replace(change(f"r{number}", DELETE), before={"level": level})
        for number, level in enumerate(("a", "b", "a", "", "b"))
    ]
    found = lower(plan(*gone), described)
    names = [
        [found.operations[one].address.name for one in batch.operations] for batch in found.batches
    ]
    assert sorted(names) == [["r0", "r2"], ["r1", "r4"], ["r3"]]


def test_a_creation_waits_for_what_it_needs() -> None:
    found = lowered(change("a", CREATE, "b"), change("b", UPDATE))
    assert waits(found) == {"update b": set(), "create a": {"update b"}}
    assert [one.wave for one in found.operations] == [0, 1]
    assert found.waves == 2


def test_what_is_not_written_passes_the_wait_on() -> None:
    found = lowered(change("a", CREATE, "b"), change("b", Action.NOOP, "c"), change("c", CREATE))
    assert waits(found) == {"create c": set(), "create a": {"create c"}}


def test_a_removal_waits_for_the_removal_of_its_users() -> None:
    found = lowered(change("a", DELETE, "b"), change("b", DELETE))
    assert waits(found) == {"delete a": set(), "delete b": {"delete a"}}


def test_a_removal_waits_for_the_update_that_lets_go() -> None:
    found = lowered(change("a", UPDATE), change("b", DELETE), entries=remembered(a="b", b=""))
    assert waits(found) == {"update a": set(), "delete b": {"update a"}}


def test_replacements_are_removed_users_first_and_made_users_last() -> None:
    found = lowered(change("a", REPLACE, "b"), change("b", REPLACE), change("c", UPDATE, "b"))
    assert waits(found) == {
        "delete a": set(),
        "delete b": {"delete a"},
        "create b": {"delete b"},
        "create a": {"delete a", "create b"},
        "update c": {"create b"},
    }


def test_a_replacement_may_be_made_before_the_old_one_goes() -> None:
    found = lowered(change("a", REPLACE, create_first=True))
    assert waits(found) == {"create a": set(), "delete a": {"create a"}}


def test_users_of_a_replacement_made_first_move_over_before_the_old_one_goes() -> None:
    found = lowered(
        change("a", UPDATE, "b"),
        change("b", REPLACE, create_first=True),
        entries=remembered(a="b", b=""),
    )
    assert waits(found) == {
        "create b": set(),
        "update a": {"create b"},
        "delete b": {"create b", "update a"},
    }


def test_what_uses_a_replacement_that_goes_first_cannot_be_made_first() -> None:
    found = lowered(change("a", REPLACE, "b", create_first=True), change("b", REPLACE))
    assert waits(found) == {
        "delete a": set(),
        "delete b": {"delete a"},
        "create b": {"delete b"},
        "create a": {"delete a", "create b"},
    }


def test_letting_go_gives_way_where_waits_would_close_a_ring() -> None:
    """`c` moves from `d` to what replaces `r`; `d` must go before `r` can."""
    found = lowered(
        change("c", UPDATE, "r"),
        change("d", DELETE, "r"),
        change("r", REPLACE),
        entries=remembered(c="d", d="r", r=""),
    )
    assert waits(found) == {
        "delete d": set(),
        "delete r": {"delete d"},
        "create r": {"delete r"},
        "update c": {"create r"},
    }


def test_two_objects_may_swap_who_needs_whom() -> None:
    found = lowered(
        change("a", REPLACE, "b"), change("b", REPLACE), entries=remembered(a="", b="a")
    )
    assert waits(found) == {
        "delete b": set(),
        "delete a": {"delete b"},
        "create b": {"delete b"},
        "create a": {"delete a", "create b"},
    }


def test_a_name_is_taken_over_only_once_it_is_free() -> None:
    found = lowered(
        change("new", CREATE, identity="Support"), change("old", DELETE, identity="Support")
    )
    assert waits(found) == {"delete old": set(), "create new": {"delete old"}}


def test_what_was_moved_is_known_by_its_old_address() -> None:
    moved = replace(change("new", UPDATE), moved_from=address("old"))
    found = lowered(moved, change("b", DELETE), entries=remembered(old="b", b=""))
    assert waits(found) == {"update new": set(), "delete b": {"update new"}}
    gone = replace(change("new", REPLACE), moved_from=address("old"))
    found = lowered(gone, change("b", DELETE, "old"))
    assert waits(found)["delete new"] == {"delete b"}


def test_only_changes_that_write_become_operations() -> None:
    quiet = (Action.NOOP, Action.ADOPT, Action.FORGET, Action.MOVE)
    found = lowered(*(change(f"n{number}", action) for number, action in enumerate(quiet)))
    assert found == Operations()
    assert found.waves == 0


def test_what_needs_the_blocked_is_skipped() -> None:
    found = lowered(
        change("a", CREATE, "b"),
        change("b", Action.NOOP, "c"),
        change("c", UPDATE, blocked="a paid plan"),
        change("d", CREATE),
    )
    assert skipped(found) == ["a", "c"]
    assert waits(found) == {"create d": set()}


def test_what_the_blocked_still_uses_is_not_removed() -> None:
    found = lowered(
        change("a", DELETE, "b", blocked="protected"),
        change("b", DELETE, "c"),
        change("c", DELETE),
        change("d", DELETE),
    )
    assert skipped(found) == ["a", "b", "c"]
    found = lowered(
        change("a", UPDATE, blocked="a paid plan"),
        change("b", DELETE),
        entries=remembered(a="b", b=""),
    )
    assert skipped(found) == ["a", "b"]


def test_a_removal_needs_nothing_of_what_it_used() -> None:
    found = lowered(change("a", DELETE, "b"), change("b", UPDATE, blocked="a paid plan"))
    assert waits(found) == {"delete a": set()}


def test_operations_of_a_kind_step_and_wave_share_a_call() -> None:
    many = [change(f"n{number:03}", CREATE) for number in range(MOST_IN_BATCH + 5)]
    mixed = [change("t", CREATE, kind="tenant"), change("d", DELETE), change("e", DELETE)]
    found = lower(plan(*many, *mixed), schemas(batches=frozenset({"create"})))
    sizes = sorted((one.kind, one.step.value, len(one.operations)) for one in found.batches)
    assert sizes == [
        ("role", "create", 5),
        ("role", "create", MOST_IN_BATCH),
        ("role", "delete", 1),
        ("role", "delete", 1),
        ("tenant", "create", 1),
    ]


def test_a_state_that_depends_on_itself_can_still_be_destroyed() -> None:
    found = lowered(change("a", DELETE, "b"), change("b", DELETE, "a"), change("c", DELETE, "a"))
    assert waits(found)["delete a"] == {"delete c"}
    assert len(found.operations) == 3


def test_a_stack_that_depends_on_itself_is_refused() -> None:
    with pytest.raises(Cycle):
        lowered(change("a", CREATE, "b"), change("b", CREATE, "a"))
