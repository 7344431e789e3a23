"""The characters that act on a terminal or hide from a reader, and how JSON spells them.

A file or an answer in JSON says the same to the letter with all of them escaped, and does no harm
to whoever looks at it with `cat`.
"""

import re

_CONTROLS = r"\x00-\x1f\x7f-\x9f"
_FORMATS = (
    r"\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180b-\u180f\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BLANKS = r"\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_SURROGATES = r"\ud800-\udfff"

UNSAFE = re.compile(f"[{_CONTROLS}{_FORMATS}{_BLANKS}{_SURROGATES}]")
UNSAFE_IN_LINES = re.compile(rf"(?![\n\t])[{_CONTROLS}{_FORMATS}{_BLANKS}{_SURROGATES}]")


def escaped(text: str) -> str:
    """Escape in a JSON document, as JSON does, what could act on a terminal or hide from a reader.

    What it says stays the same to the letter, and what can be read stays as it is.
    """
    return text if _harmless(text) else UNSAFE_IN_LINES.sub(_spelled, text)


def _harmless(text: str) -> bool:
    return text.isascii() and text.replace("\n", "").replace("\t", "").isprintable()


def _spelled(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
