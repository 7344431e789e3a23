"""Every runbook can be followed word by word on the emulator, and ends as it says."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from descope_state.report import drift_json
from tests.support.spoken import said

ROOT = Path(__file__).parents[2]
RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"\$ dstate (?P<words>.*?)(?: > (?P<into>\S+))?(?: +# exit (?P<status>\d+))?")


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda path: str(path.stem))
def test_the_runbook_works_word_by_word(runbook: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "state").mkdir()
    project = (ROOT / "pyproject.toml").read_text()
    table = project.partition("[tool.dstate]\n")[2].partition("\n\n")[0]
    (tmp_path / "pyproject.toml").write_text(f"[tool.dstate]\n{table}\n")
    lines = [line for block in BLOCK.findall(runbook.read_text()) for line in block.splitlines()]
    assert lines
    told = ""
    for line in lines:
        step = STEP.fullmatch(line)
        assert step is not None, f"{line} is no step"
        came = said(shlex.split(step["words"]), folder=tmp_path)
        assert came.status == int(step["status"] or 0), f"{line}\n{came.out}\n{came.err}"
        told += came.out
    for word in ("certain", "eve@acme.example", 'role["Backdoor"]', "Deleted outside dstate"):
        assert word in told


def test_the_reference_of_the_document_names_every_field() -> None:
    text = (ROOT / "docs" / "reference" / "drift-json.md").read_text()
    source = Path(drift_json.__file__).read_text()
    fields = re.findall(r'^ +"([a-z_]+)":', source, re.MULTILINE)
    assert len(fields) > 40
    assert [name for name in fields if f"`{name}`" not in text] == []
