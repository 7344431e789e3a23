"""What expressions may read: files of the stack, environment variables, strict YAML and JSON."""

import hashlib
from pathlib import Path

import pytest

from descope_state.config.sources import StackSources, read_json


def test_a_file_is_read_once_and_its_digest_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    sources = StackSources(tmp_path, environ={})
    assert sources.file("a.txt") == "text"
    (tmp_path / "a.txt").unlink()
    assert sources.file("a.txt") == "text"
    assert sources.digests == {"a.txt": hashlib.sha256(b"text").hexdigest()}


def test_files_outside_and_files_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"\xff")
    sources = StackSources(tmp_path, environ={})
    with pytest.raises(ValueError, match="outside the stack"):
        sources.file("../x")
    with pytest.raises(ValueError, match="`b` is not UTF-8 text"):
        sources.file("b")
    assert sources.digests == {}


@pytest.mark.parametrize(
    ("name", "told"), [("MISSING", "not set"), ("EMPTY", "is empty"), ("LINES", "line break")]
)
def test_a_bad_environment_variable_is_named_but_not_shown(
    tmp_path: Path, name: str, told: str
) -> None:
    sources = StackSources(tmp_path, environ={"EMPTY": "", "LINES": "hidden\nmore", "GOOD": "x y"})
    assert sources.environment_variable("GOOD") == "x y"
    with pytest.raises(ValueError, match=f"`{name}`.*{told}") as caught:
        sources.environment_variable(name)
    assert "hidden" not in str(caught.value)


def test_yaml_text_follows_the_rules_of_the_stack(tmp_path: Path) -> None:
    sources = StackSources(tmp_path, environ={})
    assert sources.parse_yaml("a: NO\n") == {"a": "NO"}
    with pytest.raises(ValueError, match=r"in line 2 of the YAML text: the key `a` is already"):
        sources.parse_yaml("a: 1\na: 2\n")
    with pytest.raises(ValueError, match="half of a character"):
        sources.parse_yaml("a: \ud800")


def test_json_is_read(tmp_path: Path) -> None:
    text = '{"a": [1, 2.5, true, null, "\\u00e9\\ud83d\\ude00"]}'
    assert StackSources(tmp_path, environ={}).parse_json(text) == {"a": [1, 2.5, True, None, "é😀"]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1, "b": {"a": 2, "a": 3}}', "the key `a` twice"),
        ("[NaN]", "`NaN` is not JSON"),
        ("[-Infinity]", "`-Infinity` is not JSON"),
        ("[1e400]", "too large"),
        ("[9007199254740993]", "beyond"),
        ("[" + "9" * 5000 + "]", "beyond"),
        ("[" * 201 + "]" * 201, "nested more than 200"),
        ("[" * 200_000, "nested more than 200"),
        ('{"a":' * 100_000, "nested more than 200"),
        ('["\\ud800"]', "half of a character"),
        ('{"\\ud800": 1}', "half of a character"),
        ("[1,]", "in line 1, column 4"),
        ("\ufeff[]", "line 1, column 1"),
        ("", "line 1, column 1"),
        ("[" + " " * 10_000_001 + "]", "longer than"),
    ],
)
def test_broken_or_hostile_json_is_refused_in_words(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"^(?!Exceeds)") as caught:
        read_json(text)
    assert told in str(caught.value)


def test_json_as_deep_as_allowed_is_read() -> None:
    assert read_json("[" * 200 + "]" * 200) is not None


def test_a_file_that_is_not_there_is_told_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "signup.json").write_text("{}")
    sources = StackSources(tmp_path, environ={})
    with pytest.raises(ValueError, match=r"no file `flows/sign-up\.json`") as caught:
        sources.file("flows/sign-up.json")
    assert str(caught.value).endswith("did you mean `flows/signup.json`?")
    with pytest.raises(ValueError, match=r"no file `elsewhere/sign-up\.json`") as caught:
        sources.file("elsewhere/sign-up.json")
    assert str(caught.value).endswith("begins at the folder of `dstate.yaml`")
