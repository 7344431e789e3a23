r"""The one way for outside text to reach a terminal: what could act or hide is spelled out.

Names and values come from people who may not mean well. An escape sequence can write to the
clipboard, a bidirectional control can turn a sentence round, a zero-width character can make two
names look the same. Every such character becomes visible text such as `\x1b` or `\u202e`.
"""

import re

LONGEST = 10_000

_CONTROLS = r"\x00-\x1f\x7f-\x9f"
_FORMATS = (
    r"\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180b-\u180f\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BLANKS = r"\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_SURROGATES = r"\ud800-\udfff"

_UNSAFE = re.compile(f"[{_CONTROLS}{_FORMATS}{_BLANKS}{_SURROGATES}]")
_UNSAFE_IN_LINES = re.compile(rf"(?![\n\t])[{_CONTROLS}{_FORMATS}{_BLANKS}{_SURROGATES}]")
_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def clean(text: str, *, multiline: bool = False) -> str:
    """Make every character visible that could act on a terminal or hide from a reader.

    Newlines and tabs stay only where `multiline` says that the place can hold them.
    """
    if len(text) > LONGEST:
        text = shortened(text, LONGEST)
    if text.isascii() and text.isprintable():
        return text
    return (_UNSAFE_IN_LINES if multiline else _UNSAFE).sub(_visible, text)


def escaped(text: str) -> str:
    """Escape in a JSON document, as JSON does, what could act on a terminal or hide from a reader.

    What it says stays the same to the letter, and what can be read stays as it is.
    """
    return text if text.isascii() and "\x7f" not in text else _UNSAFE_IN_LINES.sub(_spelled, text)


def shortened(text: str, longest: int) -> str:
    """Cut a text and say how much of it is missing."""
    missing = len(text) - longest
    return text if missing <= 0 else f"{text[:longest]}… ({missing:,} more characters)"


def _spelled(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _visible(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code <= 0xFF:  # noqa: PLR2004  # the last code that two digits can spell
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004  # likewise
