"""Ctrl-C once finishes what is in flight; twice leaves at once; SIGTERM is the same as once."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from descope_state.model.codec import decode_state
from tests.support.effort import examples
from tests.support.victims import APPLY, Victim, begun, stack, survived

TIMES = examples(4, 50, soak=200)
INTERRUPTED = 130
Told = Callable[[str, object], None]


def slow(log: Path) -> Callable[[str], None]:
    """Write down when each call to the service is sent and answered, and take some time over it."""

    def boundary(name: str) -> None:
        if name in ("send", "answered"):
            with log.open("a", encoding="utf-8") as file:
                file.write(f"{name}\n")
            time.sleep(0.004)

    return boundary


def started(folder: Path, chance: random.Random) -> Victim:
    """Begin an apply, and let it come to some point among its writes."""
    # Mostly what has no batches: those would be over before anybody can interrupt them.
    stack(folder, permissions=5, roles=5, tenants=40)
    log = folder / "calls.log"
    victim = begun(folder, *APPLY, boundary=slow(log))
    while not (folder / "state" / "local" / "journal.jsonl").exists():
        time.sleep(0.001)
    time.sleep(chance.uniform(0.01, 0.3))
    return victim


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.timeout(0)
def test_once_finishes_what_is_in_flight_and_saves(
    tmp_path: Path, number: int, record_property: Told
) -> None:
    chance = random.Random(number)
    heard = 0
    for turn in range(TIMES):
        folder = tmp_path / str(turn)
        victim = started(folder, chance)
        victim.strike(number)
        status, said = victim.wait()
        assert status in (0, INTERRUPTED), said
        state = folder / "state" / "local"
        assert not (state / "journal.jsonl").exists(), said
        if status == INTERRUPTED:
            heard += 1
            assert "Stopping" in said
            assert "Interrupted: " in said
            assert "not tried" in said
            snapshot = decode_state((state / "state.json").read_bytes())
            assert snapshot.pending == ()
            assert 0 < len(snapshot.entries) < 50
        survived(folder)
    assert heard
    record_property("signals", TIMES)


@pytest.mark.timeout(0)
def test_twice_leaves_at_once_and_loses_nothing(tmp_path: Path, record_property: Told) -> None:
    chance = random.Random(9)
    for turn in range(TIMES):
        folder = tmp_path / str(turn)
        victim = started(folder, chance)
        victim.strike(signal.SIGINT)
        time.sleep(chance.uniform(0, 0.02))
        victim.strike(signal.SIGINT)
        status, said = victim.wait()
        assert status in (0, INTERRUPTED), said
        # The lock is free: the next command gets it without waiting.
        survived(folder)
    record_property("signals", TIMES)


def test_before_anything_was_sent_nothing_was_changed(tmp_path: Path) -> None:
    stack(tmp_path, permissions=3)

    def boundary(name: str) -> None:
        if name == "send":
            os.kill(os.getpid(), signal.SIGINT)

    status, said = begun(tmp_path, *APPLY, boundary=boundary).wait()
    assert status == INTERRUPTED, said
    assert not (tmp_path / "state" / "local" / "journal.jsonl").exists()
    survived(tmp_path)
