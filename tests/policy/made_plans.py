"""Makes the plans that the tools are to read, and the files that they read them from."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.scenario import opened

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TOOLS = ROOT / ".venv-policy" / "bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A plan as `dstate show --json` printed it, and the events that told it."""

    file: Path
    events: tuple[Any, ...] = ()

    @property
    def plan(self) -> Any:  # noqa: ANN401  # JSON is whatever it says
        """What the file holds."""
        return json.loads(self.file.read_text(encoding="utf-8"))


def fake_plan(folder: Path) -> Shown:
    """Plan every sort of change against the provider in memory."""
    stack = folder / "stack"
    stack.mkdir()
    scenario = opened(HERE / "fake", stack)
    saved, told, shown = [scenario._run(step) for step in scenario.steps if isinstance(step, str)]
    assert (saved.status, told.status, shown.status) == (5, 5, 0), saved.err + told.out + shown.err
    return _kept(folder, shown=shown.out, told=told.out)


def acme_plan(folder: Path) -> Shown:
    """Plan the example of three customers as a user would, with the installed command."""
    shutil.copytree(ROOT / "examples" / "acme", folder / "acme")
    told = _dstate(folder, "-C", "acme", "plan", "--env", "prod", "--json", "-out", "plan.json")
    return _kept(folder, shown=_dstate(folder, "show", "--json", "plan.json"), told=told)


def _dstate(folder: Path, *arguments: str) -> str:
    command = (sys.executable, "-m", "descope_state", *arguments)
    done = run(command, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _kept(folder: Path, *, shown: str, told: str) -> Shown:
    file = folder / "show.json"
    file.write_text(shown, encoding="utf-8")
    return Shown(file=file, events=tuple(map(json.loads, told.splitlines())))


def tool(name: str) -> str:
    """Find a tool; one that is not there is a failure, and never a reason to pass."""
    found = TOOLS / name
    assert found.exists(), f"`{name}` is not in .venv-policy: `make policy` installs it"
    return str(found)


def run(command: tuple[str, ...], *, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that asks nobody on the network for anything."""
    quiet = {
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": str(folder / "terraform.rc"),
        "TF_IN_AUTOMATION": "1",
    }
    (folder / "terraform.rc").touch()
    environ = {**os.environ, **quiet}
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=240
    )
