"""`kill -9` at random instants of a first apply: what is left of the state, ours and Terraform's.

After each kill it is asked whether the state can be read, and how many objects it has forgotten.
Terraform's objects are files that a provisioner touches, so that they can be counted from outside.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import terraform
from benchmarks.measuring import Row
from benchmarks.plans import environ_of

KILLS = 30
COUNT = 300
SETTINGS = (
    "dstate: 1\nname: kills\nenvironments: {local: {endpoint: emulator}}\nbackend: {path: state}\n"
)
RESOURCES = f"""\
resource "terraform_data" "made" {{
  count = {COUNT}
  input = count.index
  provisioner "local-exec" {{
    command = "touch made/$NUMBER"
    environment = {{ NUMBER = count.index }}
  }}
}}
"""


def rows() -> Iterator[Row]:
    """Kill both as often, and count."""
    with TemporaryDirectory() as folder:
        base = Path(folder)
        unreadable, forgotten = _ours(base)
        note = f"{KILLS} kills in a first apply of {COUNT}, the next command included"
        yield Row(
            name="states that cannot be read after kill -9", figure=unreadable, unit="", must=0
        )
        yield Row(name="objects forgotten", figure=forgotten, unit="", must=0, note=note)
        if terraform.binary() is None:
            yield Row(name="Terraform", figure=None, note="no `terraform` on PATH")
            return
        unreadable, forgotten = _theirs(base)
        yield Row(
            name="the same, Terraform: states empty or unreadable", figure=unreadable, unit=""
        )
        yield Row(
            name="the same, Terraform: objects forgotten by the others", figure=forgotten, unit=""
        )


def _killed(
    command: Sequence[str], folder: Path, *, environ: Mapping[str, str], after: float
) -> None:
    """Run a command, and kill it and all that it started."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(after)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _ours(base: Path) -> tuple[int, int]:
    chance = random.Random(1)
    environ = environ_of()
    command = (sys.executable, "-m", "descope_state", "apply", "-auto-approve")
    unreadable = forgotten = 0
    for turn in range(KILLS):
        folder = base / f"ours-{turn}"
        folder.mkdir()
        (folder / "dstate.yaml").write_text(SETTINGS)
        lines = [f"    p{number}: {{name: p.{number}}}" for number in range(COUNT)]
        (folder / "stack.yaml").write_text("\n".join(["resources:", "  permission:", *lines, ""]))
        _killed(command, folder, environ=environ, after=chance.uniform(0.25, 1.2))
        settled = subprocess.run(
            (*command[:-2], "plan"), cwd=folder, env=environ, capture_output=True, check=False
        )
        unreadable += settled.returncode != 0
        forgotten += _forgotten(folder)
    return unreadable, forgotten


def _forgotten(folder: Path) -> int:
    state = folder / "state" / "local"
    if not (state / "emulator.json").exists():
        return 0
    world = json.loads((state / "emulator.json").read_bytes())
    known = {
        entry["id"] for entry in json.loads((state / "state.json").read_bytes())["entries"].values()
    }
    made = {row["id"] for row in world["permissions"] if row["name"].startswith("p.")}
    return len(made - known)


def _theirs(base: Path) -> tuple[int, int]:
    chance = random.Random(2)
    environ = {**environ_of(), **terraform.environ(base)}
    command = (str(terraform.binary()), "apply", "-auto-approve", "-no-color", "-input=false")
    unreadable = forgotten = 0
    for turn in range(KILLS):
        folder = base / f"theirs-{turn}"
        (folder / "made").mkdir(parents=True)
        (folder / "main.tf").write_text(RESOURCES)
        terraform.initialized(folder)
        _killed(command, folder, environ=environ, after=chance.uniform(0.8, 4.0))
        made = len(list((folder / "made").iterdir()))
        try:
            state = json.loads((folder / "terraform.tfstate").read_bytes())
        except (ValueError, FileNotFoundError):
            unreadable += made > 0
            continue
        known = sum(len(resource["instances"]) for resource in state.get("resources", ()))
        forgotten += max(made - known, 0)
    return unreadable, forgotten
