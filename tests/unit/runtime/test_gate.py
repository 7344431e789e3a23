"""Calls are counted family by family; nobody waits for days, and no place in the queue is lost."""

import asyncio
from contextlib import suppress

import pytest

from descope_state.core.ledger import Memory
from descope_state.core.ports import Silent
from descope_state.runtime.gate import Gate
from descope_state.runtime.patience import patiently, worded
from descope_state.sdk.faults import Throttled
from descope_state.sdk.provider import Limit
from tests.support.virtual_time import run

LIMIT = Limit(family="general", calls=3, seconds=60.0)
DAYS = 999_999.0


class Told(Silent):
    """An observer that remembers why all waited."""

    def __init__(self) -> None:
        self.pauses: list[tuple[float, str]] = []

    def paused(self, family: str, *, seconds: float, reason: str) -> None:
        del family
        self.pauses.append((round(seconds, 1), reason))


async def refused(gate: Gate, after: float | None, family: str = "general") -> None:
    """Make a call that the service refuses."""
    message = "too many calls"
    with suppress(Throttled):
        async with gate.passing(family):
            raise Throttled(message, after=after)


async def passed(gate: Gate, family: str = "general") -> None:
    async with gate.passing(family):
        pass


def test_every_call_is_let_through_and_counted_in_its_family() -> None:
    gate = Gate()

    async def calls() -> None:
        for family in ("roles", "tenants", "roles"):
            await passed(gate, family)

    run(calls())
    assert gate.calls == {"roles": 2, "tenants": 1}
    assert gate.total == 3


@pytest.mark.parametrize("limits", [(), (LIMIT,)], ids=["without limits", "with limits"])
def test_who_comes_after_one_that_was_told_to_wait_for_days_is_told_so_at_once(
    limits: tuple[Limit, ...],
) -> None:
    gate = Gate(limits)

    async def main() -> float:
        begun = asyncio.get_running_loop().time()
        await refused(gate, DAYS)
        with pytest.raises(Throttled) as caught:
            await passed(gate)
        assert caught.value.after == pytest.approx(DAYS, abs=1)
        assert worded(caught.value) == ("no call may be sent now; the service asks to wait 11 days")
        return asyncio.get_running_loop().time() - begun

    assert run(main()) < 1
    assert gate.total == 1


def test_another_process_is_told_so_as_well_whether_it_reads_or_writes() -> None:
    shared = Memory()
    first, second = (Gate([LIMIT], ledger=shared) for _ in range(2))
    tries = 0

    async def call() -> None:
        nonlocal tries
        tries += 1
        await passed(second)

    async def main() -> float:
        loop = asyncio.get_running_loop()
        await refused(first, DAYS)
        begun = loop.time()
        with pytest.raises(Throttled):
            await patiently(call, chance=lambda: 0.5)
        # Whoever hands out work takes the permit without waiting; the work is told.
        permit = await second.reserve("general")
        with second.spending(permit), pytest.raises(Throttled):
            await passed(second)
        return loop.time() - begun

    assert run(main()) < 1
    assert tries == 1
    assert second.total == 0


def test_a_pause_that_another_process_was_asked_for_is_called_by_its_name() -> None:
    shared = Memory()
    told = Told()
    first, second = Gate([LIMIT], ledger=shared), Gate([LIMIT], ledger=shared, observer=told)

    async def main() -> None:
        await refused(first, 120.0)
        await passed(second)

    run(main())
    assert told.pauses == [(120.0, "the service asks to wait")]


def test_a_permit_that_was_reserved_before_the_pause_is_given_back() -> None:
    ledger = Memory()
    gate = Gate([LIMIT], ledger=ledger)

    async def main() -> None:
        permits = [await gate.reserve("general") for _ in range(2)]
        await refused(gate, DAYS)
        for permit in permits:
            with gate.spending(permit), pytest.raises(Throttled):
                await passed(gate)

    run(main())
    account = ledger._account("general")
    assert (account.flying, gate.total) == (0, 1)


def test_who_is_stopped_while_all_wait_takes_no_place_along() -> None:
    ledger = Memory()
    gate = Gate([LIMIT], ledger=ledger)

    async def main() -> None:
        permit = await gate.reserve("general")
        await refused(gate, 30.0)

        async def work() -> None:
            with gate.spending(permit):
                await passed(gate)

        task = asyncio.ensure_future(work())
        await asyncio.sleep(1)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    run(main())
    assert ledger._account("general").flying == 0


def test_a_short_storm_teaches_nothing_about_a_long_window() -> None:
    ledger = Memory()
    told = Told()
    gate = Gate([LIMIT], ledger=ledger, observer=told)

    async def main() -> float:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for _ in range(3):
            await refused(gate, 0.5)
            await passed(gate)
        return loop.time() - begun

    assert run(main()) == pytest.approx(1.5, abs=0.1)
    assert ledger._account("general").learned == 0


def test_refused_again_and_again_one_learns_once() -> None:
    ledger = Memory()
    gate = Gate([Limit(family="general", calls=64, seconds=60.0)], ledger=ledger)

    async def main() -> None:
        await passed(gate)
        for _ in range(4):
            await refused(gate, 1.0)

    run(main())
    assert ledger._account("general").learned == 32


def test_a_service_that_refuses_for_ever_is_given_up_on() -> None:
    gate = Gate([LIMIT], chance=lambda: 0.5)

    async def call() -> None:
        async with gate.passing("general"):
            message = "too many calls"
            raise Throttled(message)

    async def main() -> float:
        begun = asyncio.get_running_loop().time()
        with pytest.raises(Throttled):
            await patiently(call, chance=lambda: 0.5)
        return asyncio.get_running_loop().time() - begun

    assert 10 < run(main()) <= 300
    assert gate.total == 6


@pytest.mark.parametrize(("after", "told"), [(0.0, []), (0.2, []), (3.0, [3.0])])
def test_a_pause_that_is_over_before_it_is_read_is_not_told(
    after: float, told: list[float]
) -> None:
    observer = Told()
    gate = Gate((LIMIT,), observer=observer)
    run(refused(gate, after))
    assert [seconds for seconds, _ in observer.pauses] == told
