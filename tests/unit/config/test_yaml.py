"""What a YAML value means, where it stands, and how a complaint about it reads."""

import pytest
import yaml as pyyaml

from descope_state.config import yaml
from descope_state.errors import Invalid, Problem
from descope_state.model.value import Value


def read(text: str) -> Value:
    return yaml.parse(text.encode(), file="x.yaml").data


def problems(data: bytes) -> tuple[Problem, ...]:
    with pytest.raises(Invalid) as caught:
        yaml.parse(data, file="x.yaml")
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("2026-01-01", "2026-01-01"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("17", 17),
        ("-0", 0),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.20", 1.2),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("9007199254740992", 2**53),
        ('"010"', "010"),
        ("'.inf'", ".inf"),
    ],
)
def test_scalars_are_those_of_the_core_schema(text: str, value: Value) -> None:
    found = read(f"a: {text}\n")
    assert isinstance(found, dict)
    assert (type(found["a"]), found["a"]) == (type(value), value)


def test_nothing_in_a_file_is_nothing() -> None:
    assert read("") is None
    assert read("# only a comment\n") is None


def test_every_value_and_key_knows_its_place() -> None:
    document = yaml.parse(b"a:\n  b: [x, {c: 1}]\n  d:\n", file="f.yaml")
    assert str(document.origin()) == "f.yaml:1:1"
    assert str(document.origin(("a",))) == "f.yaml:2:3"
    assert str(document.key_origin(("a", "b"))) == "f.yaml:2:3"
    assert str(document.origin(("a", "b", 0))) == "f.yaml:2:7"
    assert str(document.origin(("a", "b", 1, "c"))) == "f.yaml:2:14"
    assert str(document.origin(("a", "d"))) == "f.yaml:3:3"


@pytest.mark.parametrize("path", [("x",), ("a", "x"), ("a", "b", 9), ("a", "b", "c"), (0,)])
def test_what_is_not_there_has_no_place(path: tuple[str | int, ...]) -> None:
    document = yaml.parse(b"a: {b: [1]}\n", file="f.yaml")
    assert document.origin(path) is None


def test_a_complaint_shows_the_line_with_a_caret_and_what_to_do() -> None:
    (problem,) = problems(b"a: 1\nb:\n  zip: 01234\n")
    assert str(problem.origin) == "x.yaml:3:8"
    assert problem.excerpt == "  zip: 01234\n       ^"
    assert problem.message == "`01234` would lose its leading zero"
    assert problem.hint == "quote it if it is text"


def test_a_complaint_about_a_long_line_shows_a_part_of_it() -> None:
    (problem,) = problems(b"a: [" + b"x, " * 5000 + b"010, " + b"x, " * 5000 + b"]\n")
    line, caret = problem.excerpt.split("\n")
    assert len(line) <= 120
    assert line[len(caret) - 1 :].startswith("010")


def test_an_expression_between_braces_is_met_with_what_to_do() -> None:
    (problem,) = problems(b"a: {b: ${vars.x}}\n")
    assert problem.message.startswith("this is not YAML: ")
    assert problem.hint == "put a text with `${…}` into quotes inside `{}` and `[]`"


def test_duplicate_keys_name_both_lines_and_all_of_them_are_found() -> None:
    found = problems(b"a: 1\nb: {c: 1, c: 2}\na: 2\n")
    assert [(one.origin.line, one.message) for one in found if one.origin] == [
        (2, "the key `c` is already in line 2"),
        (3, "the key `a` is already in line 1"),
    ]


def test_keys_that_only_look_the_same_are_twins() -> None:
    (problem,) = problems("é: 1\ne\u0301: 2\n".encode())
    assert problem.code == "E1106"
    assert "already in line 1, spelled with other Unicode characters" in problem.message


def test_a_file_that_is_too_large_is_not_parsed() -> None:
    (problem,) = problems(b"a: " + b"x" * 10_000_000)
    assert problem.code == "E1102"


def test_a_file_of_too_many_values_is_refused() -> None:
    (problem,) = problems(b"[" + b"1," * 1_000_001 + b"]")
    assert (problem.code, problem.message) == (
        "E1102",
        "the file holds more than 1,000,000 values",
    )


@pytest.mark.parametrize("data", [b"[" * 3000 + b"]" * 3000, b"[" * 1_000_000, b"{a: " * 9000])
def test_nesting_without_end_is_refused(data: bytes) -> None:
    (problem,) = problems(data)
    assert problem.message == "values are nested more than 64 deep"


def test_complaints_stop_after_a_hundred() -> None:
    assert len(problems(b"- 010\n" * 500)) == 100


def test_without_libyaml_the_answers_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "_PARSER", pyyaml.SafeLoader)
    document = yaml.parse(b"a: [1, {b: 'x'}]\nc: &y |\n  t\nd: *y\n", file="x.yaml")
    assert document.data == {"a": [1, {"b": "x"}], "c": "t\n", "d": "t\n"}
    assert str(document.origin(("a", 1, "b"))) == "x.yaml:1:12"
    assert [one.code for one in problems(b"a: 1\na: !t 010\nb: [\n")] == [
        "E1106",
        "E1111",
        "E1116",
        "E1101",
    ]
