"""An apply, beside Terraform's: what a change costs, and whether it costs more in a large state."""

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import fake_stack, terraform
from benchmarks.measuring import Row, interleaved
from benchmarks.plans import environ_of
from benchmarks.preparing import ROOT, prepared

OURS = (sys.executable, "-m", "benchmarks.fake_run")
COUNT = 1_000
LARGE = 10_000
LATENCY = 0.08
PARALLELISM = 10
FLAGS = "-auto-approve -no-color -input=false -parallelism=10"
TERRAFORM = f"rm -f terraform.tfstate*; {{binary}} apply {FLAGS}"
DESTROY = f"{TERRAFORM} && {{binary}} destroy {FLAGS}"


def rows() -> Iterator[Row]:
    """Measure, quickest first."""
    with TemporaryDirectory() as folder:
        base = Path(folder)
        yield from _own(base)
        yield from _large_state(base)
        yield from _counted(base)
        yield from _latent(base)
        yield from _peer(base)


def _own(base: Path) -> Iterator[Row]:
    small = prepared("fresh", base / "fresh", count=COUNT)
    large = prepared("fresh", base / "fresh-large", count=LARGE)
    commands = {
        "small": ((*OURS, "fresh", str(small), "0"), ROOT),
        "large": ((*OURS, "fresh", str(large), "0"), ROOT),
        "start": ((*OURS, "fresh", str(prepared("fresh", base / "few", count=10)), "0"), ROOT),
    }
    found = interleaved(commands, runs=3, environ=environ_of())
    start = found["start"].cpu
    less, more = found["small"].cpu - start, found["large"].cpu - start
    yield Row(
        name=f"plan and apply, {COUNT:,} new resources",
        figure=found["small"].cpu,
        unit="CPU-s",
        note=f"{1000 * less / COUNT:.2f} ms a change; {found['small'].megabytes:.0f} MB",
    )
    yield Row(
        name=f"growth of that, {COUNT:,} to {LARGE:,} (P12)",
        figure=math.log10(more / less) / math.log10(LARGE / COUNT),
        unit="exponent",
        must=1.1,
        stretch=1.03,
        note="start-up subtracted",
    )


def _large_state(base: Path) -> Iterator[Row]:
    """Apply a few and many new ones to a small and a large state: what does one more cost?"""
    more = fake_stack.OVERGROWN - fake_stack.GROWN
    costs, whole = {}, {}
    for size in (1_000, 50_000):
        commands = {
            shape: (
                (
                    *OURS,
                    "apply",
                    str(prepared(shape, base / f"{shape}-{size}", count=size)),
                    str(size),
                ),
                ROOT,
            )
            for shape in ("grown", "overgrown")
        }
        found = interleaved(commands, runs=3, environ=environ_of())
        costs[size] = 1000 * (found["overgrown"].cpu - found["grown"].cpu) / more
        whole[size] = found["grown"].cpu
    yield Row(
        name="one more change, in a state of 50,000 / of 1,000",
        figure=costs[50_000] / costs[1_000],
        note=f"{costs[1_000]:.2f} and {costs[50_000]:.2f} ms of CPU",
    )
    yield Row(
        name=f"plan and apply of {fake_stack.GROWN} in a state of 50,000",
        figure=whole[50_000],
        unit="CPU-s",
    )


def _counted(base: Path) -> Iterator[Row]:
    """Count what is written and synced under the state's folder, for a small and a large apply."""
    found = {}
    for size in (100, 10_000):
        folder = prepared("fresh", base / f"counted-{size}", count=size)
        said = _said("counted", folder)
        found[size] = {name: float(value) for name, value in said.items()}
    few, many = found[100], found[10_000]
    yield Row(
        name="bytes journalled for a change, 10,000 / 100 changes (P14)",
        figure=(many["journal"] / 10_000) / (few["journal"] / 100),
        must=1.2,
        note=f"{few['journal'] / 100:.0f} and {many['journal'] / 10_000:.0f} bytes",
    )
    yield Row(
        name="bytes journalled for a change (P14)",
        figure=many["journal"] / 10_000,
        unit="bytes",
        must=4096,
        stretch=1024,
        note=f"{many['bytes'] / 10_000:.0f} with state, copy, audit and images",
    )
    yield Row(
        name="fsyncs for a change (P15)",
        figure=many["fsyncs"] / 10_000,
        unit="",
        must=2,
        stretch=0.5,
        note=f"{few['fsyncs'] / 100:.2f} in an apply of 100",
    )


def _latent(base: Path) -> Iterator[Row]:
    folder = prepared("fresh", base / "latent", count=COUNT)
    wall = float(_said("latent", folder)["wall"])
    ideal = COUNT / PARALLELISM * LATENCY
    yield Row(
        name=f"apply of {COUNT:,} at {1000 * LATENCY:.0f} ms a call / ideal, wall (P13)",
        figure=wall / ideal,
        must=1.15,
        stretch=1.08,
        note=f"{wall:.2f} s, start-up and plan included; ideal {ideal:.0f} s; batches count as one",
    )


def _said(verb: str, folder: Path) -> dict[str, str]:
    ran = subprocess.run(
        (*OURS, verb, str(folder), "0"),
        cwd=ROOT,
        env=environ_of(),
        capture_output=True,
        text=True,
        check=True,
    )
    last = ran.stderr.splitlines()[-1].split()
    return dict(zip(last[::2], last[1::2], strict=True))


def _peer(base: Path) -> Iterator[Row]:
    if terraform.binary() is None:
        yield Row(name="apply, against Terraform", figure=None, note="no `terraform` on PATH")
        return
    folder = terraform.initialized(prepared("blocks", base / "terraform", count=COUNT))
    ours = prepared("fresh", base / "ours", count=COUNT)
    gone = prepared("stack", base / "gone", count=COUNT)
    names = {"binary": str(terraform.binary())}
    commands = {
        "ours": ((*OURS, "fresh", str(ours), "0"), ROOT),
        "theirs": (("sh", "-c", TERRAFORM.format(**names)), folder),
        "our destroy": ((*OURS, "destroy", str(gone), str(COUNT)), ROOT),
        "their both": (("sh", "-c", DESTROY.format(**names)), folder),
    }
    found = interleaved(commands, runs=1, environ={**environ_of(), **terraform.environ(base)})
    theirs = found["theirs"].cpu
    destroying = found["their both"].cpu - theirs
    yield Row(
        name=f"apply of {COUNT:,} / Terraform, CPU (P11)",
        figure=found["ours"].cpu / theirs,
        must=1 / 25,
        stretch=1 / 50,
        note=f"ours {found['ours'].cpu:.2f}, plan included; Terraform {theirs:.1f} CPU-s",
    )
    yield Row(
        name=f"destroy of {COUNT:,} / Terraform, CPU",
        figure=found["our destroy"].cpu / destroying,
        must=1 / 25,
        note=f"ours {found['our destroy'].cpu:.2f}, Terraform {destroying:.1f} CPU-s",
    )
