"""What an apply is said to cost."""

from dataclasses import replace

from descope_state.core.estimate import estimate
from descope_state.core.operations import lower
from descope_state.model.change import Action
from descope_state.model.plan import Estimate
from descope_state.sdk.provider import Limit
from descope_state.sdk.schema import Schema
from tests.support.plans import change, plan, schemas

GENERAL = Limit(family="general", calls=100, seconds=60.0)


def costs(number: int, *limits: Limit, described: dict[str, Schema] | None = None) -> Estimate:
    described = described or schemas()
    changes = [change(f"n{index:04}", Action.CREATE) for index in range(number)]
    return estimate(lower(plan(*changes), described), described, limits=limits, refresh_calls=9)


def test_the_first_window_costs_only_the_round_trip() -> None:
    assert costs(100, GENERAL) == Estimate(
        calls=100, changes=100, waves=1, seconds=0.1, per_minute=100, refresh_calls=9
    )


def test_each_further_window_is_waited_for() -> None:
    assert costs(101, GENERAL).seconds == 60.1
    assert costs(301, GENERAL).seconds == 180.1


def test_a_batch_is_one_call() -> None:
    found = costs(250, GENERAL, described=schemas(batches=frozenset({"create"})))
    assert (found.calls, found.changes, found.saved) == (3, 250, 247)


def test_a_step_takes_as_many_calls_as_its_kind_says() -> None:
    assert costs(4, GENERAL, described=schemas(calls={"create": 3})).calls == 12


def test_looks_at_what_was_written_are_among_the_calls_and_told_apart() -> None:
    described = {
        kind: replace(one, reads={"create": 1})
        for kind, one in schemas(calls={"create": 2}).items()
    }
    found = costs(4, GENERAL, described=described)
    assert (found.calls, found.reads) == (8, 4)
    batched = {kind: replace(one, batches=frozenset({"create"})) for kind, one in described.items()}
    found = costs(250, GENERAL, described=batched)
    assert (found.calls, found.reads) == (6, 3)


def test_what_is_deleted_is_looked_for_once_and_what_is_doubtful_each_time() -> None:
    described = schemas()
    changes = [change(f"n{index}", Action.DELETE) for index in range(3)]
    changes += [change(f"u{index}", Action.UPDATE) for index in range(2)]
    lowered = lower(plan(*changes), described)
    doubtful = [changes[-1].address]
    found = estimate(lowered, described, limits=[GENERAL], refresh_calls=0, doubtful=doubtful)
    assert (found.calls, found.reads, found.saved) == (7, 2, 0)


def test_the_slowest_limit_decides() -> None:
    tight = Limit(family="general", calls=10, seconds=1.0)
    assert costs(95, GENERAL, tight).seconds == 9.1
    assert costs(95, GENERAL, tight).per_minute == 600
    assert costs(101, GENERAL, tight).seconds == 60.1
    assert costs(101, GENERAL, tight).per_minute == 100


def test_a_limit_of_another_family_does_not_count() -> None:
    found = costs(300, Limit(family="users", calls=1, seconds=60.0))
    assert (found.seconds, found.per_minute) == (0.1, 0)


def test_waves_follow_one_another() -> None:
    described = schemas()
    chain = plan(
        change("a", Action.CREATE, "b"), change("b", Action.CREATE, "c"), change("c", Action.UPDATE)
    )
    found = estimate(lower(chain, described), described, limits=[GENERAL], refresh_calls=0)
    assert (found.waves, found.seconds, found.calls) == (3, 0.3, 3)


def test_nothing_to_do_costs_nothing() -> None:
    assert costs(0, GENERAL) == Estimate(refresh_calls=9)
