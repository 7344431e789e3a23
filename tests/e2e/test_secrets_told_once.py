"""The secret of an access key is told once: it goes where the user says, and nowhere else."""

import io
import stat
from pathlib import Path

import pytest

from descope_state.app.confiding import Confided
from descope_state.cli.attendant import Attendant
from descope_state.cli.main import real_surroundings
from descope_state.cli.terminal import Terminal
from descope_state.model.address import Address
from tests.support.spoken import Said, said

SETTINGS = "dstate: 1\nname: keys\nenvironments:\n  local: {endpoint: emulator}\n"
KEYS = "resources:\n  access_key:\n    ci: {name: CI}\n    'bot': {name: Bot, status: inactive}\n"


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    (tmp_path / "dstate.yaml").write_text(SETTINGS)
    (tmp_path / "keys.yaml").write_text(KEYS)
    return tmp_path


def applied(stack: Path, *options: str) -> Said:
    return said(["apply", "-auto-approve", *options], folder=stack)


def test_nothing_is_made_where_nobody_would_see_it(stack: Path) -> None:
    came = applied(stack)
    assert came.status == 5
    assert "-secrets-into DIR" in came.err
    assert not (stack / "state" / "local" / "emulator.json").exists()


def test_into_a_folder_for_the_owner_alone_and_nowhere_else(stack: Path) -> None:
    came = applied(stack, "-secrets-into", "keys", "-log", "run.log")
    assert came.status == 0, came.err
    files = sorted((stack / "keys").iterdir())
    assert [file.name for file in files] == ["access_key.bot.cleartext", "access_key.ci.cleartext"]
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        secret = file.read_text()
        assert len(secret) > 60
        assert secret not in came.out + came.err
        elsewhere = [one for one in stack.rglob("*") if one.is_file() and one != file]
        assert [one for one in elsewhere if secret.encode() in one.read_bytes()] == []
    assert said(["plan", "-detailed-exitcode"], folder=stack).status == 0


def test_one_that_cannot_be_kept_is_not_left_behind(stack: Path) -> None:
    (stack / "keys").mkdir(mode=0o700)
    (stack / "keys" / "access_key.ci.cleartext").mkdir()
    came = applied(stack, "-secrets-into", "keys", "-target", "access_key.ci")
    assert came.status == 1, came.err
    assert "access_key.ci" in came.out
    assert "cannot be written: Is a directory" in " ".join(came.out.split())
    assert "again in" not in came.err, "another key could not be kept either"
    listed = said(["emulator", "call", "POST", "/v1/mgmt/accesskey/search", "{}"], folder=stack).out
    assert '"keys": []' in listed


def test_a_replaced_key_has_another_secret(stack: Path) -> None:
    applied(stack, "-secrets-into", "keys")
    file = stack / "keys" / "access_key.ci.cleartext"
    before = file.read_text()
    came = applied(stack, "-secrets-into", "keys", "-replace", "access_key.ci")
    assert came.status == 0, came.err
    assert file.read_text() != before


def test_on_the_screen_it_is_shown_once_and_says_so() -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Screen()
    terminal = Terminal(
        surroundings=real_surroundings(),
        out=screen,
        err=io.StringIO(),
        width=80,
        colour=False,
        ask=lambda _question: "",
    )
    attendant = Attendant(terminal=terminal)
    assert attendant.sees()
    assert not Attendant(terminal=terminal, json=True).sees()
    address = Address(kind="access_key", name="ci")
    attendant.confided([Confided(address=address, name="cleartext", secret="K-told")])
    assert screen.getvalue().count("K-told") == 1
    assert "kept nowhere" in screen.getvalue()
