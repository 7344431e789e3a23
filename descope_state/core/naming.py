"""Names for objects that have none in a stack: made of their ids or natural keys, always alike."""

import re
from collections.abc import Container
from unicodedata import combining, normalize

from descope_state.model.address import RESERVED_NAMES

_LONGEST = 60
_OTHERS = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Spell a text as a name of the stack; nothing, where none of its signs can stand in one."""
    bare = "".join(sign for sign in normalize("NFKD", text) if not combining(sign))
    name = _OTHERS.sub("_", bare.lower()).strip("_")[:_LONGEST].rstrip("_")
    if name[:1].isdigit():
        return f"_{name}"
    return f"{name}_" if name in RESERVED_NAMES else name


def unused(wanted: str, taken: Container[str]) -> str:
    """Give a name, or the first of its numbered forms that nobody has."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


def free_name(text: str, taken: Container[str]) -> str:
    """Make a name of any text, and number it where it is taken."""
    return unused(slug(text) or "_", taken)


def plural(kind: str) -> str:
    """Name many of a kind, as files and folders are called."""
    return kind if kind.endswith("s") else f"{kind}s"
