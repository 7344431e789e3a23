"""Runs the commands about the cache of reads."""

from descope_state.app.warming import cleared, contents, warmed
from descope_state.app.workspace import Opening
from descope_state.cli.catalogue.direct import NOUNS
from descope_state.cli.terminal import Terminal
from descope_state.report.clean import clean
from descope_state.report.json_text import Json, one_line
from descope_state.report.spans import data, line
from descope_state.report.values import counted
from descope_state.store.cache import LIFETIME, MOST_BYTES


def run_info(terminal: Terminal, *, json: bool) -> None:
    """Tell what is remembered."""
    found = contents(terminal.surroundings)
    if json:
        answer: Json = {
            "path": str(found.path),
            "answers": found.answers,
            "projects": found.projects,
            "bytes": found.size,
            "oldest_seconds": round(found.oldest, 1),
            "lifetime_seconds": LIFETIME,
            "most_bytes": MOST_BYTES,
        }
        terminal.write(one_line(answer) + "\n")
        return
    terminal.answer([(data(str(found.path), "bold"),)])
    held = f"{counted(found.answers, 'answer')} of {counted(found.projects, 'project')}"
    terminal.answer(
        [
            line(f"  {held}, {found.size:,} of at most {MOST_BYTES:,} bytes"),
            line(
                f"  the oldest is {found.oldest:.0f} s old; none lasts longer than {LIFETIME:.0f} s"
            ),
        ]
    )


def run_warm(terminal: Terminal, opening: Opening) -> None:
    """Read what will be asked for."""
    kinds = [noun.kind for noun in NOUNS]
    for one in warmed(terminal.surroundings, opening, kinds=kinds):
        words = f"{counted(one.objects, clean(one.kind))}, {counted(one.calls, 'call')}"
        terminal.answer([line(words)])


def run_clear(terminal: Terminal) -> None:
    """Forget everything."""
    count = cleared(terminal.surroundings)
    terminal.answer([line(f"{counted(count, 'answer')} forgotten.")])
