"""Everyday commands over a socket, with the documented limits and 80 ms to every answer."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import Failed, Row, Usage, run
from benchmarks.plans import environ_of
from benchmarks.preparing import ROOT
from benchmarks.serving import LATENCY, PROJECT

DSTATE = (sys.executable, "-m", "descope_state")
SYNCED = 20
LISTED = 100
PLANNED = 1_000
EXPORTED = 10
RUNS = 3
_MEMORY = 100
_USAGE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One command, what it finds there, and in how many seconds it must be done."""

    name: str
    command: Sequence[str]
    seconds: float
    stretch: float
    tenants: int = 0
    flows: int = 0
    stated: int = 0
    already: Sequence[Sequence[str]] = ()


@dataclass(slots=True, kw_only=True)
class Measured:
    """What an errand has cost; nothing, where there is no such command."""

    usage: Usage | None = None
    seconds: float = 0.0
    heard: dict[str, int] = field(default_factory=dict)


ERRANDS = (
    Errand(
        name=f"sync of {SYNCED} new tenants: plan and apply",
        command=("apply", "-auto-approve"),
        seconds=10,
        stretch=3,
        stated=SYNCED,
    ),
    Errand(
        name=f"plan over {PLANNED:,} tenants, nothing to do",
        command=("plan", "-detailed-exitcode"),
        seconds=10,
        stretch=3,
        tenants=PLANNED,
        stated=PLANNED,
        already=(("apply", "-auto-approve"),),
    ),
    Errand(
        name=f"list of {LISTED} tenants",
        command=("tenant", "list"),
        seconds=2,
        stretch=1,
        tenants=LISTED,
    ),
    Errand(
        name=f"export of {EXPORTED} flows",
        command=("flow", "export", "--all", "--out-dir", "exported"),
        seconds=5,
        stretch=2,
        flows=EXPORTED,
    ),
)


def rows() -> Iterator[Row]:
    """Measure each command, every time in a project of its own; give the median."""
    found: list[Measured] = []
    for errand in ERRANDS:
        turns = [_turn(errand) for _ in range(RUNS)]
        found.extend(turns)
        yield _row(errand, sorted(turns, key=lambda turn: turn.seconds)[RUNS // 2])
    done = [one for one in found if one.usage is not None]
    yield Row(
        name="peak memory of the command, over all of these",
        figure=max((one.usage.megabytes for one in done if one.usage), default=None),
        unit="MB",
        must=_MEMORY,
    )
    yield Row(
        name="calls refused as too many (429)",
        figure=sum(one.heard["refused"] for one in found),
        unit="",
        must=0,
        note=f"of {sum(one.heard['calls'] for one in found):,} calls",
    )


def _turn(errand: Errand) -> Measured:
    with TemporaryDirectory() as folder:
        return _measured(errand, Path(folder))


def _row(errand: Errand, one: Measured) -> Row:
    if one.usage is None:
        words = f"there is no `dstate {' '.join(errand.command[:2])}`"
        return Row(name=errand.name, figure=None, unit="s", must=errand.seconds, note=words)
    return Row(
        name=errand.name,
        figure=one.seconds,
        unit="s",
        must=errand.seconds,
        stretch=errand.stretch,
        note=f"{one.usage.cpu:.2f} CPU-s, {one.usage.megabytes:.0f} MB, {LATENCY * 1000:.0f} ms a"
        " call",
    )


def _measured(errand: Errand, folder: Path) -> Measured:
    one = Measured()
    environ = {
        **environ_of(),
        "DESCOPE_REMOTE_PROJECT_ID": PROJECT,
        "DESCOPE_REMOTE_MANAGEMENT_KEY": "K2benchmark",
        # A budget that nobody has used: what the limits allow at once, they allow here.
        "DSTATE_BUDGET_DIR": str(folder / "budget"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    with _serving(errand, one.heard) as address:
        _write(errand, folder, address)
        for command in errand.already:
            run((*DSTATE, *command), folder=folder, environ=environ)
        if not _known(errand.command, folder, environ=environ):
            return one
        began = time.perf_counter()
        one.usage = run((*DSTATE, *errand.command), folder=folder, environ=environ)
        one.seconds = time.perf_counter() - began
    return one


def _known(command: Sequence[str], folder: Path, *, environ: dict[str, str]) -> bool:
    """Tell whether there is such a command: a benchmark outlives what it is run with."""
    asked = [*DSTATE, *(word for word in command if word.isalpha()), "--help"]
    helped = subprocess.run(asked, cwd=folder, env=environ, capture_output=True, check=False)
    return helped.returncode != _USAGE


@contextmanager
def _serving(errand: Errand, heard: dict[str, int]) -> Iterator[str]:
    command = (sys.executable, "-m", "benchmarks.serving", str(errand.tenants), str(errand.flows))
    environ = {**os.environ, **environ_of()}
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
    ) as process:
        said = process.stdout
        address = said.readline().strip() if said else ""
        if not said or not address:
            message = "the emulator did not start"
            raise Failed(message)
        try:
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            heard.update(json.loads(said.readline()))


def _write(errand: Errand, folder: Path, address: str) -> None:
    (folder / "dstate.yaml").write_text(
        f"dstate: 1\nname: bench\nenvironments: {{remote: {{endpoint: '{address}'}}}}\n"
        "backend: {path: state}\n"
    )
    adopted = range(errand.tenants if errand.stated else 0)
    lines = [
        f"    t{number}: {{name: Tenant {number}, self_provisioning_domains:"
        f" [tenant{number}.example], attributes: {{seats: {number}}}}}"
        for number in range(errand.stated)
    ]
    imports = [f"  - {{to: tenant.t{number}, id: tenant-{number}}}" for number in adopted]
    said = ["resources:", "  tenant:", *lines] if lines else ["resources: {}"]
    said += ["imports:", *imports] if imports else []
    (folder / "stack.yaml").write_text("\n".join([*said, ""]))
