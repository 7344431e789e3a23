"""What a report is made of: lines of spans, so that colour is an afterthought.

Text is composed once and printed with or without colour. The escape codes are a small table
here: plain output of a plan must not wait for a terminal library to be imported.
"""

import unicodedata
from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

from descope_state.report.clean import clean

Style: TypeAlias = Literal[
    "",
    "added",
    "removed",
    "changed",
    "replaced",
    "read",
    "blocked",
    "dim",
    "bold",
    "warning",
    "error",
]


class Span(NamedTuple):
    """A run of text in one style; made directly only from text that is our own or clean."""

    text: str
    style: Style = ""


Line: TypeAlias = tuple[Span, ...]

BLANK: Line = ()

_CODES: dict[Style, str] = {
    "added": "32",
    "removed": "31",
    "changed": "33",
    "replaced": "35",
    "read": "36",
    "blocked": "1;33",
    "dim": "2",
    "bold": "1",
    "warning": "1;33",
    "error": "1;31",
}


def data(text: str, style: Style = "") -> Span:
    """Make a span from text that came from outside."""
    return Span(clean(text), style)


def line(text: str, style: Style = "") -> Line:
    """Make a whole line of our own words."""
    return (Span(text, style),)


def plain(lines: Iterable[Line]) -> str:
    """Print lines without colour."""
    return "".join(["".join([*[text for text, _ in spans], "\n"]) for spans in lines])


def painted(lines: Iterable[Line]) -> str:
    """Print lines in colour; whether that is wanted is the caller's decision."""
    return "".join(f"{''.join(map(_paint, spans))}\n" for spans in lines)


def columns(text: str) -> int:
    """Count the columns that a terminal needs for a text."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def folded(text: str, room: int) -> list[str]:
    """Break words into lines of at most `room` columns; a longer word stays whole."""
    return packed(text.split(), room)


def packed(parts: Iterable[str], room: int, *, gap: str = " ") -> list[str]:
    """Set parts side by side in as few lines as they fit; a longer part stays whole."""
    lines: list[str] = []
    for part in parts:
        if lines and columns(lines[-1]) + len(gap) + columns(part) <= room:
            lines[-1] += gap + part
        else:
            lines.append(part)
    return lines


def _paint(span: Span) -> str:
    code = _CODES.get(span.style)
    return f"\x1b[{code}m{span.text}\x1b[0m" if code and span.text else span.text


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
