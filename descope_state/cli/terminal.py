"""Where a command's words go: answers to stdout, talk to stderr, colour only where it is wanted."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import TextIO

from descope_state.app.surroundings import Surroundings
from descope_state.frozen import dataclass
from descope_state.model.unseen import escaped
from descope_state.report.clean import clean, visible
from descope_state.report.spans import Line, line, painted, plain


@dataclass(slots=True, kw_only=True)
class Terminal:
    """The screen and the world of one command; `ask` is there where somebody can answer.

    `moving` says that the screen can be drawn over; `explained` that a command told itself why it
    ended early; `debug` that a mistake in dstate may show its traceback.
    """

    surroundings: Surroundings
    out: TextIO
    err: TextIO
    width: int
    colour: bool
    moving: bool = False
    explained: bool = False
    debug: bool = False
    chdir: Path | None = None
    log: Path | None = None
    ask: Callable[[str], str] | None = None
    _warned: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.surroundings = replace(self.surroundings, note=self.note, warn=self.warn)

    @property
    def breadth(self) -> int:
        """How wide a table may be: what a pipe or a file takes is never cut."""
        return self.width if self.out.isatty() else sys.maxsize

    def answer(self, lines: Iterable[Line]) -> None:
        """Print what was asked for."""
        self._print(self.out, lines)

    def write(self, text: str) -> None:
        """Print text that must stand as it is, such as JSON: that says the same when escaped."""
        self.out.write(escaped(text))

    def pass_on(self, text: str) -> None:
        """Print to the letter what another program reads; a terminal is no program."""
        self.out.write(visible(text, multiline=True) if self.out.isatty() else text)

    def tell(self, lines: Iterable[Line]) -> None:
        """Print what goes on besides."""
        self.out.flush()
        self._print(self.err, lines)

    def note(self, text: str) -> None:
        """Print one dim line besides."""
        self.tell([line(text, "dim")])

    def warn(self, text: str) -> None:
        """Print a warning, once however often it comes up."""
        if text not in self._warned:
            self._warned.add(text)
            self.tell([line(f"Warning: {clean(text)}", "warning")])

    def _print(self, stream: TextIO, lines: Iterable[Line]) -> None:
        stream.write(painted(lines) if self.colour and stream.isatty() else plain(lines))


def wants_colour(environ: Mapping[str, str]) -> bool:
    """Tell whether the environment allows colour at all."""
    return not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
