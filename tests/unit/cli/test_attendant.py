"""Between a run and the person at the terminal: what is seen first stands first."""

import io
from dataclasses import replace
from pathlib import Path

from descope_state.cli.attendant import Attendant
from descope_state.cli.main import real_surroundings
from descope_state.cli.terminal import Terminal
from descope_state.model.plan import Plan
from descope_state.report.spans import line
from tests.support.plans import BINDINGS


class Held(io.StringIO):
    """Keeps back what is written until it is flushed, as a file does."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = ""

    def flush(self) -> None:
        self.seen = self.getvalue()


def test_what_was_answered_is_out_before_the_run_is_drawn() -> None:
    out = Held()
    terminal = Terminal(
        surroundings=replace(real_surroundings(), folder=Path()),
        out=out,
        err=io.StringIO(),
        width=80,
        colour=False,
    )
    terminal.answer([line("the plan")])
    with Attendant(terminal=terminal).observing(Plan(bindings=BINDINGS, changes=()), run="R"):
        assert out.seen == "the plan\n"
