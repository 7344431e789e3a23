"""How a value is written into YAML: in the style that stood there, if it can say it."""

import json
import re
from collections.abc import Iterator

from descope_state.config.yaml import parse
from descope_state.errors import Invalid
from descope_state.model.value import Value, same

# Words that other readers of YAML take for something else than text.
_TREACHEROUS = re.compile(r"(?i:y|n|yes|no|on|off|\d{4}-\d\d?-\d\d?.*|[-+]?[\d_:.]+)")
_ESCAPED = re.compile(
    "[\x7f-\xa0\xad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff]"
)
_WIDEST = 80


def spelled(value: Value, *, style: str = "", flow: bool) -> str:
    """Write a value on one line, a text in a given style where that can say it."""
    if isinstance(value, dict):
        members = (f"{key_of(key)}: {spelled(one, flow=True)}" for key, one in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"[{', '.join(spelled(one, flow=True) for one in value)}]"
    if isinstance(value, str):
        return next(text for text in _texts(value, style) if _reads(text, value, flow=flow))
    return _word(value)


def _word(value: Value) -> str:
    return json.dumps(value)


def _texts(text: str, style: str) -> Iterator[str]:
    """Give the ways to write a text, the best first; the last one can say everything."""
    printable = text.isprintable() and not _ESCAPED.search(text)
    if style == "" and printable and not _TREACHEROUS.fullmatch(text):
        yield text
    if style == "'" and printable:
        yield "'" + text.replace("'", "''") + "'"
    yield quoted(text)


def quoted(text: str) -> str:
    """Write a text between double quotes; what nobody sees is escaped."""
    return _ESCAPED.sub(
        lambda match: f"\\u{ord(match.group()):04x}", json.dumps(text, ensure_ascii=False)
    )


def _reads(text: str, value: str, *, flow: bool) -> bool:
    """Ask our own reader whether a text says what it should, where it is to stand."""
    around = f"[{text}, 1]\n" if flow else f"k: {text} # c\n"
    wanted: Value = [value, 1] if flow else {"k": value}
    return _says(around, wanted)


def _says(text: str, wanted: Value) -> bool:
    try:
        return same(parse(text.encode(), file="").data, wanted)
    except (Invalid, UnicodeEncodeError):
        return False


def key_of(name: str) -> str:
    """Write the key of a member."""
    plain_one = name.isprintable() and not _TREACHEROUS.fullmatch(name) and not name.isspace()
    fits = plain_one and all(
        _says(f"{one}\n", {name: 1}) for one in (f"{{{name}: 1}}", f"{name}: 1")
    )
    return name if fits else quoted(name)


def block_lines(value: Value, *, indent: int, step: int = 2) -> list[str]:
    """Write a value as lines of block style; short ones stay on one line."""
    if not isinstance(value, dict | list) or not value:
        return [spelled(value, flow=False)]
    short = spelled(value, flow=False)
    if len(short) + indent <= _WIDEST and not _deep(value):
        return [short]
    pad = " " * step
    lines: list[str] = []
    members: list[tuple[str, Value]] = (
        [(f"{key_of(key)}:", one) for key, one in value.items()]
        if isinstance(value, dict)
        else [("-", one) for one in value]
    )
    for head, one in members:
        inner = block_lines(one, indent=indent + step, step=step)
        if isinstance(one, dict | list) and one and inner != [spelled(one, flow=False)]:
            lines += [head, *(pad + text for text in inner)]
        else:
            lines.append(f"{head} {inner[0]}")
    return lines


def _deep(value: Value) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(isinstance(one, dict | list) and one for one in inner)


def literal(text: str, *, style: str, pad: str, width: int) -> tuple[str, list[str]] | None:
    """Write a text as a literal or folded one: its header and its lines; None where it cannot."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    if not body or body[0] in " \n" or not body.replace("\n", "").isprintable():
        return None
    if _ESCAPED.search(body) or any(line != line.rstrip() for line in body.split("\n")):
        return None
    header = style + ("-" if ends == 0 else "" if ends == 1 else "+")
    lines = body.split("\n") if style == "|" else _folded(body, width)
    if lines is None:
        return None
    return header, [pad + line if line else "" for line in lines] + [""] * max(ends - 1, 0)


def _folded(body: str, width: int) -> list[str] | None:
    """Break a text into lines that fold together again; None where it has lines set in."""
    if any(line.startswith((" ", "\t")) for line in body.split("\n")) or "\t" in body:
        return None
    lines: list[str] = []
    for number, paragraph in enumerate(body.split("\n")):
        lines += [""] if number else []
        lines += _wrapped(paragraph, width) if paragraph else []
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for word in re.split(r"(?<=\S) (?=\S)", text):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
