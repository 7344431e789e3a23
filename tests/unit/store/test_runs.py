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


def test_runs_of_one_second_stand_in_the_order_in_which_they_were(tmp_path: Path) -> None:
    runs = Runs(folder=tmp_path, disk=DISK)
    ordered = [f"20260101-000000-{random:04x}" for random in (0xC0DE, 0x0ADA, 0xFEED, 0x1DEA)]
    for number, name in enumerate(ordered, start=9):
        runs.keep({"run": name, "sequence": number})
    runs.keep({"run": "20260101-000001-0000", "sequence": 1})
    assert runs.names() == [*ordered, "20260101-000001-0000"]
    assert [record["run"] for record in runs.all()][1] == ordered[-1]


def test_of_many_runs_in_one_second_the_newest_are_kept(tmp_path: Path) -> None:
    runs = Runs(folder=tmp_path, disk=DISK)
    for number in range(KEPT + 3):
        runs.keep({"run": f"20260101-000000-{0xFFFF - number:04x}", "sequence": number})
    assert [record["sequence"] for record in runs.all()] == list(range(KEPT + 2, 2, -1))
