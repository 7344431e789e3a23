"""Targets and exclusions, closed under what they need: creating forwards, destroying backwards."""

import pytest

from descope_state.core.select import matching, selected
from descope_state.errors import UsageError
from descope_state.model.address import Address
from descope_state.model.change import Action, Change
from tests.support import plans
from tests.support.plans import address, change, remembered

CREATES = (
    change("a", Action.CREATE),
    change("b", Action.CREATE, "a"),
    change("c", Action.CREATE, "b"),
    change("d", Action.CREATE),
)
STATE = remembered(a="", b="a", c="b", d="")
DELETES = (
    change("a", Action.DELETE),
    change("b", Action.DELETE, "a"),
    change("c", Action.DELETE, "b"),
    change("d", Action.DELETE),
)


def names(
    changes: tuple[Change, ...], *, targets: str = "", excludes: str = "", deleting: bool = False
) -> str:
    kept = selected(
        changes,
        entries=STATE if deleting else {},
        targets=list(map(address, targets.split())),
        excludes=list(map(address, excludes.split())),
    )
    return " ".join(one.address.name for one in kept)


def test_without_wishes_all_is_kept() -> None:
    assert selected(CREATES, entries={}, targets=(), excludes=()) is CREATES


@pytest.mark.parametrize(
    ("target", "kept"), [("a", "a"), ("b", "a b"), ("c", "a b c"), ("d", "d"), ("b d", "a b d")]
)
def test_a_target_brings_what_it_needs(target: str, kept: str) -> None:
    assert names(CREATES, targets=target) == kept


@pytest.mark.parametrize(
    ("excluded", "kept"), [("a", "d"), ("b", "a d"), ("c", "a b d"), ("d", "a b c")]
)
def test_an_exclusion_takes_what_needs_it(excluded: str, kept: str) -> None:
    assert names(CREATES, excludes=excluded) == kept


@pytest.mark.parametrize(("target", "kept"), [("a", "a b c"), ("b", "b c"), ("c", "c")])
def test_a_target_that_is_deleted_brings_the_deletion_of_its_users(target: str, kept: str) -> None:
    assert names(DELETES, targets=target, deleting=True) == kept


@pytest.mark.parametrize(("excluded", "kept"), [("a", "b c d"), ("b", "c d"), ("c", "d")])
def test_what_still_needs_a_thing_keeps_it_from_being_deleted(excluded: str, kept: str) -> None:
    assert names(DELETES, excludes=excluded, deleting=True) == kept


def test_an_exclusion_is_stronger_than_a_target() -> None:
    assert names(CREATES, targets="c", excludes="b") == "a"


def test_the_address_of_a_block_means_all_of_its_instances() -> None:
    known = [Address("role", "a", "x"), Address("role", "a", "y"), Address("role", "b")]
    assert matching([Address("role", "a")], known) == known[:2]
    assert matching([known[1], known[2]], known) == known[1:]


@pytest.mark.parametrize("wish", ["targets", "excludes"])
def test_an_address_that_there_is_not_is_refused_with_what_was_meant(wish: str) -> None:
    with pytest.raises(UsageError) as caught:
        names(
            (change("analyst", Action.CREATE),),
            targets="analist nothing" if wish == "targets" else "",
            excludes="analist nothing" if wish == "excludes" else "",
        )
    assert "has `role.analist`, `role.nothing`" in caught.value.message
    assert caught.value.hint == "did you mean `role.analyst`?"


def test_where_nothing_is_near_the_command_that_lists_all_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        matching([Address("tenant", "zzz")], [plans.address("a")])
    assert "dstate graph" in caught.value.hint
