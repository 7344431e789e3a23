"""Measures whole child processes: CPU time by the kernel's own account, and peak memory."""

import os
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one process used: CPU seconds (user and system) and peak memory in megabytes."""

    cpu: float
    megabytes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One bar: what was measured, what it must be, what we would like."""

    name: str
    figure: float | None
    unit: str = "x"
    must: float | None = None
    stretch: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Say in a word how the figure stands to its bars."""
        if self.figure is None:
            return "not measured"
        if self.must is None:
            return ""
        if self.stretch is not None and self.figure <= self.stretch:
            return "stretch"
        return "ok" if self.figure <= self.must else "MISSED"


class Failed(Exception):
    """A measured command did not do what it was measured for."""


def run(command: Sequence[str], *, folder: Path, environ: Mapping[str, str]) -> Usage:
    """Run a command to its end, its output thrown away, and give what it used."""
    quiet = subprocess.DEVNULL
    with TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environ), stdin=quiet, stdout=quiet, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if status:
            said.seek(0)
            message = f"{' '.join(command)} ended with status {process.returncode}:\n{said.read()}"
            raise Failed(message)
    return Usage(cpu=usage.ru_utime + usage.ru_stime, megabytes=usage.ru_maxrss / 1024)


def interleaved(
    commands: Mapping[str, tuple[Sequence[str], Path]], *, runs: int, environ: Mapping[str, str]
) -> dict[str, Usage]:
    """Run commands in turn, so that the machine's moods are shared; give each one's medians."""
    found: dict[str, list[Usage]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, (command, folder) in commands.items():
            usage = run(command, folder=folder, environ=environ)
            if turn:  # The first turn warms the caches.
                found[name].append(usage)
    return {name: median(usages) for name, usages in found.items()}


def median(usages: Sequence[Usage]) -> Usage:
    """Give the median of each figure."""
    return Usage(
        cpu=statistics.median(usage.cpu for usage in usages),
        megabytes=statistics.median(usage.megabytes for usage in usages),
    )


def table(rows: Sequence[Row]) -> str:
    """Lay rows out for reading."""
    width = max(len(row.name) for row in rows)
    return "\n".join(_line(row, width) for row in rows)


def _line(row: Row, width: int) -> str:
    figure = "-" if row.figure is None else f"{row.figure:.4g} {row.unit}"
    bars = [
        f"{word} {bar:g}"
        for word, bar in (("must", row.must), ("stretch", row.stretch))
        if bar is not None
    ]
    parts = (f"{row.name:<{width}}", f"{figure:>14}", f"{', '.join(bars):<24}", f"{row.verdict:<8}")
    return "  ".join((*parts, row.note)).rstrip()
