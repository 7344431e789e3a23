"""The budget that processes share: counted by all, outlived by none, and careful when in doubt."""

import json
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
    assert shared.lower(LIMIT, now=42) == 1
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


def test_a_folder_that_cannot_be_ours_is_not_shared(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert budget(tmp_path / "link", host="api.example") is None
    assert [path.name for path in tmp_path.iterdir()] == ["link"]
