"""How one value reads."""

import pytest

from descope_state.model.value import Fingerprint, Secret, Unknown, Value
from descope_state.report.values import block, brief, concealed, inline, path_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        (1.5, "1.5"),
        ('say "hi"', '"say \\"hi\\""'),
        ([], "[]"),
        ({}, "{}"),
        ([1, [2], {}], "[1, [2], {}]"),
        ({"a": 1, "two words": [None]}, '{a: 1, "two words": [null]}'),
        (Unknown("tenant.a.id"), "(known after apply)"),
        ([Secret("env:X", "f00")], "[secret('env:X')]"),
        (Fingerprint("f00"), "(sensitive)"),
        ("東京", '"東京"'),
    ],
)
def test_values_on_one_line(value: Value, text: str) -> None:
    assert inline(value, 80) == text


@pytest.mark.parametrize("value", ["x" * 20, ["x"] * 10, {"k": "x" * 20}, "東" * 10])
def test_a_value_that_does_not_fit_is_not_squeezed_in(value: Value) -> None:
    assert inline(value, 20) is None


def test_a_value_fits_to_the_column() -> None:
    assert inline([1, 2], 6) == "[1, 2]"
    assert inline([1, 2], 5) is None


def test_a_cut_text_says_how_long_it_is() -> None:
    assert brief("x" * 1234, 40) == f'"{"x" * 17}…" (1,234 characters)'


def test_a_cut_text_of_control_characters_still_fits() -> None:
    assert len(brief("\x9b" * 500, 60)) <= 60


def test_a_cut_container_says_how_much_it_holds() -> None:
    assert brief({str(number): number for number in range(40)}, 40) == "{…} (40 keys)"


def test_a_sensitive_value_shows_its_source_or_its_absence() -> None:
    hidden: list[Value] = ["canary", ["canary"], None, Secret("env:X")]
    assert [concealed(value) for value in hidden] == [
        "(sensitive)",
        "(sensitive)",
        "null",
        "secret('env:X')",
    ]


def test_paths() -> None:
    assert path_text(("screens", "log in", 0, "title")) == 'screens."log in"[0].title'
    assert path_text(()) == ""


def test_a_block_is_indented_and_cut() -> None:
    value: Value = {"first": ["a" * 30, "b" * 30], "second": {"third": 1}}
    assert list(block(value, room=40, most=3)) == [
        "{",
        "  first: [",
        f'    "{"a" * 30}"',
        "… (cut: 2 keys in all)",
    ]
    assert list(block(value, room=40, most=99))[-2:] == ["  second: {third: 1}", "}"]


def test_a_very_deep_value_is_cut_and_not_an_error() -> None:
    value: Value = "x"
    for _ in range(5_000):
        value = [value]
    assert "1 element" in "\n".join(block(value, room=80, most=100_000))
