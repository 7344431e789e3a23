"""The template of a provider: it installs, dstate finds it, and it keeps the contract."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "examples" / "provider_template"
_CONFORMS = """
import asyncio, sys
from pathlib import Path
from descope_state.sdk.conformance import Sample, check
from dstate_notebook import Note, NoteKind

sample = Sample(made=Note(name="a"), changed=Note(name="b", text="c"))
print(asyncio.run(check(NoteKind(Path(sys.argv[1])), [sample])))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the template as its README says, into a folder of its own."""
    place = tmp_path_factory.mktemp("template")
    source = copytree(TEMPLATE, place / "source", ignore=ignore_patterns("__pycache__", "state"))
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    command = [sys.executable, "-m", "pip", "install", *options]
    subprocess.run(
        [*command, "--disable-pip-version-check", "--target", str(place / "site"), str(source)],
        check=True,
        timeout=120,
    )
    return place


def ran(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    roots = (place / "site", ROOT, ROOT / "providers")
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, roots))}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        env=environ,
        cwd=place / "source",
        timeout=60,
        check=False,
    )


def dstate(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return ran(place, "-m", "descope_state", "-C", "stack", *arguments)


def test_what_the_readme_says_is_what_happens(installed: Path) -> None:
    explained = dstate(installed, "explain", "note")
    assert "What it says." in explained.stdout
    assert "Plan: 2 to add" in dstate(installed, "plan").stdout
    assert dstate(installed, "apply", "-auto-approve").returncode == 0
    again = dstate(installed, "plan", "-detailed-exitcode")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Today I read Shopping" in dstate(installed, "state", "show", "note.diary").stdout


def test_the_template_keeps_the_contract(installed: Path) -> None:
    answer = ran(installed, "-c", _CONFORMS, str(installed / "contract.json"))
    assert answer.stdout.strip() == "()", answer.stdout + answer.stderr


def test_the_template_is_short_enough_to_be_read_at_once() -> None:
    lines = (TEMPLATE / "dstate_notebook" / "__init__.py").read_text().splitlines()
    code = [line for line in lines if line.strip() and not line.lstrip().startswith(("#", '"""'))]
    assert len(code) <= 66
