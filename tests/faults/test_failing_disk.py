"""The n-th call to the disk fails, for every n until the command succeeds: nothing is lost."""

import errno
import json
from pathlib import Path

import pytest

from descope_state.cli.main import run
from descope_state.errors import DamagedState
from descope_state.model.codec import decode_state
from descope_state.store.disk import Disk
from descope_state.store.system import REAL
from tests.support.effort import examples
from tests.support.simulated_disk import WRITING, FailingSystem
from tests.support.victims import APPLY, made, stack, survived, terminal_in

MOST = 400
STEP = examples(3, 1, soak=1)
ERRORS = {
    "no space": errno.ENOSPC,
    "broken": errno.EIO,
    "forbidden": errno.EACCES,
    "over quota": errno.EDQUOT,
    "too many files": errno.EMFILE,
}


def tried(folder: Path, failing: FailingSystem, *arguments: str) -> tuple[int, str]:
    """Run a command on a disk that fails."""
    terminal, said = terminal_in(folder, disk=Disk(system=failing.system))
    return int(run(list(arguments), terminal)), said.getvalue()


def readable(folder: Path) -> None:
    """Look whether the state is the old one or the new one, whole."""
    path = folder / "state" / "local" / "state.json"
    if path.exists():
        try:
            decode_state(path.read_bytes())
        except DamagedState as error:
            pytest.fail(error.message)


@pytest.mark.timeout(0)
@pytest.mark.parametrize("error", ERRORS)
def test_a_failing_call_is_told_and_nothing_is_lost(tmp_path: Path, error: str) -> None:
    for number in range(1, MOST, STEP):
        folder = tmp_path / str(number)
        stack(folder, permissions=4, roles=2)
        failing = FailingSystem(REAL, at=number, error=ERRORS[error], names=WRITING)
        status, said = tried(folder, failing, *APPLY)
        readable(folder)
        if not failing.failed:
            assert status == 0
            return
        assert "a mistake in dstate" not in said, said
        assert "Traceback" not in said
        survived(folder)
    pytest.fail(f"an apply makes more than {MOST} calls by now")


@pytest.mark.timeout(0)
def test_a_disk_that_is_full_from_some_moment_on_stops_before_anything_more_is_sent(
    tmp_path: Path,
) -> None:
    for number in range(1, MOST, STEP):
        folder = tmp_path / str(number)
        stack(folder, permissions=6)
        failing = FailingSystem(
            REAL, at=number, error=errno.ENOSPC, names=("write", "fsync"), for_good=True
        )
        status, said = tried(folder, failing, *APPLY)
        readable(folder)
        if not failing.failed:
            assert status == 0
            return
        # Once all is in the state, only the record of the run can still fail; that is a warning.
        assert status != 0 or "was not completed" in said, said
        known = len(made(folder)) if (folder / "state/local/emulator.json").exists() else 0
        assert known <= 6
        survived(folder)
    pytest.fail(f"an apply makes more than {MOST} calls by now")


def test_what_is_written_in_short_pieces_is_written_whole(tmp_path: Path) -> None:
    for number in range(1, MOST, STEP):
        folder = tmp_path / str(number)
        stack(folder, permissions=4)
        failing = FailingSystem(REAL, at=number, names=("write",), short=True)
        status, said = tried(folder, failing, *APPLY)
        assert status == 0, said
        survived(folder)
        if not failing.failed:
            return
    pytest.fail(f"an apply makes more than {MOST} writes by now")


def test_the_lock_is_refused_where_there_are_no_locks(tmp_path: Path) -> None:
    stack(tmp_path, permissions=1)
    failing = FailingSystem(REAL, at=1, error=errno.ENOLCK, names=("flock",), for_good=True)
    status, said = tried(tmp_path, failing, *APPLY)
    assert status == 1
    told = " ".join(said.split())
    assert "cannot be locked" in told
    assert "keep the state on a disk of this machine" in told
    world = tmp_path / "state" / "local" / "emulator.json"
    assert not world.exists() or not json.loads(world.read_bytes())["permissions"]
