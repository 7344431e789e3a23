"""Splits a text of the stack into literals and holes, so that a hole is one expression and no more.

The brackets and quotes of the expression language decide where a hole ends, which a search for the
next `}` would get wrong: `${ {"a": "}"}["a"] }` is one hole. Limits are enforced here, before any
parser sees the text.
"""

import re
from typing import NamedTuple

LONGEST = 10_000
DEEPEST = 64
LARGEST_TEXT = 1_000_000
LARGEST_LIST = 50_000
TOO_LARGE = f"the text becomes longer than {LARGEST_TEXT:,} characters"

_SIMPLE = re.compile(r"[^\"'()\[\]{}/]*\}")
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""'
    r"|'''(?:\\.|[^\\])*?'''"
    r'|"(?:\\[^\n]|[^"\\\n])*"'
    r"|'(?:\\[^\n]|[^'\\\n])*'"
    r"|//[^\n]*"
    r"|[()\[\]{}\"']",
    re.DOTALL,
)
_CLOSES = {"(": ")", "[": "]", "{": "}"}


class ExpressionError(ValueError):
    """An expression that cannot be read or answered; `column` counts from one inside the text."""

    def __init__(
        self, message: str, *, column: int = 1, hint: str = "", code: str = "E1401"
    ) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.hint = hint
        self.code = code


class Hole(NamedTuple):
    """The expression inside `${…}` and where in the text it begins, counted from zero."""

    text: str
    start: int


def escape(text: str) -> str:
    """Spell a text so that it means itself: the inverse of reading one without holes."""
    return text.replace("${", "$${")


def split(text: str) -> tuple[str | Hole, ...]:
    """Cut a text into what stands for itself and what is to be evaluated."""
    pieces: list[str | Hole] = []
    literal = ""
    position = 0
    while (found := text.find("${", position)) >= 0:
        if found > position and text[found - 1] == "$":
            literal += text[position : found - 1] + "${"
            position = found + 2
            continue
        literal += text[position:found]
        if literal:
            pieces.append(literal)
            literal = ""
        end = _end_of_hole(text, found + 2)
        pieces.append(_hole(text, found + 2, end=end))
        position = end + 1
    literal += text[position:]
    if literal:
        pieces.append(literal)
    return tuple(pieces)


def _hole(text: str, start: int, *, end: int) -> Hole:
    inside = text[start:end]
    if not inside.strip():
        message = "`${}` holds no expression"
        raise ExpressionError(message, column=start - 1, hint="write `$${` for a literal `${`")
    if len(inside) > LONGEST:
        message = f"an expression of {len(inside)} characters is too long"
        hint = f"at most {LONGEST} characters; move parts of it into `locals`"
        raise ExpressionError(message, column=start + 1, hint=hint, code="E1407")
    return Hole(inside, start)


def _end_of_hole(text: str, start: int) -> int:
    simple = _SIMPLE.match(text, start)
    if simple is not None:
        return simple.end() - 1
    awaited: list[str] = []
    for match in _TOKEN.finditer(text, start):
        token = match.group()
        if token == "}" and not awaited:  # noqa: S105  # a bracket
            return match.start()
        _balance(token, awaited, column=match.start() + 1)
    message = "the expression is not closed"
    if awaited:
        message += f": a `{awaited[-1]}` is missing"
    hint = "close it with `}`, or write `$${` for a literal `${`"
    raise ExpressionError(message, column=start - 1, hint=hint)


def _balance(token: str, awaited: list[str], *, column: int) -> None:
    if token in _CLOSES:
        awaited.append(_CLOSES[token])
        if len(awaited) > DEEPEST:
            message = f"brackets are nested more than {DEEPEST} deep"
            hint = "move parts of the expression into `locals`"
            raise ExpressionError(message, column=column, hint=hint, code="E1407")
    elif token in _CLOSES.values():
        if not awaited:
            message = f"`{token}` closes a bracket that is not open"
            raise ExpressionError(message, column=column)
        if awaited[-1] != token:
            message = f"a `{awaited[-1]}` is missing before this `{token}`"
            raise ExpressionError(message, column=column)
        awaited.pop()
    elif len(token) == 1:
        message = "a text inside the expression is not closed"
        raise ExpressionError(message, column=column, hint=f"close it with `{token}`")
