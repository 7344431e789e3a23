"""Where secrets come from, and that nothing but a keyed fingerprint of one is ever kept or said."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descope_state.config.secrets import SecretSources, fingerprint, fingerprints
from descope_state.errors import Invalid, Origin
from descope_state.model.value import Secret

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
CANARY = "canary-7f3a"


@pytest.fixture
def keychain(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """Put a keychain of our own in the place of the machine's."""
    held: dict[tuple[str, str], str] = {}

    class KeyringError(Exception):
        pass

    def get_password(service: str, name: str) -> str | None:
        if service == "locked":
            raise KeyringError(CANARY)
        return held.get((service, name))

    keyring, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    vars(keyring)["get_password"] = get_password
    vars(errors)["KeyringError"] = KeyringError
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return held


def sources(root: Path, environ: Mapping[str, str] | None = None) -> SecretSources:
    return SecretSources(environ=environ or {}, root=root)


def refusal(root: Path, source: str, environ: Mapping[str, str] | None = None) -> str:
    """Ask for a secret that cannot be had."""
    with pytest.raises(ValueError, match="`") as caught:
        sources(root, environ).read(source)
    assert CANARY not in str(caught.value)
    return str(caught.value)


# -- where they come from -------------------------------------------------------------------------


def test_a_secret_comes_from_a_variable_a_file_or_the_keychain(
    tmp_path: Path, keychain: dict[tuple[str, str], str]
) -> None:
    (tmp_path / "password").write_text("in a file\n")
    keychain["smtp", "ops"] = "in the keychain"
    keychain["dstate", "plain"] = "under our own name"
    found = sources(tmp_path, {"PASSWORD": "in a variable"})
    assert found.read("env:PASSWORD") == "in a variable"
    assert found.read("file:password") == "in a file"
    assert found.read("keychain:smtp/ops") == "in the keychain"
    assert found.read("keychain:plain") == "under our own name"


@pytest.mark.parametrize(
    ("written", "read"),
    [("a", "a"), ("a\n", "a"), ("a\n\n", "a\n"), (" a ", " a "), ("a\nb\n", "a\nb"), ("ä\n", "ä")],
)
def test_of_a_file_only_the_newline_that_editors_add_is_left_out(
    tmp_path: Path, written: str, read: str
) -> None:
    (tmp_path / "password").write_text(written, encoding="utf-8")
    assert sources(tmp_path).read("file:password") == read


# -- what is refused ------------------------------------------------------------------------------


def folder(path: Path) -> None:
    path.mkdir()


def link(path: Path) -> None:
    target = path.with_name("target")
    target.write_text(CANARY)
    path.symlink_to(target)


def large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate((1 << 20) + 1)


def binary(path: Path) -> None:
    path.write_bytes(CANARY.encode() + b"\xff\xfe")


def nothing(path: Path) -> None:
    del path


def lowest_free_descriptor() -> int:
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (nothing, "cannot be read: No such file or directory"),
    "link": (link, "cannot be read"),
    "folder": (folder, "is not a plain file of at most 1 MB"),
    "pipe": (os.mkfifo, "is not a plain file of at most 1 MB"),
    "large": (large, "is not a plain file of at most 1 MB"),
    "binary": (binary, "is not UTF-8 text"),
    "empty": (Path.touch, "is empty"),
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_that_holds_no_secret_is_refused_by_name_without_waiting(
    tmp_path: Path, name: str
) -> None:
    make, said = FILES[name]
    make(tmp_path / name)
    before = lowest_free_descriptor()
    message = refusal(tmp_path, f"file:{name}")
    assert message.startswith(f"the secret file `{name}` ")
    assert said in message
    assert lowest_free_descriptor() == before


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "password").write_bytes(b"x" * (1 << 20))
    assert len(sources(tmp_path).read("file:password")) == 1 << 20


@pytest.mark.parametrize("environ", [{}, {"PASSWORD": ""}])
def test_a_variable_that_is_missing_or_empty_is_named(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    said = refusal(tmp_path, "env:PASSWORD", environ)
    assert said == "the environment variable `PASSWORD` is not set"


def test_a_variable_of_bytes_that_are_no_text_is_named(tmp_path: Path) -> None:
    environ = {"PASSWORD": os.fsdecode(CANARY.encode() + b"\xff")}
    said = refusal(tmp_path, "env:PASSWORD", environ)
    assert said == "the environment variable `PASSWORD` is not UTF-8 text"


def test_a_keychain_that_holds_nothing_or_is_locked_is_told(
    tmp_path: Path, keychain: dict[tuple[str, str], str]
) -> None:
    keychain["dstate", "blank"] = ""
    for name in ("blank", "smtp/ops"):
        assert refusal(tmp_path, f"keychain:{name}") == f"the keychain holds nothing under `{name}`"
    with pytest.raises(ValueError, match="no keychain that can be read"):
        sources(tmp_path).read("keychain:locked/x")


def test_a_missing_keyring_package_is_told_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "pip install 'descope-state[keychain]'" in refusal(tmp_path, "keychain:smtp")


@pytest.mark.parametrize("source", ["vault:x", "PASSWORD", ""])
def test_another_source_is_refused(tmp_path: Path, source: str) -> None:
    assert refusal(tmp_path, source) == f"`{source}` is not a source of secrets"


# -- fingerprints ---------------------------------------------------------------------------------


PLACE = Origin(file="stack.yaml", line=7)


def test_every_secret_that_cannot_be_read_is_told_at_once_and_no_value(tmp_path: Path) -> None:
    wanted = [Secret("env:HERE"), Secret("env:FIRST"), Secret("file:gone"), Secret("env:SECOND")]
    found = sources(tmp_path, {"HERE": CANARY})
    with pytest.raises(Invalid) as caught:
        fingerprints(dict.fromkeys(wanted, PLACE), found, key=KEY)
    said = [problem.message for problem in caught.value.problems]
    assert said == [
        "secret `env:FIRST`: the environment variable `FIRST` is not set",
        "secret `file:gone`: the secret file `gone` cannot be read: No such file or directory",
        "secret `env:SECOND`: the environment variable `SECOND` is not set",
    ]
    assert all(problem.code == "E1260" for problem in caught.value.problems)
    assert all(problem.origin == PLACE for problem in caught.value.problems)
    assert all(problem.hint == "set it where dstate runs" for problem in caught.value.problems)
    assert CANARY not in repr(caught.value.problems)


def test_every_source_gets_the_fingerprint_of_its_value(tmp_path: Path) -> None:
    found = sources(tmp_path, {"ONE": CANARY, "TWO": CANARY, "THREE": "other"})
    wanted = [Secret("env:ONE"), Secret("env:TWO"), Secret("env:THREE")]
    made = fingerprints(dict.fromkeys(wanted), found, key=KEY)
    assert made["env:ONE"] == made["env:TWO"] == fingerprint(CANARY, key=KEY)
    assert made["env:THREE"] != made["env:ONE"]
    assert CANARY not in repr(made)


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_fingerprint_depends_on_the_value_and_on_the_key(one: str, other: str) -> None:
    made = fingerprint(one, key=KEY)
    assert made == fingerprint(one, key=KEY)
    assert len(made) == 64
    assert made != fingerprint(one, key=OTHER_KEY)
    assert (made == fingerprint(other, key=KEY)) == (one == other)


def test_the_sources_show_no_value_of_the_environment(tmp_path: Path) -> None:
    assert CANARY not in repr(sources(tmp_path, {"PASSWORD": CANARY}))
