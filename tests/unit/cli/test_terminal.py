"""Colour and letters: what a terminal gets, and what a pipe, a file and an old terminal get."""

import contextlib
import io
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from descope_state.cli.main import real_surroundings
from descope_state.cli.terminal import Terminal, wants_colour
from descope_state.report.table import table

DSTATE = [sys.executable, "-m", "descope_state"]


def real(
    arguments: list[str], folder: Path, environ: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    """Run the command as its user does."""
    return subprocess.run(
        [*DSTATE, *arguments],
        cwd=folder,
        env={**os.environ, **environ},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def on_a_terminal(
    arguments: list[str], folder: Path, environ: Mapping[str, str], *, columns: int = 100
) -> str:
    """Run a command on a terminal of its own and give all that it showed."""
    process, screen = pty.fork()
    if process == 0:
        os.chdir(folder)
        plain = {name: text for name, text in os.environ.items() if name != "NO_COLOR"}
        world = {**plain, "TERM": "xterm", "COLUMNS": str(columns), **environ}
        os.execve(sys.executable, [*DSTATE, *arguments], world)  # noqa: S606  # no shell is meant
    shown = b""
    with contextlib.suppress(OSError):  # So a terminal says that its other end is gone.
        while chunk := os.read(screen, 65536):
            shown += chunk
    os.close(screen)
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 1, 64)
    return shown.decode()


@pytest.fixture
def emulated(tmp_path: Path) -> Path:
    """Make a stack on the emulator, which the installed command can plan."""
    (tmp_path / "dstate.yaml").write_text(
        "dstate: 1\nname: demo\nenvironments: {dev: {endpoint: emulator}}\n"
    )
    (tmp_path / "labels.yaml").write_text("resources:\n  permission:\n    one: {name: One}\n")
    return tmp_path


def test_on_a_terminal_there_is_colour(emulated: Path) -> None:
    assert "\x1b[" in on_a_terminal(["validate"], emulated, {})


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        (["validate"], {"NO_COLOR": "1"}),
        (["validate", "-C", "nowhere"], {"TERM": "dumb"}),
        (["validate", "-no-color"], {}),
    ],
)
def test_there_is_no_colour_where_it_is_not_wanted(
    emulated: Path, arguments: list[str], environ: dict[str, str]
) -> None:
    shown = on_a_terminal(arguments, emulated, environ)
    assert shown
    assert "\x1b" not in shown


def test_in_a_pipe_there_is_no_colour(emulated: Path) -> None:
    made = real(["validate"], emulated, {"TERM": "xterm"})
    assert made.returncode == 0
    assert "\x1b" not in made.stdout + made.stderr


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, True),
        ({"TERM": "xterm"}, True),
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "0"}, False),
        ({"TERM": "dumb"}, False),
    ],
)
def test_colour_is_wanted_unless_the_environment_says_otherwise(
    environ: dict[str, str], *, wanted: bool
) -> None:
    assert wants_colour(environ) == wanted


def test_a_terminal_that_speaks_no_utf_8_does_no_harm(emulated: Path) -> None:
    (emulated / "labels.yaml").write_text(
        "resources:\n  permission:\n    one: {name: Grüße}\n", encoding="utf-8"
    )
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    made = real(["plan"], emulated, ascii_only)
    assert made.returncode == 0, made.stderr
    assert 'name = "Gr\\xfc\\xdfe"' in made.stdout


def test_a_warning_is_given_once_and_a_note_each_time() -> None:
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(surroundings=real_surroundings(), out=out, err=err, width=80, colour=False)
    for _ in range(2):
        terminal.surroundings.warn("the budget\x1b[31m is out of use")
        terminal.surroundings.note("Waiting 60 s")
    assert err.getvalue().count("Warning: the budget") == 1
    assert err.getvalue().count("Waiting 60 s") == 2
    assert "\x1b" not in err.getvalue()
    assert out.getvalue() == ""


class Screen(io.StringIO):
    """A screen as far as anybody asks."""

    def isatty(self) -> bool:
        return True


def test_a_table_is_cut_to_a_screen_and_never_in_a_pipe() -> None:
    rows = [{"id": "T1", "address": f'tenant.customer["{"x" * 90}"]'}]
    for out, whole in ((io.StringIO(), True), (Screen(), False)):
        terminal = Terminal(
            surroundings=real_surroundings(), out=out, err=out, width=80, colour=False
        )
        terminal.answer(table(rows, ["id", "address"], width=terminal.breadth))
        assert ("…" not in out.getvalue()) is whole
