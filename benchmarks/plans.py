"""A plan with nothing to do, at four sizes, beside Terraform with the same shape."""

import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import terraform
from benchmarks.measuring import Row, Usage, interleaved
from benchmarks.preparing import ROOT, prepared

SIZES = (100, 1_000, 10_000, 100_000)
COMPARED = 10_000
RUNS = {100: 5, 1_000: 5, 10_000: 5, 100_000: 1}
OURS = (sys.executable, "-m", "benchmarks.fake_run")


def rows() -> Iterator[Row]:
    """Measure, smallest first."""
    with TemporaryDirectory() as folder:
        base = Path(folder)
        found = {size: _measured(base, size) for size in SIZES}
        yield from _own_rows(found)
        yield from _growth(found)
        yield from _peer_rows(base)


def environ_of() -> dict[str, str]:
    """Give a child what it needs to find us, and nothing else."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "PYTHONPATH": f"{ROOT}:{ROOT / 'providers'}"}


def _measured(base: Path, size: int) -> dict[str, Usage]:
    """Measure the whole command, and what of it the fake service costs."""
    folder = prepared("stack", base / str(size), count=size)
    commands = {
        "plan": ((*OURS, "plan", str(folder), str(size)), ROOT),
        "believing": ((*OURS, "plan", str(folder), str(size), "-refresh=false"), ROOT),
        "world": ((*OURS, "world", str(size)), ROOT),
        "start": ((*OURS, "world", "1"), ROOT),
    }
    return interleaved(commands, runs=RUNS[size], environ=environ_of())


def _own_rows(found: dict[int, dict[str, Usage]]) -> Iterator[Row]:
    for size, usages in found.items():
        plan, world = usages["plan"], usages["world"].cpu - usages["start"].cpu
        yield Row(
            name=f"plan, nothing to do, {size:,} resources",
            figure=plan.cpu,
            unit="CPU-s",
            note=f"{plan.megabytes:.0f} MB; of this the fake service {max(world, 0):.2f} CPU-s",
        )


def _growth(found: dict[int, dict[str, Usage]]) -> Iterator[Row]:
    start = found[100]["plan"].cpu
    for small, large in ((1_000, 10_000), (10_000, 100_000)):
        less = found[small]["plan"].cpu - start
        more = found[large]["plan"].cpu - start
        yield Row(
            name=f"growth of that, {small:,} to {large:,} (P9)",
            figure=math.log10(more / less) / math.log10(large / small),
            unit="exponent",
            must=1.1,
            stretch=1.05,
            note="start-up subtracted",
        )


def _peer_rows(base: Path) -> Iterator[Row]:
    if terraform.binary() is None:
        yield Row(name="against Terraform", figure=None, note="no `terraform` on PATH")
        return
    for size in (10, 1_000):
        yield from _against(base, size, runs=5 if size == 10 else 3)  # noqa: PLR2004  # a run of ten is quick
    yield from _against(base, COMPARED, runs=1)


def _against(base: Path, size: int, *, runs: int) -> Iterator[Row]:
    """Measure both in one interleaved run."""
    peer = terraform.initialized(prepared("blocks", base / f"terraform-{size}", count=size))
    ours = prepared("stack", base / f"ours-{size}", count=size)
    binary = str(terraform.binary())
    commands = {
        "ours": ((*OURS, "plan", str(ours), str(size)), ROOT),
        "believing": ((*OURS, "plan", str(ours), str(size), "-refresh=false"), ROOT),
        "theirs": ((binary, *terraform.PLAN), peer),
        "their believing": ((binary, *terraform.PLAN, "-refresh=false"), peer),
    }
    environ = {**environ_of(), **terraform.environ(base)}
    found = interleaved(commands, runs=runs, environ=environ)
    theirs = found["theirs"]
    large = size == COMPARED
    note = f"Terraform {theirs.cpu:.2f} CPU-s, {theirs.megabytes:.0f} MB; {runs} runs each"
    yield Row(
        name=f"plan, nothing to do, {size:,} / Terraform, CPU" + (" (P4)" if size < 100 else ""),  # noqa: PLR2004  # the smallest
        figure=found["ours"].cpu / theirs.cpu,
        must=1 / 40 if large else 1.5 if size < 100 else None,  # noqa: PLR2004  # as above
        stretch=1 / 100 if large else 1.0 if size < 100 else None,  # noqa: PLR2004  # as above
        note=note,
    )
    if large:
        yield Row(
            name=f"the same, peak memory, {size:,} (P10)",
            figure=found["ours"].megabytes / theirs.megabytes,
            must=0.1,
            note=f"ours {found['ours'].megabytes:.0f} MB",
        )
        yield Row(
            name=f"the same with -refresh=false, {size:,} (P5)",
            figure=found["believing"].cpu / found["their believing"].cpu,
            must=0.05,
            stretch=0.02,
        )
