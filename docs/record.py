"""Records the demonstration as pictures: `make recording` makes those of docs/pictures anew.

It runs in this process, by a person who is always the same, and moments are all one afterwards, so
that a picture changes only when dstate says something else.
"""

import io
import re
import tempfile
from dataclasses import replace
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.text import Text

from descope_state.app.surroundings import Actor, Surroundings
from descope_state.cli.main import real_surroundings, run
from descope_state.cli.terminal import Terminal

PICTURES = Path(__file__).parent / "pictures"
WIDTH = 100
# A picture on a forge fetches nothing: whoever reads it has a font of their own.
FETCHED = re.compile(r"@font-face \{.*?\}\s*|<!-- .*? -->\s*", re.DOTALL)
MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
COMPACT = re.compile(r"20\d{6}T\d{6}Z")
PARTS = {
    "demo.svg": ("", ""),
    "drift.svg": ("# Somebody with the console", "# Set it back"),
}


class Screen(io.StringIO):
    """Paper that takes colour as a terminal does."""

    def isatty(self) -> bool:
        """Claim to be a terminal."""
        return True


def surroundings(folder: Path) -> Surroundings:
    """Give a world in which nothing differs from one recording to the next."""
    runs = count(1)
    return replace(
        real_surroundings(),
        environ={"DSTATE_DATA_DIR": str(folder / "data"), "HOME": str(folder)},
        folder=folder,
        run_id=lambda: f"20260302-0900{next(runs):02}-3f2a",
        actor=lambda: Actor(user="ada", host="desk", pid=4711),
    )


def recorded() -> str:
    """Run the demonstration, and give what was on the screen."""
    with tempfile.TemporaryDirectory() as name:
        screen = Screen()
        terminal = Terminal(
            surroundings=surroundings(Path(name)), out=screen, err=screen, width=WIDTH, colour=True
        )
        status = run(["demo"], terminal)
    if status:
        message = f"the demonstration ended with {status}:\n{screen.getvalue()}"
        raise SystemExit(message)
    return MOMENT.sub("2026-03-02T09:14:05Z", COMPACT.sub("20260302T091405Z", screen.getvalue()))


def part(text: str, first: str, last: str) -> str:
    """Cut out of a recording what lies between two lines."""
    lines = text.splitlines()
    plain = [Text.from_ansi(line).plain for line in lines]
    start = next((at for at, line in enumerate(plain) if line.startswith(first)), 0)
    stop = next((at for at, line in enumerate(plain) if last and line.startswith(last)), len(lines))
    return "\n".join(lines[start:stop]).strip("\n")


def picture(text: str) -> str:
    """Draw what was on the screen."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text))
    return FETCHED.sub("", console.export_svg(title="dstate demo", unique_id="dstate"))


def main() -> None:
    """Make every picture anew."""
    text = recorded()
    PICTURES.mkdir(exist_ok=True)
    for name, (first, last) in PARTS.items():
        (PICTURES / name).write_text(picture(part(text, first, last)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
