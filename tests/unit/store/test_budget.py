"""The shared budget: one count for all processes, whatever becomes of its file or of one of them."""

import errno
import json
import multiprocessing
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from descope_state.core.ledger import MARGIN
from descope_state.sdk.provider import Limit
from descope_state.store.budget import Budget, budget
from descope_state.store.disk import Disk
from descope_state.store.system import REAL
from tests.support.simulated_disk import FailingSystem

LIMIT = Limit(family="general", calls=5, seconds=60.0)
NOW = 1000.0
WINDOW = LIMIT.seconds + MARGIN


def shared(tmp_path: Path) -> Budget:
    """Open the budget as one more process does."""
    return Budget(tmp_path / "budget", host="api.example")


def file_of(tmp_path: Path) -> Path:
    """Find the one file there is."""
    (path,) = (tmp_path / "budget").iterdir()
    return path


def page(tmp_path: Path) -> dict[str, Any]:
    """Read what the file says."""
    found: dict[str, Any] = json.loads(file_of(tmp_path).read_bytes())
    return found


def amend(tmp_path: Path, **changes: object) -> None:
    """Write something else into the file."""
    file_of(tmp_path).write_text(json.dumps({**page(tmp_path), **changes}))


def use(ledger: Budget, *, calls: int, now: float = NOW) -> int:
    """Make calls that are answered at once, as many as there is room for; gives how many."""
    through = 0
    for _ in range(calls):
        if not ledger.take(LIMIT, now=now).seconds:
            ledger.give(LIMIT, now=now, counts=True)
            through += 1
    return through


# -- one count ------------------------------------------------------------------------------------


def test_what_one_used_another_has_not(tmp_path: Path) -> None:
    first, second = shared(tmp_path), shared(tmp_path)
    assert use(first, calls=3) == 3
    assert use(second, calls=9) == 2
    assert second.take(LIMIT, now=NOW).seconds == pytest.approx(WINDOW)
    assert use(first, calls=9, now=NOW + WINDOW + 0.001) == LIMIT.calls


def test_hosts_and_families_are_counted_apart(tmp_path: Path) -> None:
    assert use(shared(tmp_path), calls=9) == LIMIT.calls
    assert use(Budget(tmp_path / "budget", host="other.example"), calls=9) == LIMIT.calls
    other = Limit(family="user", calls=5, seconds=60.0)
    assert not shared(tmp_path).take(other, now=NOW).seconds


def taken_by_one(place: tuple[str, int]) -> int:
    """Take what there is, as a process of its own."""
    folder, tries = place
    limit = Limit(family="general", calls=100, seconds=60.0)
    ledger = Budget(Path(folder), host="api.example")
    through = 0
    for _ in range(tries):
        if not ledger.take(limit, now=NOW).seconds:
            through += 1
            ledger.give(limit, now=NOW, counts=True)
    return through


