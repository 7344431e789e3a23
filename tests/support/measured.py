"""Runs a command under limits and says what it cost: processor time and memory, never the clock."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# A small process in between: a child is charged with the memory of the one that started it.
_LAUNCHER = """
import json, os, resource, sys
child = os.fork()
if not child:
    seconds, memory = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.execvp(sys.argv[4], sys.argv[4:])
_, status, used = os.wait4(child, 0)
with open(sys.argv[3], "w") as file:
    json.dump(
        {
            "status": os.waitstatus_to_exitcode(status),
            "seconds": used.ru_utime + used.ru_stime,
            "kilobytes": used.ru_maxrss,
        },
        file,
    )
"""
_ADDRESSES = 2 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a command said and cost; a status below zero is the signal that ended it."""

    status: int
    out: str
    err: str
    seconds: float
    megabytes: float


def measured(
    command: Sequence[str], *, folder: Path, environ: Mapping[str, str], scratch: Path, seconds: int
) -> Measured:
    """Run a command; the kernel ends it after so many seconds of processor time."""
    report = scratch / "usage.json"
    limits = [str(seconds), str(_ADDRESSES), str(report)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *limits, *command],
        cwd=folder,
        env=dict(environ),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    used = json.loads(report.read_text())
    return Measured(
        status=used["status"],
        out=done.stdout.decode(errors="replace"),
        err=done.stderr.decode(errors="replace"),
        seconds=used["seconds"],
        megabytes=used["kilobytes"] / 1024,
    )
