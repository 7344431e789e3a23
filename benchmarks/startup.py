"""Start-up from an installed wheel in a clean environment: bare Python is the measure."""

import hashlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import Row, interleaved, run

ROOT = Path(__file__).parents[1]
HOME = ROOT / ".venv-bench"
RUNS = 11


def rows() -> Iterator[Row]:
    """Measure from the cheapest command up."""
    scripts = installed()
    with TemporaryDirectory() as folder:
        stack, acme = Path(folder) / "ten", Path(folder) / "acme"
        shutil.copytree(ROOT / "examples" / "quickstart", stack)
        more = "".join(f"    p{number}: {{name: extra.{number}}}\n" for number in range(7))
        (stack / "more.yaml").write_text(f"resources:\n  permission:\n{more}")
        shutil.copytree(ROOT / "examples" / "acme", acme)
        commands = {
            "bare": ((str(scripts / "python"), "-c", "pass"), stack),
            "version": ((str(scripts / "dstate"), "--version"), stack),
            "help": ((str(scripts / "dstate"), "--help"), stack),
            "plan": ((str(scripts / "dstate"), "plan"), stack),
            "cel": ((str(scripts / "dstate"), "plan"), acme),
        }
        # Byte code is what an installed command runs from, whatever this shell says.
        kept = ("PATH", "HOME", "LANG")
        environ = {name: os.environ[name] for name in kept if name in os.environ}
        found = interleaved(commands, runs=RUNS, environ=environ)
        yield first_plan(scripts, Path(folder), environ=environ)
    bare = found["bare"].cpu
    bars = {"version": (2.5, 1.3), "help": (12, 6), "plan": (25, 12), "cel": (None, None)}
    titles = {
        "version": "dstate --version / python -c pass (P1)",
        "help": "dstate --help / python -c pass (P2)",
        "plan": "dstate plan of ten resources / python -c pass (P3)",
        "cel": "the same of examples/acme, which needs the CEL engine",
    }
    for name, (must, stretch) in bars.items():
        yield Row(
            name=titles[name],
            figure=found[name].cpu / bare,
            must=must,
            stretch=stretch,
            note=f"{found[name].cpu * 1000:.0f} ms CPU, bare {bare * 1000:.1f} ms",
        )


def first_plan(scripts: Path, folder: Path, *, environ: Mapping[str, str]) -> Row:
    """Plan the quickstart where there was never a plan, by the clock and without credentials."""
    command = (str(scripts / "dstate"), "plan", "--env", "local")
    home = folder / "home"
    seconds: list[float] = []
    for number in range(RUNS):
        stack = folder / f"first-{number}"
        shutil.copytree(ROOT / "examples" / "quickstart", stack)
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        began = time.monotonic()
        run(command, folder=stack, environ={**environ, "HOME": str(home)})
        seconds.append(time.monotonic() - began)
    return Row(
        name="the first plan of examples/quickstart after an installation",
        figure=statistics.median(seconds),
        unit="s",
        must=1,
        stretch=0.5,
        note=f"{min(seconds):.2f} to {max(seconds):.2f} s, no credentials",
    )


def installed() -> Path:
    """Install the wheel of this tree into an environment of its own, anew when either changes."""
    stamp = HOME / "stamp"
    scripts = HOME / "bin"
    wanted = _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return scripts
    shutil.rmtree(HOME, ignore_errors=True)
    venv.create(HOME, with_pip=True)
    with TemporaryDirectory() as folder:
        out = ("--outdir", folder, str(ROOT))
        _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", *out)
        (wheel,) = Path(folder).glob("*.whl")
        pinned = Path(folder) / "pinned.txt"
        pinned.write_text("".join(_pinned()))
        pip = (str(scripts / "python"), "-m", "pip", "install", "--quiet")
        _run(*pip, "--constraint", str(pinned), str(wheel))
    stamp.write_text(wanted)
    return scripts


def _pinned() -> Iterator[str]:
    """Give the locked versions without their hashes, so that only what is needed is installed."""
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            # No constraint may name an extra.
            yield re.sub(r"\[[^]]*\]", "", line.removesuffix(chr(92)).strip()) + "\n"


def _fingerprint() -> str:
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for folder in ("descope_state", "providers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
