"""What a command leaves behind: its exit status, its words, and never a traceback or a value."""

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from descope_state.app.surroundings import Surroundings
from descope_state.cli import main
from descope_state.cli.main import from_terminal, run
from descope_state.cli.terminal import Terminal
from descope_state.errors import (
    BadCredentials,
    DamagedState,
    DstateError,
    Invalid,
    Locked,
    Problem,
    Refused,
    StalePlan,
    Unreachable,
    UnsafeFile,
    UsageError,
)
from descope_state.sdk.provider import Provider
from tests.support.provider import FakeProvider, FakeWorld

CANARY = "canary-51c2"
DSTATE = [sys.executable, "-m", "descope_state"]
SETTINGS = "dstate: 1\nname: demo\nenvironments: {dev: {endpoint: memory}}\n"
RESOURCES = "resources:\n  label:\n    one: {name: One}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one command line said."""

    status: int
    out: str
    err: str


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """Make a stack of one resource, in an environment of the fake provider."""
    (tmp_path / "dstate.yaml").write_text(SETTINGS)
    (tmp_path / "labels.yaml").write_text(RESOURCES)
    return tmp_path


def surroundings(
    folder: Path, *, failing: BaseException | None = None, environ: Mapping[str, str] | None = None
) -> Surroundings:
    """Give a world of the fake provider; or one in which looking for providers fails."""

    def providers() -> dict[str, Provider]:
        if failing is not None:
            raise failing
        return {"fake": FakeProvider(FakeWorld())}

    return Surroundings(
        environ=environ or {},
        folder=folder,
        now=lambda: "2026-01-01T00:00:00Z",
        providers=providers,
        version="1",
        lineage=lambda: "L",
        key=lambda: bytes(32),
    )


def said(
    arguments: str, folder: Path, *, failing: BaseException | None = None, width: int = 100
) -> Said:
    """Run one command line in process."""
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(
        surroundings=surroundings(folder, failing=failing),
        out=out,
        err=err,
        width=width,
        colour=True,
    )
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(arguments.split(), terminal)
    return Said(status=int(status), out=out.getvalue(), err=err.getvalue())


