"""What the shell is told when somebody presses Tab."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from descope_state.cli.completing import ASKING, answer, asked
from descope_state.cli.main import application, real_surroundings
from descope_state.cli.terminal import Terminal
from tests.support.spoken import said

SETTINGS = """dstate: 1
name: acme
default_environment: dev
environments: {dev: {endpoint: emulator}, devtest: {endpoint: emulator}, prod: {protected: true}}
"""
STACK = "resources:\n  role:\n    analyst: {name: Analyst}\n    editor: {name: Editor}\n"


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    (tmp_path / "dstate.yaml").write_text(SETTINGS)
    (tmp_path / "stack.yaml").write_text(STACK)
    return tmp_path


class Shell:
    """A bash that asks."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self._folder = folder

    def tab(self, words: str) -> list[str]:
        """Press Tab behind some words."""
        environ = {
            ASKING: "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
        }
        for name, value in environ.items():
            self._monkeypatch.setenv(name, value)
        assert asked(environ)
        surroundings = replace(real_surroundings(), environ={}, folder=self._folder)
        terminal = Terminal(
            surroundings=surroundings, out=io.StringIO(), err=io.StringIO(), width=80, colour=False
        )
        assert answer(application(), terminal) == 0
        told = self._capsys.readouterr()
        assert told.err == ""
        return told.out.split()


@pytest.fixture
def shell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stack: Path
) -> Shell:
    return Shell(monkeypatch, capsys, stack)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("dstate dri", ["drift"]),
        ("dstate state ver", ["verify"]),
        ("dstate plan --env ", ["dev", "devtest", "prod"]),
        ("dstate plan --env p", ["prod"]),
        ("dstate plan --target role.e", ["role.editor"]),
        ("dstate why role.", ["role.analyst", "role.editor"]),
        ("dstate why nothing.", []),
        ("dstate plan --refresh-o", ["--refresh-only"]),
    ],
)
def test_the_shell_is_told_what_may_stand_there(shell: Shell, words: str, told: list[str]) -> None:
    assert shell.tab(words) == told


def test_what_only_the_state_holds_is_told_as_well(shell: Shell, stack: Path) -> None:
    said(["apply", "-auto-approve"], folder=stack)
    (stack / "stack.yaml").write_text("resources: {}\n")
    assert shell.tab("dstate state show ") == ["role.analyst", "role.editor"]


def test_what_a_shell_would_run_or_hide_is_told_nobody(shell: Shell, stack: Path) -> None:
    keys = '["plain-1", "$(reboot)", "`reboot`", "a b", "x;y", "\\u202eback", "\\u009b31m", "*"]'
    block = f"    many: {{for_each: {keys}, name: '${{each.key}}'}}\n"
    (stack / "stack.yaml").write_text("resources:\n  role:\n" + block)
    said(["apply", "-auto-approve"], folder=stack)
    assert shell.tab("dstate state show ") == ["role.many", 'role.many["plain-1"]']


def test_outside_a_stack_and_in_a_broken_one_nothing_is_told(shell: Shell, stack: Path) -> None:
    (stack / "stack.yaml").write_text("resources: [\n")
    assert shell.tab("dstate why role") == []
    (stack / "dstate.yaml").unlink()
    assert shell.tab("dstate plan --env ") == []


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_there_is_a_script_for_each_shell(shell_name: str, tmp_path: Path) -> None:
    came = said(["completion", shell_name], folder=tmp_path)
    assert came.status == 0
    assert ASKING in came.out
    assert "Keep it as" in came.err


def test_another_shell_is_answered_with_those_there_are(tmp_path: Path) -> None:
    came = said(["completion", "tcsh"], folder=tmp_path)
    assert came.status == 64
    assert "'bash', 'zsh', 'fish'" in came.err
