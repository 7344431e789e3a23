"""Wishes of a command line: checked before anything is read, each refused by its own name."""

from collections.abc import Mapping

import pytest

from descope_state.app.wishing import address_of, mode_of, wishes_of
from descope_state.core.planner import Wishes
from descope_state.errors import UsageError
from descope_state.model.address import Address


def wishes(
    *,
    destroy: bool = False,
    refresh_only: bool = False,
    refresh: bool = True,
    targets: tuple[str, ...] = (),
    overrides: Mapping[str, str] | None = None,
) -> Wishes:
    return wishes_of(
        mode=mode_of(destroy=destroy, refresh_only=refresh_only, refresh=refresh),
        targets=targets,
        excludes=(),
        replaces=(),
        overrides=overrides or {},
    )


def test_no_wishes_are_a_plan_like_any_other() -> None:
    assert wishes() == Wishes()


def test_each_mode_is_asked_for_by_its_option() -> None:
    assert wishes(destroy=True).mode == "destroy"
    assert wishes(refresh_only=True).mode == "refresh-only"


def test_addresses_and_numbers_are_read() -> None:
    made = wishes(targets=("role.a", 'role.b["x"]'), overrides={"max_deletes": "12"})
    assert made.targets == (Address("role", "a"), Address("role", "b", "x"))
    assert made.overrides == {"max_deletes": 12}


@pytest.mark.parametrize(("destroy", "refresh"), [(True, True), (False, False), (True, False)])
def test_wishes_that_contradict_each_other_are_refused(*, destroy: bool, refresh: bool) -> None:
    other = "--destroy" if destroy else "--refresh=false"
    with pytest.raises(UsageError, match="contradict") as caught:
        wishes(destroy=destroy, refresh_only=True, refresh=refresh)
    assert other in caught.value.message
    assert "--refresh-only" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("text", ["role", "role.", "Role.a", "role.a[x]", ""])
def test_what_is_no_address_is_refused_with_the_option_it_stood_behind(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--replace: `.*` is not an address"):
        address_of(text, option="--replace")


@pytest.mark.parametrize(
    ("guard", "number", "said", "hint"),
    [
        ("max_delete", "5", "there is no guard `max_delete`", "did you mean `max_deletes`?"),
        ("speed", "5", "there is no guard `speed`", "there are `max_deletes`"),
        ("max_deletes", "-1", "`-1` is not a number", "--override max_deletes=10"),
        ("max_deletes", "", "`` is not a number", "--override max_deletes=10"),
        ("max_deletes", "1e3", "`1e3` is not a number", "--override max_deletes=10"),
    ],
)
def test_an_override_names_a_guard_and_a_number(
    guard: str, number: str, said: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        wishes(overrides={guard: number})
    assert said in caught.value.message
    assert hint in caught.value.hint
