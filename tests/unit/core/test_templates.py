"""Texts are cut into literals and holes where the expression language ends, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descope_state.core.templates import (
    DEEPEST,
    LONGEST,
    ExpressionError,
    Hole,
    escape,
    split,
)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", ()),
        ("plain", ("plain",)),
        ("$5 and {braces}", ("$5 and {braces}",)),
        ("${vars.a}", (Hole("vars.a", 2),)),
        ("a${ b }c", ("a", Hole(" b ", 3), "c")),
        ("${a}${b}", (Hole("a", 2), Hole("b", 6))),
        ("$${a}", ("${a}",)),
        ("$$${a}", ("$${a}",)),
        ("x$${a}-${b}", ("x${a}-", Hole("b", 9))),
        ('${ {"a": 1}["a"] }', (Hole(' {"a": 1}["a"] ', 2),)),
        ('${"}"}', (Hole('"}"', 2),)),
        ("${'}' + \"'}\"}!", (Hole("'}' + \"'}\"", 2), "!")),
        (r'${"\"}"}', (Hole(r'"\"}"', 2),)),
        ('${"""a"}b"""}', (Hole('"""a"}b"""', 2),)),
        ("${a // }\n}", (Hole("a // }\n", 2),)),
    ],
)
def test_split(text: str, pieces: tuple[str | Hole, ...]) -> None:
    assert split(text) == pieces


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("ab${", 3, "is not closed"),
        ("${a", 1, "is not closed"),
        ("${(a", 1, "a `)` is missing"),
        ('${"a}', 3, "a text inside"),
        ("${a)}", 4, "`)` closes"),
        ("${[1)}", 5, "a `]` is missing"),
        ("x${ }", 2, "holds no expression"),
        ("${" + "(" * (DEEPEST + 1) + ")" * (DEEPEST + 1) + "}", DEEPEST + 3, "nested"),
        ("${" + "a" * (LONGEST + 1) + "}", 3, "too long"),
    ],
)
def test_what_cannot_be_split_says_where(text: str, column: int, words: str) -> None:
    with pytest.raises(
        ExpressionError, match=words.replace("(", r"\(").replace(")", r"\)")
    ) as seen:
        split(text)
    assert seen.value.column == column
    assert seen.value.code in {"E1401", "E1407"}


@given(st.text())
def test_an_escaped_text_means_itself(text: str) -> None:
    assert "".join(str(piece) for piece in split(escape(text))) == text
    assert not any(isinstance(piece, Hole) for piece in split(escape(text)))


@given(st.text().filter(lambda text: "${" not in text))
def test_a_text_without_holes_is_unchanged(text: str) -> None:
    assert split(text) == ((text,) if text else ())


def test_backslashes_in_an_open_text_are_read_in_linear_time() -> None:
    with pytest.raises(ExpressionError):
        split('${"""' + "\\\\" * 4_000)
