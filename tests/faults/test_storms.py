"""Storms of failures at every strength: progress or a clean stop, and nothing twice."""

import random
from collections.abc import Callable
from typing import ClassVar

import pytest

from descope_state.app.carrying import Place
from descope_state.core.resolve import Resolution
from descope_state.model.event import Started
from descope_state.model.outcome import Fate, Outcome
from descope_state.model.plan import Plan
from descope_state.runtime.apply import MOST_FAILURES
from descope_state.runtime.patience import TRIES
from descope_state.sdk.faults import Indeterminate, Throttled, Unavailable
from tests.support.effort import examples
from tests.support.pipeline import resolved
from tests.support.provider import Call
from tests.support.simulation import Life, _block
from tests.support.worlds import Stack

CHUNKS = 20
SEEDS = examples(20, 1_000, soak=10_000) // CHUNKS
WORKERS = 8


class Storm(Life):
    """A life without crashes, in which calls go wrong with a chance that the seed decides."""

    outcome: Outcome | None = None

    def _struck(self, resolution: Resolution, strikes: int) -> None:
        self.service.trouble = self.trouble
        for _ in range(min(strikes, 2)):
            self.system.reboot()
            self._run(self._session(resolution))

    async def _carried(self, made: Plan, place: Place, started: Started) -> Outcome | None:
        self.outcome = await Life._carried(self, made, place, started)
        return self.outcome


def storm(seed: int) -> Storm:
    """Live through one: from a breeze to a service that does nothing but fail."""
    strength = random.Random(seed).choice((0.02, 0.1, 0.3, 0.5, 0.8, 0.95, 1.0))
    life = Storm(seed=seed, trouble=strength)
    life.live()
    return life


@pytest.mark.timeout(0)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_storm_doubles_or_loses_anything(
    chunk: int, record_property: Callable[[str, object], None]
) -> None:
    lost = 0
    for number in range(SEEDS):
        life = storm(chunk * 1_000_000 + number)
        assert life.failures == []
        lost += life.service.lost
    record_property("storms", SEEDS)
    record_property("lost answers", lost)


class Hurricane(Storm):
    """A stack of labels whose creations all fail in the same way."""

    fault: ClassVar[Exception] = Unavailable("503")

    def fail(self, _call: Call) -> object:
        raise self.fault


@pytest.mark.parametrize(
    "fault",
    [Unavailable("refused"), Throttled("no", after=1.0), Indeterminate("504")],
    ids=["unavailable", "throttled", "indeterminate"],
)
def test_after_ten_in_a_row_nothing_more_is_begun(fault: Exception) -> None:
    number = 200
    life = type("One", (Hurricane,), {"fault": fault})(seed=1, trouble=0.0)
    life.world.on["label", "create"] = life.fail
    life.world.on["label", "find"] = life.fail
    stack = Stack(blocks=tuple(_block("label", f"l{index}") for index in range(number)))
    life.system.reboot()
    life._run(life._session(resolved(stack)))
    outcome = life.outcome
    assert outcome is not None
    assert f"{MOST_FAILURES} changes in a row got no answer" in outcome.halted
    fates = [result.fate for result in outcome.results]
    assert fates.count(Fate.DONE) == 0
    begun = number - fates.count(Fate.UNTRIED)
    assert MOST_FAILURES <= begun <= MOST_FAILURES + WORKERS
    assert life.world.calls["label", "create"] <= (MOST_FAILURES + WORKERS) * TRIES
