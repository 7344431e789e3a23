"""The budget that processes share: counted by all, outlived by none, and careful when in doubt."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from descope_state.sdk.provider import Limit
from descope_state.store.budget import Budget, budget

LIMIT = Limit(family="general", calls=3, seconds=60.0)
CODE = """
import sys
from pathlib import Path
from descope_state.sdk.provider import Limit
from descope_state.store.budget import Budget
budget = Budget(Path(sys.argv[1]), host="api.example")
for _ in range(3):
    budget.take(Limit(family="general", calls=3, seconds=60.0), now=0)
"""


@pytest.fixture
def shared(tmp_path: Path) -> Budget:
    return Budget(tmp_path / "budget", host="api.example")


def only(folder: Path) -> Path:
    [path] = (folder / "budget").iterdir()
    return path


def test_two_who_share_it_keep_one_limit(shared: Budget, tmp_path: Path) -> None:
    other = Budget(tmp_path / "budget", host="api.example")
    assert [ledger.take(LIMIT, now=0) for ledger in (shared, other, shared)] == [0, 0, 0]
    assert other.take(LIMIT, now=0) > 0
    shared.give(LIMIT, now=1, counts=True)
    assert other.take(LIMIT, now=2) == pytest.approx(59.05)
    assert other.take(LIMIT, now=61.1) == 0


def test_another_host_or_family_has_a_budget_of_its_own(shared: Budget, tmp_path: Path) -> None:
    for _ in range(3):
        shared.take(LIMIT, now=0)
    assert Budget(tmp_path / "budget", host="other.example").take(LIMIT, now=0) == 0
    assert shared.take(Limit(family="user", calls=3, seconds=60), now=0) == 0


def test_a_pause_and_a_lesson_are_shared(shared: Budget, tmp_path: Path) -> None:
    other = Budget(tmp_path / "budget", host="api.example")
    assert shared.pause("general", until=30)
    assert not shared.pause("general", until=20)
    assert other.take(LIMIT, now=10) == 20
    shared.take(LIMIT, now=40)
    shared.give(LIMIT, now=41, counts=True)
    assert shared.lower(LIMIT, now=42, until=102) == 2
    assert other.take(LIMIT, now=43) == 0
    assert other.take(LIMIT, now=43) > 0


def test_calls_of_a_process_that_is_no_more_come_free_one_window_later(
    shared: Budget, tmp_path: Path
) -> None:
    subprocess.run([sys.executable, "-c", CODE, str(tmp_path / "budget")], check=True)
    assert shared.take(LIMIT, now=5) == pytest.approx(60.05)
    assert shared.take(LIMIT, now=65.1) == 0


def test_a_file_that_cannot_be_read_counts_as_a_window_that_was_used_up(
    shared: Budget, tmp_path: Path
) -> None:
    shared.take(LIMIT, now=0)
    only(tmp_path).write_bytes(b"garbage")
    assert shared.take(LIMIT, now=100) == pytest.approx(60.05)
    assert shared.take(LIMIT, now=161) == 0


def test_a_reboot_empties_it(shared: Budget, tmp_path: Path) -> None:
    for _ in range(3):
        shared.take(LIMIT, now=1000)
    path = only(tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "boot": "another"}))
    assert shared.take(LIMIT, now=1) == 0
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_ours_is_not_shared_and_that_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "link").symlink_to(tmp_path)
    assert budget(tmp_path / "link", host="api.example", warn=said.append) is None
    assert [path.name for path in tmp_path.iterdir()] == ["link"]
    assert len(said) == 1
    assert str(tmp_path / "link") in said[0]
    assert "DSTATE_BUDGET_DIR" in said[0]


def test_files_that_fail_in_mid_run_cost_no_answer_and_no_limit(tmp_path: Path) -> None:
    said: list[str] = []
    ledger = budget(tmp_path / "budget", host="api.example", warn=said.append)
    assert ledger is not None
    assert [ledger.take(LIMIT, now=0) for _ in range(2)] == [0, 0]
    path = only(tmp_path)
    path.unlink()
    path.mkdir()
    ledger.give(LIMIT, now=1, counts=True)
    assert ledger.take(LIMIT, now=2) == 0
    # What this run has sent itself is not forgotten: one answered, and two in flight.
    assert ledger.take(LIMIT, now=3) == pytest.approx(58.05)
    assert ledger.pause("general", until=100)
    assert ledger.lower(LIMIT, now=4, until=64) == 2
    assert len(said) == 1
    assert str(path) in said[0]


def test_a_number_that_another_process_has_by_now_keeps_no_calls_in_flight(
    shared: Budget, tmp_path: Path
) -> None:
    shared.take(LIMIT, now=0)
    path = only(tmp_path)
    raw = json.loads(path.read_bytes())
    # Process 1 is always there; it was not always the one that made these calls.
    raw["flying"] = {"1-12345": [3, 0]}
    path.write_text(json.dumps(raw))
    assert shared.take(LIMIT, now=5) == pytest.approx(60.05)
    assert shared.take(LIMIT, now=66) == 0


def test_no_call_is_in_flight_for_ever(shared: Budget, tmp_path: Path) -> None:
    shared.take(LIMIT, now=0)
    path = only(tmp_path)
    raw = json.loads(path.read_bytes())
    [(me, _)] = raw["flying"].items()
    pid, start = me.split("-")
    assert int(pid) > 0
    parent = os.getppid()
    begun = Path(f"/proc/{parent}/stat")
    start = begun.read_text().rpartition(")")[2].split()[19] if begun.exists() else start
    raw["flying"] = {f"{parent}-{start}": [3, 0]}
    path.write_text(json.dumps(raw))
    assert shared.take(LIMIT, now=800) == pytest.approx(0.1)
    assert shared.take(LIMIT, now=901) == pytest.approx(60.05)


HOSTILE = {
    "deep": b"[" * 100_000,
    "infinite": b'{"boot": "%s", "releases": [], "paused": Infinity, "learned": 0, "until": 0,'
    b' "flying": {}}',
    "not a number": b'{"boot": "%s", "releases": [NaN], "paused": 0, "learned": 0, "until": 0,'
    b' "flying": {}}',
    "endless": b'{"boot": "%s", "releases": [], "paused": 0, "learned": Infinity, "until": 0,'
    b' "flying": {}}',
    "older": b'{"boot": "%s", "releases": [], "paused": 0, "learned": 0, "until": 0,'
    b' "flying": {"1": 3}}',
    "a list": b"[]",
    "texts": b'{"boot": "%s", "releases": "many", "paused": 0, "learned": 0, "until": 0,'
    b' "flying": {}}',
    "many digits": b'{"boot": "%s", "releases": [' + b"9" * 5_000 + b"]}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_in_the_file_is_a_window_that_was_used_up(
    name: str, shared: Budget, tmp_path: Path
) -> None:
    shared.take(LIMIT, now=0)
    path = only(tmp_path)
    boot = json.loads(path.read_bytes())["boot"]
    path.write_bytes(HOSTILE[name].replace(b"%s", boot.encode()))
    assert shared.take(LIMIT, now=100) == pytest.approx(60.05)
    assert shared.take(LIMIT, now=161) == 0


def test_times_that_cannot_be_are_brought_back(shared: Budget, tmp_path: Path) -> None:
    shared.take(LIMIT, now=0)
    path = only(tmp_path)
    raw = {**json.loads(path.read_bytes()), "releases": [1e12] * 3, "learned": 1, "until": 1e12}
    path.write_text(json.dumps({**raw, "flying": {}}))
    assert shared.take(LIMIT, now=10) == pytest.approx(60.05)
    assert shared.take(LIMIT, now=71) == 0
    assert [shared.take(LIMIT, now=3_700 + number) for number in range(2)] == [0, 0]
