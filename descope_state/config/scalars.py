"""What a plain scalar means: the core schema of YAML 1.2, so that `NO`, `on` and dates stay text.

Numbers that would not survive the way to the service are refused instead of being bent: integers
beyond 2**53, infinities, and integers with a leading zero, which lose it (postal codes, ids).
"""

import re
from collections.abc import Callable, Mapping

Scalar = None | bool | int | float | str

LARGEST_INTEGER = 2**53
_LONGEST_NUMBER = 400

WORDS: Mapping[str, Scalar] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}

_FIRST_OF_NUMBER = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_BASES: Mapping[str, tuple[re.Pattern[str], int]] = {
    "0x": (re.compile(r"0x[0-9a-fA-F]+"), 16),
    "0o": (re.compile(r"0o[0-7]+"), 8),
}


def plain(text: str) -> Scalar:
    """Give the value of a plain scalar; a ValueError says why a number cannot be taken."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in _FIRST_OF_NUMBER:
        return text
    if _NOT_FINITE.fullmatch(text):
        message = f"`{text}` is not a number that can be stored"
        raise ValueError(message)
    base = _BASES.get(text[:2])
    if base is not None and base[0].fullmatch(text):
        return _bounded(text, lambda digits: int(digits[2:], base[1]))
    if _INTEGER.fullmatch(text):
        return _decimal(text)
    return _fraction(text) if _FLOAT.fullmatch(text) else text


def _decimal(text: str) -> int:
    if _LEADING_ZERO.fullmatch(text):
        message = f"`{text}` would lose its leading zero"
        raise ValueError(message)
    return _bounded(text, int)


def _bounded(text: str, convert: Callable[[str], int]) -> int:
    number = convert(text) if len(text) <= _LONGEST_NUMBER else LARGEST_INTEGER + 1
    if abs(number) > LARGEST_INTEGER:
        shown = text if len(text) <= _LONGEST_NUMBER else f"{text[:20]}…"
        message = f"`{shown}` is beyond ±2^53, where integers are no longer exact"
        raise ValueError(message)
    return number


def _fraction(text: str) -> float:
    number = float(text)
    if abs(number) == float("inf"):
        message = f"`{text[:40]}` is too large for a number"
        raise ValueError(message)
    return number
