"""Bugs that are planted in a copy of the source are caught: the checks here can fail.

Each is planted in a copy, never by a switch in the product, and must be caught within a stated
number of crashes.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIVES = """
import json
from tests.support.simulation import lived
crashes, found = 0, []
for seed in range(10**6):
    life = lived(seed)
    crashes += life.crashes
    if life.failures or crashes > LIMIT:
        break
print(json.dumps([crashes, life.failures[:1]]))
"""
RATE = """
import json
from descope_state.runtime.gate import Gate
from tests.support.rated_service import LIMIT, RatedService, crowd
from tests.support.virtual_time import run
service = RatedService()
run(crowd([Gate([LIMIT])], service, calls=300))
print(json.dumps([0, [f"{service.refused} refused"] if service.refused else []]))
"""
TORN = """
import json
from pathlib import Path
from tempfile import mkdtemp
from tests.support.two_writers import torn_and_continued
lost = torn_and_continued(Path(mkdtemp()))
print(json.dumps([0, [lost] if lost else []]))
"""
LOST = """
import json
from pathlib import Path
from tempfile import mkdtemp
from tests.support.two_writers import lost_update
lost = lost_update(Path(mkdtemp()))
print(json.dumps([0, [lost] if lost else []]))
"""


@dataclass(frozen=True, kw_only=True)
class Bug:
    """What is planted where, and how it shows."""

    file: str
    right: str
    wrong: str
    within: int = 0
    check: str = LIVES


BUGS = {
    "no fsync of the journal": Bug(
        file="store/journal.py",
        right="            self._disk.system.fsync(self._handle)\n",
        wrong="            pass\n",
        within=200,
    ),
    "no fsync of the state": Bug(
        file="store/disk.py",
        right="                self.system.fsync(handle)\n            finally",
        wrong="                pass\n            finally",
        within=200,
    ),
    "no fsync of the folder": Bug(
        file="store/disk.py",
        right="            self.system.fsync(handle)\n        finally:\n",
        wrong="            pass\n        finally:\n",
        within=1000,
    ),
    "no look at what became of a call": Bug(
        file="runtime/recover.py",
        right="        return await look.found()\n",
        wrong="        return Finding(effect=False)\n",
        within=200,
    ),
    "a call sent again blindly": Bug(
        file="runtime/working.py",
        right="            group = await self._looked(group, error, ended)\n",
        wrong="            pass\n",
        within=500,
    ),
    "the journal removed before the state is written": Bug(
        file="store/session.py",
        right="        self._disk.replace(self.state_file, data)\n",
        wrong="        self._disk.remove(self.journal_file)\n"
        "        self._disk.replace(self.state_file, data)\n",
        within=500,
    ),
    "the torn end of a journal not cut": Bug(
        file="store/session.py",
        right="        self._disk.replace(self.journal_file, whole + first)\n",
        wrong="        torn = self._disk.read(self.journal_file) or b''\n"
        "        self._disk.replace(self.journal_file, torn + first)\n",
        check=TORN,
    ),
    "no comparing before the state is written": Bug(
        file="store/session.py",
        right="        self._check_lock()\n        self._check_unmoved()\n",
        wrong="        pass\n",
        check=LOST,
    ),
    "calls that are sent again not counted": Bug(
        file="runtime/gate.py",
        right="            permit = await self.reserve(family)\n",
        wrong="            permit = Permit(family, lambda: None)\n",
        check=RATE,
    ),
}


def checked(bug: Bug, folder: Path) -> tuple[int, list[str]]:
    """Give how many crashes it took, and what was found."""
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (folder, ROOT, ROOT / "providers"))),
    }
    ran = subprocess.run(
        [sys.executable, "-c", bug.check.replace("crashes > LIMIT", f"crashes > {bug.within}")],
        env=environ,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    crashes, found = json.loads(ran.stdout.splitlines()[-1])
    return crashes, found


@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_caught(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    bug = BUGS[name]
    shutil.copytree(ROOT / "descope_state", tmp_path / "descope_state")
    source = tmp_path / "descope_state" / bug.file
    text = source.read_text(encoding="utf-8")
    assert text.count(bug.right) == 1, "the place where the bug is planted has changed"
    source.write_text(text.replace(bug.right, bug.wrong), encoding="utf-8")
    crashes, found = checked(bug, tmp_path)
    assert found, f"not caught within {crashes} crashes"
    assert crashes <= bug.within
    record_property("planted", f"{name}: caught after {crashes} crashes")


@pytest.mark.parametrize("check", [RATE, LOST, TORN], ids=["rate", "lost", "torn"])
def test_the_checks_find_nothing_where_nothing_is_planted(check: str, tmp_path: Path) -> None:
    bug = Bug(file="", right="", wrong="", check=check)
    assert checked(bug, tmp_path) == (0, [])