def real(
    arguments: list[str], folder: Path, environ: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run the command as its user does."""
    return subprocess.run(
        [*DSTATE, *arguments],
        cwd=folder,
        env={**os.environ, **(environ or {})},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


# -- exit statuses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DstateError("said", hint="do"), 1),
        (Invalid([Problem(code="E1", message="said", hint="do")]), 1),
        (DamagedState("said", hint="do"), 1),
        (UnsafeFile("said", hint="do"), 1),
        (StalePlan("said", hint="do"), 3),
        (Refused("said", hint="do"), 5),
        (Locked("said", hint="do"), 6),
        (BadCredentials("said", hint="do"), 7),
        (Unreachable("said", hint="do"), 8),
        (UsageError("said", hint="do"), 64),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, DstateError) else str(one),
)
def test_every_error_has_its_exit_status_and_is_told_on_stderr(
    stack: Path, error: DstateError, status: int
) -> None:
    made = said("plan", stack, failing=error)
    assert (made.status, made.out) == (status, "")
    assert "said" in made.err
    assert "do" in made.err.split("said")[1]
    assert error.problems[0].code in made.err


def test_a_plan_with_changes_exits_2_only_where_that_is_asked_for(stack: Path) -> None:
    assert said("plan", stack).status == 0
    assert said("plan -detailed-exitcode", stack).status == 2
    (stack / "labels.yaml").unlink()
    assert said("plan -detailed-exitcode", stack).status == 0


@pytest.mark.parametrize(
    ("typed", "about"),
    [
        ("plam", "plam"),
        ("plan --dry-run", "--dry-run"),
        ("plan -dry_run", "--dry_run"),
        ("plan --out", "--out"),
        ("plan -parallelism=0", "--parallelism"),
        ("plan -parallelism=many", "--parallelism"),
        ("plan -C", "-C"),
        ("plan extra", "extra"),
        ("plan -var seats", "NAME=VALUE"),
        ("plan -env nowhere", "nowhere"),
        ("plan -target role", "role"),
        ("plan -target label.two", "label.two"),
        ("plan -destroy -refresh-only", "--refresh-only"),
        ("plan -refresh-only -refresh=false", "--refresh=false"),
        ("plan -override speed=3", "speed"),
        ("plan -override max_deletes=many", "many"),
        ("plan -C nowhere", "nowhere"),
        ("show", "PLAN"),
        ("graph --format=svg", "svg"),
        ("fmt --check --diff", "--check"),
        ("impact label.two", "label.two"),
        ("why label.two", "label.two"),
        ("explain tennant", "tennant"),
        ("explain label.nam", "nam"),
    ],
)
def test_wrong_usage_exits_64_names_what_is_wrong_and_asks_nobody(
    stack: Path, typed: str, about: str
) -> None:
    made = said(typed, stack)
    assert (made.status, made.out) == (64, "")
    assert about in made.err
    assert made.err.startswith("Error E6400")


def test_without_a_command_the_help_is_shown(stack: Path) -> None:
    made = said("", stack)
    assert made.status == 64
    assert "Usage: dstate" in made.out


@pytest.mark.parametrize(
    "typed", ["--help", "plan --help", "plan -h", "show -help", "explain label", "version"]
)
def test_what_was_asked_for_is_on_stdout_and_exits_0(stack: Path, typed: str) -> None:
    made = said(typed, stack)
    assert (made.status, made.err) == (0, "")
    assert made.out


@pytest.mark.parametrize("option", ["--version", "-version"])
def test_the_version_is_told_by_its_option(tmp_path: Path, option: str) -> None:
    made = real([option], tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    assert re.fullmatch(r"dstate \d+\.\d+\S*\n", made.stdout)


# -- interruptions --------------------------------------------------------------------------------


def test_an_interruption_exits_130_and_says_what_that_means(stack: Path) -> None:
    made = said("plan", stack, failing=KeyboardInterrupt())
    assert (made.status, made.out) == (130, "")
    assert "interrupted; nothing was changed" in made.err


INTERRUPTED = """
import os, signal, sys
from descope_state.cli import main
from tests.support.provider import FakeProvider, FakeWorld

# Whoever started the tests in the background may have left the signal ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

def interrupted(_call):
    os.kill(os.getpid(), signal.SIGINT)
    return []

world = FakeWorld()
world.on["label", "list"] = interrupted
main._providers = lambda: {"fake": FakeProvider(world)}
sys.exit(main.from_terminal(["plan"]))
"""


def test_an_interruption_in_the_middle_of_reading_a_project_leaves_no_traceback(
    stack: Path,
) -> None:
    root = Path(__file__).parents[3]
    made = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        cwd=stack,
        env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'providers'}"},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert made.returncode == 130
    assert made.stdout == ""
    assert "interrupted; nothing was changed" in made.stderr
    assert "Traceback" not in made.stderr
    assert not (stack / "state").exists()


# -- mistakes of ours -----------------------------------------------------------------------------


@pytest.fixture
def mistaken(stack: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the next command fail in a way that nobody thought of, with a value at hand."""
    monkeypatch.setattr(
        main, "real_surroundings", lambda: surroundings(stack, failing=KeyError(CANARY))
    )
    return stack


def test_a_mistake_of_ours_is_owned_up_to_in_a_line_without_any_value(
    mistaken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert from_terminal(["plan"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert re.search(r"a mistake in dstate: KeyError at test_main\.py:\d+; nothing more", err)
    assert "--debug shows the traceback" in err
    assert CANARY not in err
    assert "Traceback" not in err
    assert len(err.splitlines()) <= 3, mistaken


@pytest.mark.usefixtures("capsys")
@pytest.mark.parametrize(
    ("arguments", "environ"),
    [(["plan"], {"DSTATE_DEBUG": "1"}), (["plan", "--debug"], {}), (["-debug", "plan"], {})],
)
def test_a_mistake_of_ours_is_shown_in_full_to_whoever_asks(
    stack: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], environ: dict[str, str]
) -> None:
    told = surroundings(stack, failing=KeyError("at hand"), environ=environ)
    monkeypatch.setattr(main, "real_surroundings", lambda: told)
    with pytest.raises(KeyError, match="at hand"):
        from_terminal(arguments)


# -- pipes and disks ------------------------------------------------------------------------------


@pytest.fixture
def large(stack: Path) -> Path:
    """Make a stack whose graph fills any pipe."""
    keys = ", ".join(f'"permission_number_{number}"' for number in range(3000))
    (stack / "dstate.yaml").write_text("dstate: 1\nname: large\nenvironments: {dev: {}}\n")
    (stack / "labels.yaml").write_text(
        f"resources:\n  permission:\n    one:\n      for_each: [{keys}]\n"
        '      name: "${each.key}"\n'
    )
    return stack


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_seen_enough_is_no_error_to_talk_about(
    large: Path, unbuffered: str
) -> None:
    with subprocess.Popen(
        [*DSTATE, "graph"],
        cwd=large,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"digraph dstate {\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


@pytest.mark.parametrize("typed", ["version", "validate -C nowhere", "--help"])
def test_nobody_reading_at_all_does_no_harm(stack: Path, typed: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with subprocess.Popen(
        [*DSTATE, *typed.split()], cwd=stack, stdout=writing, stderr=writing
    ) as process:
        os.close(writing)
        assert process.wait(60) == 1


@pytest.mark.parametrize("typed", [["version"], ["graph"]])
def test_a_full_disk_under_the_output_is_told(large: Path, typed: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        made = subprocess.run(
            [*DSTATE, *typed], cwd=large, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert made.returncode == 1
    assert b"the output cannot be written: No space left on device" in made.stderr
    assert b"Traceback" not in made.stderr


# -- narrow terminals ------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [1, 20, 40])
@pytest.mark.parametrize(
    "typed", ["plan", "explain", "explain credential", "validate", "why label.one", "plan -x"]
)
def test_a_narrow_terminal_gets_the_same_words(stack: Path, typed: str, columns: int) -> None:
    wide, narrow = said(typed, stack, width=200), said(typed, stack, width=columns)
    assert narrow.status == wide.status
    assert _words(narrow.out + narrow.err) == _words(wide.out + wide.err)


def _words(text: str) -> str:
    return re.sub(r"[\s─-╿-]+", "", text)
