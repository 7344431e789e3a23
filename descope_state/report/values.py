"""How one value reads: on one line where there is room, else folded, cut with a count, or as lines.

Nothing secret is ever spelled: a secret shows its source, a fingerprint shows nothing. What is cut
is always counted, so that nobody takes a part for the whole.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from descope_state.model.value import Fingerprint, Path, Secret, Unknown, Value
from descope_state.report.clean import clean
from descope_state.report.spans import columns

UNKNOWN = "(known after apply)"
SENSITIVE = "(sensitive)"
NARROWEST = 24
LONGEST_LINE = 400

_quoted: Callable[[object], str] = json.JSONEncoder(ensure_ascii=False).encode
_BARE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def inline(value: Value, room: int) -> str | None:
    """Spell a value on one line, or answer None where there is no room for it."""
    if isinstance(value, str):
        if len(value) > room:
            return None
        text = clean(_quoted(value))
        return text if columns(text) <= room else None
    if isinstance(value, list | dict):
        return _inline_container(value, min(room, LONGEST_LINE))
    return scalar(value)


def brief(value: Value, room: int) -> str:
    """Spell a value on one line in any case, cut where it must be."""
    room = max(room, NARROWEST)
    text = inline(value, room)
    if text is not None:
        return text
    if isinstance(value, str):
        return cut(value, room=room)
    return f"{'{…}' if isinstance(value, dict) else '[…]'} ({size(value)})"


def concealed(value: Value) -> str:
    """Spell what may be said of a sensitive value: where it comes from, or that it is absent."""
    return scalar(value) if value is None or isinstance(value, Secret | Unknown) else SENSITIVE


def scalar(value: Value) -> str:
    """Spell a value that has no parts."""
    if isinstance(value, str):
        return clean(_quoted(value))
    if isinstance(value, Unknown | Secret | Fingerprint):
        return _placeholder(value)
    return _quoted(value)


def _placeholder(value: Unknown | Secret | Fingerprint) -> str:
    match value:
        case Unknown():
            return UNKNOWN
        case Secret(source, _):
            return f"secret('{clean(source)}')"
        case Fingerprint():
            return SENSITIVE


def size(value: Value) -> str:
    """Say how large a value is."""
    match value:
        case dict():
            return counted(len(value), "key")
        case list():
            return counted(len(value), "element")
        case str():
            return counted(len(value), "character")
        case _:
            return ""


def counted(number: int, noun: str) -> str:
    """Count things in English."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def entries_text(number: int) -> str:
    """Count the entries of a state."""
    return "one entry" if number == 1 else f"{number:,} entries"


def cut(text: str, *, room: int, start: int = 0) -> str:
    """Show what there is room for of a long text, from `start`, and count what is left out."""
    tail = f" ({len(text):,} characters)"
    most = max(room - len(tail) - 4, NARROWEST // 2)
    part = _part(text, start, most)
    if columns(part) > most + 4:
        part = _part(text, start, max(most * most // columns(part), 1))
    return f"{part}{tail}"


def _part(text: str, start: int, most: int) -> str:
    opening = "…" if start else ""
    closing = "…" if start + most < len(text) else ""
    return clean(_quoted(f"{opening}{text[start : start + most]}{closing}"))


def path_text(path: Path) -> str:
    """Spell where inside a value something is: `screens.login[0].title`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _BARE_KEY.fullmatch(part) else clean(_quoted(part))
            text += f".{name}" if text else name
    return text


def block(value: Value, *, room: int, most: int) -> Iterator[str]:
    """Spell a container over several lines, at most `most` of its own."""
    lines = _block(value, room, "")
    yield from islice(lines, most)
    if next(lines, None) is not None:
        yield f"… (cut: {size(value)} in all)"


def _inline_container(value: Value, room: int) -> str | None:
    parts: list[str] = []
    return "".join(parts) if _spell(value, parts, room) >= 0 else None


def _spell(value: Value, parts: list[str], room: int) -> int:
    """Add the spelling of a value to `parts`; stop where the room that is left drops below 0."""
    if room < 0:
        return room
    if isinstance(value, dict):
        lead = "{"
        for key, inner in _members(value):
            name = f"{lead}{key_text(key)}: "
            parts.append(name)
            room = _spell(inner, parts, room - len(name))
            lead = ", "
        parts.append("}" if value else "{}")
    elif isinstance(value, list):
        lead = "["
        for inner in value:
            parts.append(lead)
            room = _spell(inner, parts, room - len(lead))
            lead = ", "
        parts.append("]" if value else "[]")
    else:
        parts.append(scalar(value))
    return room - columns(parts[-1])


def _members(value: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """List members by name: a saved plan knows no other order, and is to read the same."""
    return sorted(value.items())


def key_text(key: str) -> str:
    """Spell the key of a map, quoted only where it must be."""
    return key if _BARE_KEY.fullmatch(key) else clean(_quoted(key))


def _block(value: Value, room: int, lead: str) -> Iterator[str]:
    text = inline(value, room - len(lead))
    if text is not None or room < NARROWEST:
        yield lead + (text or brief(value, room))
    elif isinstance(value, dict):
        yield lead + "{"
        for key, inner in _members(value):
            yield from _indented(_block(inner, room - 2, f"{key_text(key)}: "))
        yield "}"
    elif isinstance(value, list):
        yield lead + "["
        for inner in value:
            yield from _indented(_block(inner, room - 2, ""))
        yield "]"
    else:
        yield lead + brief(value, room - len(lead))


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {text}" for text in lines)
