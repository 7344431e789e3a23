"""What a plan is made of, each beside a peer: `for_each`, reading YAML, comparing a flow."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import diff, terraform, yaml_load
from benchmarks.measuring import Row, interleaved
from benchmarks.plans import OURS
from benchmarks.preparing import ROOT, prepared

CUSTOMERS = 1_000


def rows() -> Iterator[Row]:
    """Measure each."""
    ours, theirs = yaml_load.measure()
    yield Row(
        name="YAML of 10,000 tenants with positions / CSafeLoader (P24)",
        figure=ours / theirs,
        must=0.35,
        stretch=0.2,
        note=f"{ours:.3f} s against {theirs:.3f} s",
    )
    yield from diff.rows()
    with TemporaryDirectory() as folder:
        yield _for_each(Path(folder))


def _for_each(base: Path) -> Row:
    name = f"plan of a YAML map of {CUSTOMERS:,} / Terraform's for_each over yamldecode (P8)"
    if terraform.binary() is None:
        return Row(name=name, figure=None, note="no `terraform` on PATH")
    peer = terraform.initialized(prepared("for_each", base / "terraform", count=CUSTOMERS))
    ours = prepared("map", base / "ours", count=CUSTOMERS)
    commands = {
        "ours": ((*OURS, "map", str(ours), str(CUSTOMERS)), ROOT),
        "theirs": ((str(terraform.binary()), *terraform.PLAN), peer),
    }
    environ = {
        **terraform.environ(base),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'providers'}",
        "PATH": os.environ["PATH"],
    }
    found = interleaved(commands, runs=3, environ=environ)
    return Row(
        name=name,
        figure=found["ours"].cpu / found["theirs"].cpu,
        must=0.05,
        stretch=0.02,
        note=f"{found['ours'].cpu:.2f} against {found['theirs'].cpu:.2f} CPU-s",
    )
