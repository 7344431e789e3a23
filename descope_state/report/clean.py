r"""The one way for outside text to reach a terminal: what could act or hide is spelled out.

Names and values come from people who may not mean well. An escape sequence can write to the
clipboard, a bidirectional control can turn a sentence round, a zero-width character can make two
names look the same. Every such character becomes visible text such as `\x1b` or `\u202e`.
"""

import re

from descope_state.model.unseen import UNSAFE, UNSAFE_IN_LINES

LONGEST = 10_000

_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def clean(text: str, *, multiline: bool = False) -> str:
    """Make every character visible that could act on a terminal or hide from a reader.

    Newlines and tabs stay only where `multiline` says that the place can hold them.
    """
    return visible(shortened(text, LONGEST), multiline=multiline)


def visible(text: str, *, multiline: bool = False) -> str:
    """Do the same with a text that must not be cut, however long it is."""
    if text.isascii() and text.isprintable():
        return text
    return (UNSAFE_IN_LINES if multiline else UNSAFE).sub(_visible, text)


def shortened(text: str, longest: int) -> str:
    """Cut a text and say how much of it is missing."""
    missing = len(text) - longest
    return text if missing <= 0 else f"{text[:longest]}… ({missing:,} more characters)"


def _visible(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code <= 0xFF:  # noqa: PLR2004  # the last code that two digits can spell
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004  # likewise