def test_four_processes_at_once_take_no_more_than_there_is(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        through = list(pool.map(taken_by_one, [(str(tmp_path / "budget"), 60)] * 4))
    assert sum(through) == 100


def test_a_pause_holds_for_all_and_is_told_apart_from_a_full_window(tmp_path: Path) -> None:
    first, second = shared(tmp_path), shared(tmp_path)
    assert first.pause(LIMIT, now=NOW, until=NOW + 20)
    assert not second.pause(LIMIT, now=NOW, until=NOW + 10)
    wait = second.take(LIMIT, now=NOW)
    assert (wait.seconds, wait.asked) == (20, True)
    assert use(second, calls=9, now=NOW + 20) == LIMIT.calls
    assert not second.take(LIMIT, now=NOW + 20).asked


def test_a_lower_limit_is_learned_for_all(tmp_path: Path) -> None:
    first, second = shared(tmp_path), shared(tmp_path)
    use(first, calls=3)
    assert first.lower(LIMIT, now=NOW) == 3
    assert second.take(LIMIT, now=NOW).seconds
    assert use(second, calls=9, now=NOW + 2 * WINDOW) == 3


def test_the_file_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        use(shared(tmp_path), calls=1)
    finally:
        os.umask(before)
    assert file_of(tmp_path).stat().st_mode & 0o777 == 0o600
    assert file_of(tmp_path).parent.stat().st_mode & 0o777 == 0o700


# -- processes that are no more -------------------------------------------------------------------

DYING = """
import os, signal, sys
from pathlib import Path
from descope_state.sdk.provider import Limit
from descope_state.store.budget import Budget
ledger = Budget(Path(sys.argv[1]), host="api.example")
for _ in range(5):
    ledger.take(Limit(family="general", calls=5, seconds=60.0), now=1000.0)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_calls_of_a_killed_process_count_as_answered_when_that_is_found_out(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", DYING, str(tmp_path / "budget")]
    assert subprocess.run(command, check=False).returncode < 0
    ledger = shared(tmp_path)
    assert ledger.take(LIMIT, now=NOW + 1).seconds == pytest.approx(WINDOW)
    assert use(ledger, calls=9, now=NOW + 1 + WINDOW + 0.001) == LIMIT.calls


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs to know when we began")
@pytest.mark.parametrize("theirs", ["ours", "other"])
def test_a_number_of_a_process_that_is_used_again_is_not_the_same_process(
    tmp_path: Path, theirs: str
) -> None:
    ledger = shared(tmp_path)
    ledger.take(LIMIT, now=NOW)
    pid = os.getpid() if theirs == "ours" else os.getppid()
    amend(tmp_path, flying={f"{pid}-1": 5})
    assert ledger.take(LIMIT, now=NOW).seconds == pytest.approx(WINDOW)
    assert page(tmp_path)["flying"] == {}


# -- files that are not what they were ------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"boot": 1}',
        b"1" * 5000,
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("first", ["take", "pause"])
def test_a_damaged_file_counts_as_a_window_just_used_and_is_told_once(
    tmp_path: Path, content: bytes, first: str
) -> None:
    ledger = shared(tmp_path)
    use(ledger, calls=1)
    file_of(tmp_path).write_bytes(content)
    if first == "pause":
        ledger.pause(LIMIT, now=NOW, until=NOW + 1)
    waits = [ledger.take(LIMIT, now=NOW + 1) for _ in range(3)]
    assert all(wait.seconds >= WINDOW - 1 for wait in waits)
    assert sum("damaged" in wait.note for wait in waits) == 1
    assert use(ledger, calls=9, now=NOW + 1 + WINDOW + 0.001) == LIMIT.calls


@pytest.mark.parametrize(
    "changes",
    [
        {"releases": [float("inf")]},
        {"releases": [float("nan")]},
        {"paused": float("inf")},
        {"until": float("nan")},
        {"flying": {"1": -3}},
        {"flying": []},
    ],
)
def test_numbers_that_cannot_be_are_damage(tmp_path: Path, changes: dict[str, object]) -> None:
    ledger = shared(tmp_path)
    use(ledger, calls=1)
    amend(tmp_path, **changes)
    wait = ledger.take(LIMIT, now=NOW)
    assert "damaged" in wait.note
    assert 0 < wait.seconds <= WINDOW


def test_a_machine_that_was_started_again_has_made_no_calls(tmp_path: Path) -> None:
    ledger = shared(tmp_path)
    use(ledger, calls=9)
    amend(tmp_path, boot="another")
    assert use(ledger, calls=9, now=5.0) == LIMIT.calls


def test_where_nobody_names_the_start_of_a_machine_its_clock_does(tmp_path: Path) -> None:
    ledger = shared(tmp_path)
    use(ledger, calls=9)
    amend(tmp_path, boot="")
    started_again = Budget(tmp_path / "budget", host="api.example", boot="")
    assert started_again.take(LIMIT, now=NOW).seconds
    assert use(started_again, calls=9, now=5.0) == LIMIT.calls


# -- places that cannot be used -------------------------------------------------------------------


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.ENOLCK])
def test_a_disk_that_fails_ends_the_sharing_and_never_the_run(tmp_path: Path, error: int) -> None:
    for number in range(1, 100):
        failing = FailingSystem(
            REAL,
            at=number,
            error=error,
            names=("open", "fstat", "flock", "read", "write"),
            for_good=True,
        )
        shared(tmp_path / str(number))
        ledger = Budget(
            tmp_path / str(number) / "budget", host="api.example", disk=Disk(system=failing.system)
        )
        assert use(ledger, calls=9) == LIMIT.calls
        notes = [ledger.take(LIMIT, now=NOW).note for _ in range(3)]
        assert sum("not shared" in note for note in notes) == failing.failed
        if not failing.failed:
            return
    pytest.fail("five calls ask more than that of the disk")


def test_calls_of_others_that_were_in_flight_are_not_waited_for_without_the_file(
    tmp_path: Path,
) -> None:
    failing = FailingSystem(REAL, at=10**6, names=("open",), for_good=True)
    ledger = Budget(tmp_path / "budget", host="x", disk=Disk(system=failing.system))
    use(ledger, calls=1)
    amend(tmp_path, flying={f"{os.getppid()}-": 2})
    use(ledger, calls=1)
    failing.calls = 10**6
    assert use(ledger, calls=9) == 1
    assert use(ledger, calls=9, now=NOW + WINDOW + 0.001) == LIMIT.calls


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    use(shared(tmp_path), calls=1)
    path = file_of(tmp_path)
    path.unlink()
    path.symlink_to(victim)
    ledger = shared(tmp_path)
    assert use(ledger, calls=9) == LIMIT.calls
    assert victim.read_text() == "precious"


def test_a_folder_that_cannot_be_ours_is_no_budget(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert budget(tmp_path / "file", host="x") is None
    assert budget(tmp_path / "file" / "below", host="x") is None
    assert budget(tmp_path / "new", host="x") is not None
