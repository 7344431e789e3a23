"""What `doctor` finds: every line is well, or says what to do."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.spoken import Said, said


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    assert said(["init", "--name", "x", "--env", "dev"], folder=tmp_path).status == 0
    assert said(["apply", "-auto-approve"], folder=tmp_path).status == 0
    return tmp_path


def examined(stack: Path, *words: str) -> Said:
    return said(["doctor", *words], folder=stack)


def ill(came: Said) -> dict[str, str]:
    return {one["about"]: one["way"] for one in json.loads(came.out) if not one["well"]}


def test_all_is_well(stack: Path) -> None:
    came = examined(stack, "--json")
    assert (came.status, ill(came)) == (0, {})
    looked = {one["about"] for one in json.loads(came.out)}
    assert looked >= {"versions", "stack", "credentials", "project", "state", "lock", "clock"}


def test_missing_credentials_are_named_and_nobody_is_asked(stack: Path) -> None:
    came = examined(stack, "--env", "dev", "--json")
    assert came.status == 7
    assert list(ill(came)) == ["credentials"]
    assert "DESCOPE_DEV_MANAGEMENT_KEY" in came.out


def test_a_damaged_state_hides_nothing_else(stack: Path) -> None:
    file = stack / "state" / "local" / "state.json"
    file.write_bytes(file.read_bytes()[:-9])
    came = examined(stack, "--json")
    assert came.status == 1
    assert "state rollback" in ill(came)["state"]
    assert '"about": "clock"' in came.out


def test_a_key_that_others_can_read_is_told_with_the_way_out(stack: Path) -> None:
    key = stack / "state" / "local" / "key"
    key.chmod(0o644)
    assert "chmod 600" in ill(examined(stack, "--json"))["files"]


def test_a_broken_stack_is_told_with_its_line(stack: Path) -> None:
    (stack / "resources" / "roles.yaml").write_text("resources: {role: {a: {nam: x}}}\n")
    came = examined(stack)
    assert came.status == 1
    assert "resources/roles.yaml:1" in came.out


def test_a_clock_that_was_set_back_is_noticed(stack: Path) -> None:
    runs = stack / "state" / "local" / "runs"
    record = next(runs.iterdir())
    assert '"at":"20' in record.read_text()
    later = _later(record.read_text())
    record.write_text(later)
    assert ill(examined(stack, "--json")) == {"clock": "set the clock"}


def _later(text: str) -> str:
    """Move a run into the future, checksum and all."""
    run = json.loads(text)["run"]
    run["at"] = "2999" + run["at"][4:]
    body = json.dumps(run, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return f'{{"checksum":"{sha256(body.encode()).hexdigest()}","run":{body}}}\n'


def test_outside_a_stack_it_says_where_there_is_one(tmp_path: Path) -> None:
    came = examined(tmp_path)
    assert came.status == 64
    assert "is not a stack" in came.out
