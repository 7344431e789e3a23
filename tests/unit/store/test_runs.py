"""The records of runs: whole or refused, found by a part of their names, bounded in number."""

from pathlib import Path

import pytest

from descope_state.errors import DamagedState, UsageError
from descope_state.store.disk import DISK
from descope_state.store.runs import FOLDER, KEPT, Runs

NAMES = [f"20260101-00000{number}-ab{number}c" for number in range(3)]


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    found = Runs(folder=tmp_path, disk=DISK)
    for name in NAMES:
        found.keep({"run": name, "at": "now"})
    return found


def test_a_record_is_read_as_it_was_kept(runs: Runs) -> None:
    assert runs.names() == NAMES
    assert runs.named("ab1c") == {"run": NAMES[1], "at": "now"}
    assert [record["run"] for record in runs.all()] == NAMES[::-1]


def test_a_name_that_means_none_or_several_is_refused(runs: Runs) -> None:
    with pytest.raises(UsageError, match="there is no run"):
        runs.named("nothing")
    with pytest.raises(UsageError, match="3 runs go by"):
        runs.named("2026")


def test_a_damaged_record_is_refused_by_name(runs: Runs, tmp_path: Path) -> None:
    path = tmp_path / FOLDER / f"{NAMES[0]}.json"
    path.write_bytes(path.read_bytes().replace(b"now", b"how"))
    with pytest.raises(DamagedState, match="is damaged"):
        runs.read(NAMES[0])


def test_only_the_newest_are_kept(runs: Runs) -> None:
    for number in range(KEPT):
        runs.keep({"run": f"20270101-000000-{number:04x}"})
    assert len(runs.names()) == KEPT
    assert runs.names()[0] > NAMES[-1]
