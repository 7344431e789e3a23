"""What a command told on its terminal, read back into values."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from descope_state.cli.main import real_surroundings, run
from descope_state.cli.terminal import Terminal

WIDE = 2_000
_ERROR = re.compile(r"^Error (E\d{4}): (.*(?:\n  .*)*)", re.MULTILINE)
_PLACE = re.compile(r"\n  at (.+):(\d+):(\d+)(?=\n|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One error as it was printed; without a place its line is zero."""

    code: str
    text: str
    file: str = ""
    line: int = 0


def complaints(text: str) -> list[Complaint]:
    """Read every error out of what was printed."""
    found = []
    for match in _ERROR.finditer(text):
        place = _PLACE.search("\n" + match[2]) or _PLACE.search(match[2])
        found.append(
            Complaint(
                code=match[1],
                text=match[2],
                file=place[1] if place else "",
                line=int(place[2]) if place else 0,
            )
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one command line came to."""

    status: int
    out: str
    err: str


def said(arguments: list[str], *, folder: Path, environ: Mapping[str, str] | None = None) -> Said:
    """Run a command line in this process, in the real world but for folder and environment."""
    out, err = io.StringIO(), io.StringIO()
    surroundings = replace(real_surroundings(), environ=dict(environ or {}), folder=folder)
    terminal = Terminal(surroundings=surroundings, out=out, err=err, width=WIDE, colour=False)
    status = run(arguments, terminal)
    return Said(status=int(status), out=out.getvalue(), err=err.getvalue())
