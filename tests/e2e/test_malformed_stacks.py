"""A malformed stack ends in errors that say what, where and what to do; cheaply, and never in a
traceback.
"""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.support import effort
from tests.support.malformed import cases, odd
from tests.support.malformed_folders import Malformed, Told, folders
from tests.support.measured import Measured, measured
from tests.support.spoken import WIDE, Complaint, complaints, said

ROOT = Path(__file__).parents[2]
PRODUCT = (ROOT / "descope_state", ROOT / "providers")
LONGEST_SECONDS = 1.0
MOST_MEGABYTES = 200.0
ATTEMPTS = 3
# Processor time is counted, but a busy machine counts up to twice as much for the same work. Where
# a second was not enough, the measure is what a stack without a mistake costs at the same moment.
MOST_TIMES_THE_PLAINEST = 3.5

FOLDERS = list(folders())
# Starting a process for every folder takes minutes; for those in between the same is shown without.
STARTED = [*odd(), *FOLDERS[:: effort.examples(5, 1, soak=1)]]


def _name(case: Malformed) -> str:
    return case.name


def matches(told: Told, complaint: Complaint) -> bool:
    place = (complaint.code, complaint.file, complaint.line)
    return place == (told.code, told.file, told.line) and told.words in complaint.text


def check(case: Malformed, err: str) -> None:
    found = complaints(err)
    assert "Traceback" not in err
    assert [one for one in found if not one.line or one.code == "E0001"] == []
    listed = found[: len(case.told)] if case.more else found
    shown = "\n".join(f"{one.code} {one.file}:{one.line} {one.text}" for one in found[:20])
    assert len(listed) == len(case.told), shown
    assert all(matches(*pair) for pair in zip(case.told, listed, strict=True)), shown


def test_there_are_enough_cases_with_names_of_their_own() -> None:
    names = [case.name for case in cases()]
    assert len(set(names)) == len(names)
    assert len(FOLDERS) >= 400
    assert len(STARTED) >= 200
    assert all(case.told for case in cases())


def test_every_code_that_is_expected_is_one_of_the_product() -> None:
    files = (path for folder in PRODUCT for path in folder.rglob("*.py"))
    known = {code for path in files for code in re.findall(r"E\d{4}", path.read_text())}
    assert {told.code for case in cases() for told in case.told} <= known - {"E0001"}


@pytest.mark.parametrize("case", FOLDERS, ids=_name)
def test_each_folder_is_told_what_is_wrong(case: Malformed, tmp_path: Path) -> None:
    folder = case.make(tmp_path / "stack")
    came = said(["validate", *case.arguments], folder=folder, environ=case.environ)
    check(case, came.err)
    assert (came.status, came.out) == (1, "")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep byte code somewhere, so that no case pays for compiling the product."""
    return tmp_path_factory.mktemp("compiled")


@pytest.mark.parametrize("case", STARTED, ids=_name)
def test_the_command_tells_it_cheaply(case: Malformed, tmp_path: Path, compiled: Path) -> None:
    folder = case.make(tmp_path / "stack")
    came = _started(case, folder, scratch=tmp_path, compiled=compiled)
    bound = LONGEST_SECONDS
    for _ in range(ATTEMPTS - 1):
        if came.seconds <= bound:
            break
        plain = _plainest(tmp_path, compiled=compiled).seconds
        bound = max(LONGEST_SECONDS, MOST_TIMES_THE_PLAINEST * plain)
        came = _started(case, folder, scratch=tmp_path, compiled=compiled)
    check(case, came.err)
    assert (came.status, came.out) == (1, "")
    assert came.seconds <= bound
    assert came.megabytes <= MOST_MEGABYTES


def _untouched(folder: Path) -> None:
    """Leave a stack as it is."""
    assert folder.is_dir()


def _plainest(scratch: Path, *, compiled: Path) -> Measured:
    """See what a stack costs that has one environment and nothing wrong."""
    folder = scratch / "plain"
    folder.mkdir(exist_ok=True)
    (folder / "dstate.yaml").write_text("dstate: 1\nenvironments: {local: {endpoint: emulator}}\n")
    (folder / "stack.yaml").write_text("resources: {role: {a: {name: A}}}\n")
    plain = Malformed(name="plain", build=_untouched, told=())
    came = _started(plain, folder, scratch=scratch, compiled=compiled)
    assert came.status == 0, came.err
    return came


def _started(case: Malformed, folder: Path, *, scratch: Path, compiled: Path) -> Measured:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(scratch),
        "COLUMNS": str(WIDE),
        "PYTHONPYCACHEPREFIX": str(compiled),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "providers")]),
        **case.environ,
    }
    command = [sys.executable, "-m", "descope_state", "validate", *case.arguments]
    return measured(command, folder=folder, environ=environ, scratch=scratch, seconds=4)
