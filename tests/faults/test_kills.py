"""`kill -9` of the real command at every boundary and at any instant: nothing lost or twice."""

import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from descope_state.model.codec import decode_state
from tests.support.effort import examples, level
from tests.support.victims import APPLY, KillAt, begun, made, ran, stack, survived

MOST = 600
KILLED = -signal.SIGKILL
WHOLE = {"permissions": 20, "roles": 20, "tenants": 10}
SMALL = {"permissions": 6, "roles": 4, "tenants": 2}
Told = Callable[[str, object], None]


def struck(folder: Path, chance: random.Random, *, first: int) -> int:
    """Kill an apply at a boundary, and then what settles it, as chance has it."""
    kills = 0
    number = first
    while True:
        status, said = ran(folder, *APPLY, boundary=KillAt(number))
        if status != KILLED:
            assert status == 0, said
            return kills
        kills += 1
        if chance.random() > 0.3:
            return kills
        number = chance.randint(1, 60)


@pytest.mark.timeout(0)
def test_a_kill_at_any_boundary_loses_nothing(tmp_path: Path, record_property: Told) -> None:
    chance = random.Random(5)
    size = WHOLE if level() != "sample" else SMALL
    step = examples(5, 1, soak=1)
    kills = 0
    for number in range(1, MOST, step):
        folder = tmp_path / str(number)
        stack(folder, **size)
        killed = struck(folder, chance, first=number)
        survived(folder)
        kills += killed
        if not killed:
            break
    else:
        pytest.fail(f"an apply has more than {MOST} boundaries by now")
    record_property("kills", kills)


@pytest.mark.timeout(0)
def test_a_kill_at_any_instant_loses_nothing(tmp_path: Path, record_property: Told) -> None:
    chance = random.Random(6)
    kills = 0
    for number in range(examples(15, 1_000, soak=10_000)):
        folder = tmp_path / str(number)
        stack(folder, **WHOLE)
        for _ in range(3):
            victim = begun(folder, *APPLY)
            time.sleep(chance.uniform(0.005, 0.18))
            victim.strike(signal.SIGKILL)
            kills += victim.wait()[0] == KILLED
            if chance.random() > 0.3:
                break
        survived(folder)
    record_property("kills", kills)


def test_a_destroy_that_is_killed_is_finished_by_the_next(tmp_path: Path) -> None:
    for number in range(1, 120, examples(17, 1, soak=1)):
        folder = tmp_path / str(number)
        stack(folder, **SMALL)
        assert ran(folder, *APPLY)[0] == 0
        status, _ = ran(folder, "destroy", "-auto-approve", boundary=KillAt(number))
        assert status in (0, KILLED)
        assert ran(folder, "destroy", "-auto-approve")[0] == 0
        assert made(folder) == set()
        snapshot = decode_state((folder / "state" / "local" / "state.json").read_bytes())
        assert snapshot.entries == {}
