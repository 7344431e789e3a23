"""The help of every command says what it is for, and each of its examples works as it stands."""

import contextlib
import io
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from descope_state.cli import commands
from descope_state.cli.catalogue.command import Command
from tests.support.spoken import Said, said

ROOT = Path(__file__).parents[2]
NARROW = "80"
EXAMPLE = re.compile(r"^\s*\$ (dstate .*)$", re.MULTILINE)
# The examples that end otherwise than well, because that is what they are to show.
OTHERWISE = {"-detailed-exitcode": 2, "--check": 2}
ENVIRONMENTS = ("local", "test", "devtest", "dev", "staging", "prod")


def help_of(*arguments: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        came = said([*arguments, "--help"], folder=ROOT)
    assert (came.status, came.err) == (0, "")
    return came.out + out.getvalue()


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", NARROW)
    monkeypatch.setenv("TERMINAL_WIDTH", NARROW)


def _by_name(command: Command) -> str:
    return command.name


@pytest.mark.parametrize("command", commands.ALL, ids=_by_name)
def test_the_help_says_what_a_command_is_for_and_fits(command: Command) -> None:
    text = help_of(*command.name.split())
    lines = text.splitlines()
    assert [line for line in lines if len(line) > int(NARROW)] == []
    assert lines[0].startswith(f"Usage: dstate {command.name}")
    purpose = next(line for line in lines[1:] if line.strip())
    assert purpose.strip().endswith(".")
    assert " ".join(command.changes.split()) in " ".join(text.split())
    assert "Examples:" in lines[lines.index("  Examples:")]
    for status in command.exits:
        assert re.search(rf"^ +{status} +\S", text, re.MULTILINE)
    assert 0 in command.exits


def test_the_help_of_all_lists_every_command_with_its_purpose() -> None:
    text = help_of()
    lines = text.splitlines()
    assert [line for line in lines if len(line) > int(NARROW)] == []
    for command in commands.ALL:
        name = command.name.split()[0]
        row = next(line for line in lines if line.startswith(f"  {name} "))
        assert row.endswith("."), "cut off: the first sentence must fit into its line"
    assert "Exit codes:" in text


@pytest.mark.parametrize("command", commands.ALL, ids=_by_name)
def test_a_short_h_is_help_too(command: Command) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert said([*command.name.split(), "-h"], folder=ROOT).status == 0
    assert out.getvalue() == help_of(*command.name.split())


@pytest.mark.parametrize("command", commands.ALL, ids=_by_name)
def test_the_examples_of_a_command_are_those_in_its_help(command: Command) -> None:
    shown = tuple(EXAMPLE.findall(help_of(*command.name.split())))
    assert shown == command.examples
    assert shown != ()
    assert all(one.startswith("dstate ") for one in shown)


@pytest.mark.parametrize("command", commands.ALL, ids=_by_name)
def test_every_example_works_as_it_stands(command: Command, repository: Path) -> None:
    if command.name == "emulator start":
        for example in command.examples:
            _serves(example, repository)
        return
    for example in command.examples:
        came = run(example, repository)
        wanted = {status for word, status in OTHERWISE.items() if word in example} | {0}
        assert came.status in wanted, f"{example}: {came.status}\n{came.out}\n{came.err}"
        assert came.status in command.exits or command.name not in example
        assert "Traceback" not in came.err


def _serves(example: str, folder: Path) -> None:
    """See that a command that serves goes on until it is interrupted, and then ends well."""
    arguments = [word for word in shlex.split(example)[1:] if word not in ("--port", "0")]
    command = [sys.executable, "-m", "descope_state", *arguments, "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def run(example: str, folder: Path) -> Said:
    return said(shlex.split(example)[1:], folder=folder)


def test_what_detailed_exitcode_shows_is_that_there_are_changes(repository: Path) -> None:
    assert run("dstate plan -detailed-exitcode", repository).status == 2


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_example_stack_can_be_planned_for_every_environment(
    environment: str, repository: Path
) -> None:
    came = run(f"dstate plan --env {environment}", repository)
    assert came.status == 0, came.err
    assert "to add" in came.out


@pytest.mark.parametrize("stack", ["acme", "quickstart"])
def test_the_example_stacks_are_valid_and_laid_out(stack: str, repository: Path) -> None:
    for line in (f"dstate validate -C examples/{stack}", f"dstate fmt --check -C examples/{stack}"):
        came = run(line, repository)
        assert came.status == 0, came.err
