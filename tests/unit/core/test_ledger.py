"""What is learned of a limit, and how it is doubted again."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descope_state.core.ledger import LEARNED_SECONDS, Account
from descope_state.sdk.provider import Limit

LIMIT = Limit(family="general", calls=100, seconds=60.0)


def taught(through: int, *, now: float = 1000.0) -> Account:
    """Make an account of a service that let so many calls through, and then no more."""
    account = Account()
    for _ in range(through):
        account.take(LIMIT, now)
        account.give(LIMIT, now, counts=True)
    account.lower(LIMIT, now + 1, until=now + 61)
    return account


def test_a_lesson_is_given_back_little_by_little() -> None:
    account = taught(60)
    allowed = [account.allowed(LIMIT, 1001 + LEARNED_SECONDS * part / 8) for part in range(9)]
    assert allowed == [60, 60, 60, 62, 65, 69, 76, 86, 100]


@given(through=st.integers(1, 100), times=st.lists(st.floats(0, 2 * LEARNED_SECONDS), min_size=2))
def test_what_is_allowed_never_leaps_and_never_falls_by_itself(
    through: int, times: list[float]
) -> None:
    account = taught(through)
    allowed = [account.allowed(LIMIT, 1001 + time) for time in sorted(times)]
    assert allowed == sorted(allowed)
    assert all(1 <= one <= LIMIT.calls for one in allowed)
    minute = [account.allowed(LIMIT, 1001 + time) for time in range(0, 3_700, 60)]
    steps = [later - earlier for earlier, later in pairwise(minute)]
    assert max(steps) <= 0.06 * LIMIT.calls


@pytest.mark.parametrize(("through", "learned"), [(100, 100), (60, 60), (50, 50), (3, 50), (1, 50)])
def test_one_refusal_takes_no_more_than_half(through: int, learned: int) -> None:
    assert taught(through).allowed(LIMIT, 1002) == learned


@pytest.mark.parametrize(("wait", "learned"), [(0.0, 100), (1.0, 100), (57.0, 100), (59.0, 60)])
def test_who_has_room_again_before_the_window_is_over_counts_in_another_way(
    wait: float, learned: int
) -> None:
    account = Account()
    for _ in range(60):
        account.take(LIMIT, 1000.0)
        account.give(LIMIT, 1000.0, counts=True)
    assert account.lower(LIMIT, 1000.0, until=1000.0 + wait) == learned


def test_a_limit_far_below_is_found_in_a_few_refusals() -> None:
    account = Account()
    now, refusals = 1000.0, 0
    real = Limit(family="general", calls=5, seconds=60.0)
    while account.allowed(LIMIT, now) > real.calls:
        for _ in range(real.calls):
            assert account.take(LIMIT, now) == 0
            account.give(LIMIT, now, counts=True)
        account.lower(LIMIT, now, until=now + 60)
        refusals += 1
        now += 61
    assert refusals == 5


def test_a_refusal_with_nothing_let_through_teaches_nothing() -> None:
    account = Account()
    assert account.lower(LIMIT, 1000.0, until=1060.0) == LIMIT.calls
