"""Limits are kept to the call and used to the full, by one process and by several."""

import asyncio
import random
from contextlib import suppress
from pathlib import Path

import pytest

from descope_state.core.ledger import Memory
from descope_state.core.ports import Silent
from descope_state.runtime.gate import Gate
from descope_state.sdk.faults import Throttled
from descope_state.sdk.provider import Limit
from descope_state.store.budget import Budget
from tests.support.rated_service import LIMIT, RatedService, crowd, through
from tests.support.virtual_time import run

CALLS = 1000


class Told(Silent):
    """An observer that remembers pauses and lessons."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.lessons: list[int] = []

    def paused(self, family: str, *, seconds: float, reason: str) -> None:
        del family, reason
        self.pauses.append(seconds)

    def learned(self, family: str, *, calls: int, seconds: float) -> None:
        del family, seconds
        self.lessons.append(calls)


@pytest.mark.parametrize("seed", range(5))
def test_a_thousand_calls_take_hardly_longer_than_the_best_schedule_and_none_is_refused(
    seed: int,
) -> None:
    service = RatedService(chance=random.Random(seed))
    taken = run(crowd([Gate([LIMIT])], service, calls=CALLS), seed=seed)
    assert (service.served, service.refused) == (CALLS, 0)
    assert service.worst <= LIMIT.calls
    assert taken <= 1.03 * service.ideal(CALLS)


@pytest.mark.parametrize("shared", ["memory", "file"])
def test_two_processes_that_share_a_budget_keep_the_limit_together(
    shared: str, tmp_path: Path
) -> None:
    memory = Memory()

    def gate() -> Gate:
        ledger = memory if shared == "memory" else Budget(tmp_path / "budget", host="service")
        return Gate([LIMIT], ledger=ledger)

    service = RatedService()
    taken = run(crowd([gate(), gate()], service, calls=CALLS, workers=5))
    assert (service.served, service.refused) == (CALLS, 0)
    assert taken <= 1.03 * service.ideal(CALLS)


def test_a_few_calls_are_not_paced_at_all() -> None:
    service = RatedService(jitter=0.2)
    taken = run(crowd([Gate([LIMIT])], service, calls=LIMIT.calls))
    unlimited = run(crowd([Gate()], RatedService(jitter=0.2), calls=LIMIT.calls))
    assert service.refused == 0
    assert taken <= 1.1 * unlimited


def test_a_share_is_kept_free_where_that_is_asked_for() -> None:
    service = RatedService()
    run(crowd([Gate([LIMIT], capacity=0.8)], service, calls=300))
    assert service.refused == 0
    assert service.worst <= 80


def test_who_is_told_to_wait_waits_for_all_and_goes_on_at_once_afterwards() -> None:
    service = RatedService()
    told = Told()
    gate = Gate([LIMIT], observer=told)

    async def main() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        service.closed_until = loop.time() + 20.0
        await crowd([gate], service, calls=50)
        return service.arrivals[0], service.closed_until

    first, reopened = run(main())
    assert service.early <= 10  # those in flight when the first was refused
    assert 0 <= first - reopened <= 0.5
    assert len(told.pauses) == 1


@pytest.mark.parametrize("after", [None, 0.0, 0.5, 7.0, 61.5])
def test_every_form_of_being_told_to_wait_is_heard(after: float | None) -> None:
    gate = Gate([LIMIT], chance=lambda: 0.5)

    async def main() -> float:
        loop = asyncio.get_running_loop()
        await _refused(gate, after)
        begun = loop.time()
        async with gate.passing("general"):
            return loop.time() - begun

    waited = run(main())
    assert 1.0 <= waited <= 60.0 if after is None else waited == pytest.approx(after, abs=0.01)


async def _refused(gate: Gate, after: float | None) -> None:
    with suppress(Throttled):
        async with gate.passing("general"):
            message = "too many calls"
            raise Throttled(message, after=after)


def test_a_limit_that_is_lower_than_thought_is_learned_and_told() -> None:
    real = Limit(family="general", calls=60, seconds=60.0)
    service = RatedService(limit=real)
    told = Told()
    taken = run(crowd([Gate([LIMIT], observer=told)], service, calls=600))
    assert service.served == 600
    assert service.refused <= 0.15 * 600
    assert told.lessons
    assert min(told.lessons) <= real.calls
    assert taken <= 1.5 * service.ideal(600)


def test_the_queue_behind_the_limit_is_never_longer_than_the_workers() -> None:
    service = RatedService(limit=Limit(family="general", calls=1000, seconds=60.0))
    gate = Gate([service.limit])
    handed_out = longest = 0

    async def submit() -> None:
        nonlocal handed_out, longest
        slots = asyncio.Semaphore(10)
        working: set[asyncio.Task[None]] = set()

        async def work() -> None:
            nonlocal handed_out
            await through(gate, service)
            handed_out -= 1
            slots.release()

        for _ in range(10_000):
            permit = await gate.reserve("general")
            await slots.acquire()
            handed_out += 1
            longest = max(longest, handed_out)
            with gate.spending(permit):
                task = asyncio.create_task(work())
                await asyncio.sleep(0)
            working.add(task)
            task.add_done_callback(working.discard)
        await asyncio.gather(*working)

    run(submit())
    assert service.served == 10_000
    assert service.refused == 0
    assert longest <= 10
