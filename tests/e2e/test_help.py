"""The help of every command says what it is for, and each of its examples works as it stands."""

import contextlib
import io
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from descope_state.cli import catalogue, commands
from descope_state.cli.catalogue.command import Command
from descope_state.cli.commands import PLACES
from descope_state.errors import Exit
from tests.conftest import cloned
from tests.support.served import KEY, PROJECT, wired
from tests.support.spoken import Said, said

ROOT = Path(__file__).parents[2]
NARROW = "80"
EXAMPLE = re.compile(r"^\s*\$ (dstate .*)$", re.MULTILINE)
# The examples that end otherwise than well, because that is what they are to show.
APPLY = "dstate apply -auto-approve"
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


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a clone in which the first example of many commands was run: that takes a second."""
    clone = cloned(tmp_path_factory.mktemp("applied"))
    assert run(APPLY, clone).status == 0
    return clone


def _by_name(command: Command) -> str:
    return command.name


@pytest.mark.parametrize("command", commands.every(), ids=_by_name)
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


def rows_of(*group: str) -> dict[str, str]:
    """Give what the help of all, or of a group, says of each command, in its order."""
    text = help_of(*group)
    assert [line for line in text.splitlines() if len(line) > int(NARROW)] == []
    below = text.partition("\nCommands:\n")[2].partition("\n\n")[0]
    return dict(line.split(maxsplit=1) for line in below.splitlines())


def test_the_help_of_all_lists_every_command_with_the_everyday_ones_first() -> None:
    assert tuple(rows_of()) == tuple(PLACES)
    assert "Exit codes:" in help_of()


def test_every_command_of_the_catalogue_is_found_by_its_first_word() -> None:
    modules = {name for _, name, _ in iter_modules(catalogue.__path__)} - {"command"}
    assert {place for places in PLACES.values() for place in places} == modules
    written = [
        command.name
        for name in sorted(modules)
        for command in import_module(f"{catalogue.__name__}.{name}").COMMANDS
    ]
    assert sorted(command.name for command in commands.every()) == sorted(written)


def test_only_the_commands_that_begin_with_the_typed_word_are_read_in() -> None:
    code = (
        "import sys; from descope_state.cli.main import from_terminal;"
        "from_terminal(['-C', 'apply', 'plan', '--help']);"
        "print(*(name for name in sys.modules if '.cli.catalogue.' in name))"
    )
    came = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    read = came.stdout.splitlines()[-1].split()
    assert read == [f"{catalogue.__name__}.{name}" for name in ("command", "work")]


@pytest.mark.parametrize("group", [(), *((name,) for name in commands.GROUPS)], ids=" ".join)
def test_no_row_of_a_list_of_commands_is_cut_off(group: tuple[str, ...]) -> None:
    rows = rows_of(*group)
    assert rows != {}
    cut = [row for row in rows.values() if not row.endswith(".") or row.endswith("...")]
    assert cut == [], "the first sentence must fit into its line"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("taint role.analyst", "dstate plan -replace ADDRESS"),
        ("workspace list", "dstate env list"),
        ("plan -lock=false", "none is ever stuck"),
        ("show", "dstate state list"),
        ("plan --nonsense", "see `dstate plan --help`"),
        ("nonsense", "see `dstate --help`"),
        ("tenant taint", "see `dstate tenant --help`"),
    ],
)
def test_who_types_what_another_tool_knows_is_told_the_way(typed: str, told: str) -> None:
    came = said(typed.split(), folder=ROOT)
    assert came.status == Exit.USAGE
    assert told in came.err


def test_help_is_a_word_too() -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert said(["help", "state", "mv"], folder=ROOT).status == 0
    assert out.getvalue() == help_of("state", "mv")


@pytest.mark.parametrize("command", commands.every(), ids=_by_name)
def test_a_short_h_is_help_too(command: Command) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert said([*command.name.split(), "-h"], folder=ROOT).status == 0
    assert out.getvalue() == help_of(*command.name.split())


@pytest.mark.parametrize("command", commands.every(), ids=_by_name)
def test_the_examples_of_a_command_are_those_in_its_help(command: Command) -> None:
    shown = tuple(EXAMPLE.findall(help_of(*command.name.split())))
    assert shown == command.examples
    assert shown != ()
    assert all(one.startswith("dstate ") for one in shown)


@pytest.fixture
def credentials(tmp_path: Path, command: Command) -> Iterator[dict[str, str]]:
    """Give the variables with which an example finds a project; most look for none."""
    if not any("--from-env" in example for example in command.examples):
        yield {}
        return
    with wired(tmp_path) as service:
        names = ("DESCOPE_DEV_PROJECT_ID", "DESCOPE_DEV_MANAGEMENT_KEY")
        pair = dict(zip(names, (PROJECT, KEY), strict=True))
        yield {**pair, "DESCOPE_BASE_URL": service.url, "DSTATE_BUDGET_DIR": str(tmp_path)}


@pytest.mark.parametrize("command", commands.every(), ids=_by_name)
def test_every_example_works_as_it_stands(
    command: Command, repository: Path, applied: Path, credentials: dict[str, str]
) -> None:
    if command.name == "emulator start":
        for example in command.examples:
            _serves(example, repository)
        return
    examples = command.examples
    if examples[0] == APPLY and command.name != "apply":
        shutil.copytree(applied, repository, dirs_exist_ok=True)
        examples = examples[1:]
    for example in examples:
        came = run(example, repository, environ=credentials)
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


def run(example: str, folder: Path, *, environ: Mapping[str, str] | None = None) -> Said:
    return said(shlex.split(example)[1:], folder=folder, environ=environ)


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
