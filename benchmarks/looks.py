"""Looking again at what was looked at a moment ago: calls and time, over a socket."""

import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import Row, run
from tests.support.served import Wired, wired

RUNS = 3
# What an answer of the real service takes, of which a look needs one or two.
ANSWER = "* *: delay=0.1"
LOOKS = (
    ("tenant", "list"),
    ("flow", "list"),
    ("tenant", "show", "t7"),
    ("flow", "show", "sign-in"),
)


def rows() -> Iterator[Row]:
    """Measure each look afresh and again, in turn."""
    dstate = (sys.executable, "-m", "descope_state")
    with TemporaryDirectory() as folder, wired(Path(folder)) as there:
        for number in range(100):
            there.world.tenants[f"t{number}"] = _tenant(number)
        there.disturb(ANSWER)
        kept = ("PATH", "HOME", "LANG")
        environ = {name: os.environ[name] for name in kept if name in os.environ}
        environ |= {**there.environ, "DSTATE_CACHE_DIR": str(Path(folder) / "cache")}
        calls = {"fresh": 0, "again": 0}
        for look in LOOKS:
            yield _look(there, (*dstate, *look), environ=environ, calls=calls)
    saved = 100 * (1 - calls["again"] / calls["fresh"])
    yield Row(
        name="calls of looking again / of looking",
        figure=calls["again"] / calls["fresh"],
        must=0.2,
        stretch=0.0,
        note=f"{calls['again']} calls instead of {calls['fresh']}: {saved:.0f} % fewer",
    )


def _look(
    there: Wired, command: tuple[str, ...], *, environ: dict[str, str], calls: dict[str, int]
) -> Row:
    taken: dict[str, list[float]] = {"fresh": [], "again": []}
    for turn in range(RUNS + 1):
        for name, more in (("fresh", ("--no-cache",)), ("filling", ()), ("again", ())):
            before, began = there.service.calls, time.perf_counter()
            run((*command, *more), folder=there.folder, environ=environ)
            if turn and name in taken:  # The first turn warms the machine.
                taken[name].append(time.perf_counter() - began)
                calls[name] += there.service.calls - before
    fresh, again = (statistics.median(taken[name]) for name in ("fresh", "again"))
    return Row(
        name=f"dstate {' '.join(command[3:])}, again / afresh",
        figure=again / fresh,
        must=0.5,
        stretch=0.35,
        note=f"{again * 1000:.0f} ms instead of {fresh * 1000:.0f}",
    )


def _tenant(number: int) -> dict[str, object]:
    lists: dict[str, object] = {"selfProvisioningDomains": [], "defaultRoles": []}
    return {
        "id": f"t{number}",
        "name": f"Tenant {number}",
        "parent": "",
        "customAttributes": {},
        **lists,
    }
