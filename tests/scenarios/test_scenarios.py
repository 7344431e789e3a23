"""Plays every folder here and compares what came of it with what stands in its `after/`."""

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.scenario import CANARY, Scenario, opened

FOLDER = Path(__file__).parent
CASES = sorted(path for path in FOLDER.iterdir() if (path / "steps.yaml").exists())
NAME = re.compile(r"[0-9]{3}(-[a-z0-9]+)+")
WRITING = os.environ.get("DSTATE_GOLDEN") == "write"


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_scenario(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Paths are told relative to here, so that no line is folded elsewhere on another machine.
    monkeypatch.chdir(tmp_path)
    scenario = opened(case, Path())
    scenario.play()
    assert [str(path) for path in scenario.made() if CANARY in path.read_bytes()] == []
    after = _after(scenario)
    if WRITING:
        _write(case / "after", after)
    assert after == _read(case / "after")


def test_every_folder_is_a_case_with_a_speaking_name_and_a_number_of_its_own() -> None:
    folders = [path for path in FOLDER.iterdir() if path.is_dir() and path.name[0] not in "._"]
    assert sorted(folders) == CASES
    assert [path.name for path in CASES if not NAME.fullmatch(path.name)] == []
    assert len({path.name[:3] for path in CASES}) == len(CASES)


def _after(scenario: Scenario) -> dict[str, str]:
    """Give all that is kept of a case, by the name of its file."""
    after = {"transcript.txt": "\n".join(scenario.transcript), **scenario.documents}
    requests = "\n".join(scenario.requests)
    if scenario.world.requests:
        after["requests.txt"] = requests
    for name, data in scenario.plans.items():
        payload = json.loads(data)["plan"]
        after[name] = json.dumps(payload, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return after


def _read(folder: Path) -> Mapping[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def _write(folder: Path, after: Mapping[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, text in after.items():
        (folder / name).write_text(text, encoding="utf-8")
