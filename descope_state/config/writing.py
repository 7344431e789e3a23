"""Writes YAML: the only place that does, and what it writes it has read again.

A text that any reader could take for something else, by YAML 1.1 or 1.2, stands between double
quotes, and `${` in it is doubled, so that it means itself.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import field

from descope_state.config import yaml
from descope_state.config.scalars import plain
from descope_state.config.sources import read_json
from descope_state.errors import DstateError, Invalid
from descope_state.frozen import dataclass
from descope_state.model.value import Unknown, Value, canonical

_WIDTH = 100
_HEAD = "# The settings of the stack; every other YAML file here and in resources/ holds resources."
_STEP = 2
_MOST_INLINE = 3
_LEAST_LINES = 2
# Words that some version of YAML takes for a truth or for nothing.
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"})
_PLAIN = re.compile(r"[^\W\d][\w./@+-]*(?:[ ,;(&!?'=%][\w./@+()&!?'=%,;-]*)*")
_FLOWING = re.compile(r"[^\W\d][\w./@+-]*(?: [\w./@+-]+)*")
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?")
_URL = re.compile(r"https?://[\w./@+%?&=-]+")
_EXPRESSION = re.compile(r"\$\{[^:#\r\n]*\}")
# Control characters, line breaks of other alphabets, and signs that nobody sees.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\uffff]"
)


class Unspellable(DstateError):
    """Something that cannot be written as YAML and read again as the same."""

    code = "E1119"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One block to be written: an expression in its body is an `Unknown`, all else is literal.

    `notes` are comments below its fields.
    """

    kind: str
    name: str
    body: Mapping[str, Value]
    notes: tuple[str, ...] = field(default_factory=tuple)


def resources(blocks: Iterable[Written], *, heading: Iterable[str]) -> str:
    """Write a file of resources, all of one kind or of several."""
    lines = [*map(_comment, heading), "resources:"]
    kind = ""
    for one in blocks:
        if one.kind != kind:
            kind = one.kind
            lines.append(f"{' ' * _STEP}{kind}:")
            before: list[str] = []
        found = block(one, indent=2 * _STEP)
        if len(before) >= _LEAST_LINES or (before and len(found) >= _LEAST_LINES):
            lines.append("")
        lines += found
        before = found
    return "\n".join(lines) + "\n"


def block(one: Written, *, indent: int) -> list[str]:
    """Write one block as the lines below its kind; Unspellable says what cannot be written."""
    lines = _block(one, indent=indent)
    inside = f"{one.kind}:\n" + "\n".join(lines) + "\n"
    try:
        read = yaml.parse(inside.encode(), file="").data
    except (Invalid, UnicodeEncodeError):
        read = None
    if canonical(read) != canonical({one.kind: {one.name: spelled(dict(one.body))}}):
        message = "it holds something that cannot be written as YAML"
        raise Unspellable(message, hint="numbers beyond ±2^53 and halves of characters cannot be")
    return lines


def spelled(value: Value) -> Value:
    """Give a value as the YAML says it: expressions as they are, `${` of other texts doubled."""
    match value:
        case Unknown(expression):
            return expression
        case str():
            return _literal(value)
        case dict():
            return {key: spelled(inner) for key, inner in value.items()}
        case list():
            return [spelled(inner) for inner in value]
        case _:
            return value


def _literal(text: str) -> str:
    return text.replace("${", "$${")


def document(value: Value) -> str:
    """Write a JSON file that compares well line by line; Unspellable where it cannot be read."""
    try:
        text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        text.encode()
        same = canonical(read_json(text)) == canonical(value)
    except (ValueError, TypeError):
        text, same = "", False
    if not same:
        message = "it holds a document that cannot be written as JSON and read again"
        raise Unspellable(message)
    return text


def _block(one: Written, *, indent: int) -> list[str]:
    head = f"{' ' * indent}{one.name}:"
    if not one.body and not one.notes:
        return [f"{head} {{}}"]
    short = None if one.notes or len(one.body) > _MOST_INLINE else _flow(dict(one.body))
    if short is not None and len(head) + 1 + len(short) <= _WIDTH:
        return [f"{head} {short}"]
    inner = indent + _STEP
    lines = [head if one.body else f"{head} {{}}"]
    for key, value in one.body.items():
        lines += _member(key, value, inner)
    return lines + [f"{' ' * inner}{_comment(note)}" for note in one.notes]


def _comment(text: str) -> str:
    """Write a comment of one line; what nobody would see in it is made visible."""
    return f"# {_UNSEEN.sub(_escaped, ' '.join(text.split()))}"


def _member(key: str, value: Value, indent: int) -> list[str]:
    head = f"{' ' * indent}{_key(key)}:"
    inline = _inline(value, room=_WIDTH - len(head) - 1)
    if inline is not None:
        return [f"{head} {inline}"]
    if isinstance(value, str):
        mark = "|" if value.endswith("\n") else "|-"
        inner = " " * (indent + _STEP)
        texts = _literal(value).removesuffix("\n").split("\n")
        return [f"{head} {mark}", *(f"{inner}{text}" if text else "" for text in texts)]
    return [head, *_nested(value, indent + _STEP)]


def _nested(value: Value, indent: int) -> list[str]:
    lines: list[str] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            lines += _member(key, inner, indent)
    elif isinstance(value, list):
        for item in value:
            lines += _item(item, indent)
    return lines


def _item(item: Value, indent: int) -> list[str]:
    dash = f"{' ' * indent}- "
    inline = _inline(item, room=_WIDTH - len(dash)) if not isinstance(item, str) else _quoted(item)
    if inline is None and isinstance(item, dict) and len(item) <= _MOST_INLINE:
        inline = _flow(item)
        inline = inline if inline is not None and len(dash) + len(inline) <= _WIDTH else None
    if inline is not None:
        return [f"{dash}{inline}"]
    inner = _nested(item, indent + _STEP)
    return [dash + inner[0].lstrip(" "), *inner[1:]]


def _inline(value: Value, *, room: int) -> str | None:
    """Write a value behind its key, where it fits there."""
    match value:
        case Unknown(expression):
            bare = _EXPRESSION.fullmatch(expression) and not _UNSEEN.search(expression)
            return expression if bare else _double(expression)
        case str():
            return None if _foldable(value) else _quoted(value)
        case dict():
            return None if value else "{}"
        case list():
            short = _flow(value)
            return short if not value or (short is not None and len(short) <= room) else None
        case _:
            return _scalar(value)


def _flow(value: Value) -> str | None:
    """Write a value within brackets; None where that would be hard to read."""
    match value:
        case dict() if value and all(_simple(inner) for inner in value.values()):
            pairs = ((_key(key, flow=True), _scalar(value[key], flow=True)) for key in value)
            return "{" + ", ".join(f"{key}: {part}" for key, part in pairs) + "}"
        case list() if all(_simple(inner) for inner in value):
            return "[" + ", ".join(_scalar(part, flow=True) for part in value) + "]"
        case _:
            return None


def _simple(value: Value) -> bool:
    return isinstance(value, str | int | float | bool | None)


def _scalar(value: Value, *, flow: bool = False) -> str:
    if isinstance(value, str):
        return _quoted(value, flow=flow)
    return json.dumps(value)


def _key(key: str, *, flow: bool = False) -> str:
    """Write a key: no expression is ever read in one, so that nothing is doubled."""
    return key if _quoted(key, flow=flow) == key else _double(key)


def _quoted(text: str, *, flow: bool = False) -> str:
    """Write a text as it is where everybody reads it as text, else between double quotes."""
    if _ordinary(text, flow=flow) and text.lower() not in _WORDS and plain(text) == text:
        return text
    return _double(_literal(text))


def _ordinary(text: str, *, flow: bool) -> bool:
    pattern = _FLOWING if flow else _PLAIN
    return bool(
        pattern.fullmatch(text) or _ADDRESS.fullmatch(text) or (not flow and _URL.fullmatch(text))
    ) and not text.endswith(" ")


def _double(text: str) -> str:
    return _UNSEEN.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


def _foldable(text: str) -> bool:
    """Tell whether a text of several lines may stand as it is, below its key."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < _LEAST_LINES or text.endswith("\n\n") or not lines[0] or lines[0][0] == " ":
        return False
    return all(not _UNSEEN.search(one) and one == one.rstrip() for one in lines) and lines[-1] != ""


def settings(
    name: str,
    *,
    environments: Mapping[str, Mapping[str, Value]],
    variables: Mapping[str, Mapping[str, Value]] | None = None,
) -> str:
    """Write the `dstate.yaml` of a new stack: its environments, and the variables it declares."""
    lines = [
        _HEAD,
        "dstate: 1",
        *_member("name", name, 0),
        "",
        *_section("environments", environments),
    ]
    if variables:
        lines += ["", *_section("variables", variables)]
    wanted: dict[str, Value] = {name: dict(fields) for name, fields in (variables or {}).items()}
    return _reread(lines, "variables", wanted=wanted or None)


def values(given: Mapping[str, Value], *, heading: str) -> str:
    """Write a file of values for the variables of a stack."""
    lines = [_comment(heading)]
    before: list[str] = []
    for name, value in given.items():
        found = _member(name, _verbatim(value), 0)
        if before and max(len(before), len(found)) >= _LEAST_LINES:
            lines.append("")
        lines += found
        before = found
    return _reread(lines, "", wanted=dict(given))


def _section(title: str, members: Mapping[str, Mapping[str, Value]]) -> list[str]:
    lines = [f"{title}:"]
    for name, fields in members.items():
        body = {key: _verbatim(value) for key, value in fields.items()}
        lines += _block(Written(kind="", name=name, body=body), indent=_STEP)
    return lines


def _verbatim(value: Value) -> Value:
    """Give a value as settings hold it: nothing in them is an expression, so nothing is doubled."""
    match value:
        case str() if "${" in value:
            return Unknown(value)
        case dict():
            return {key: _verbatim(inner) for key, inner in value.items()}
        case list():
            return [_verbatim(inner) for inner in value]
        case _:
            return value


def _reread(lines: Iterable[str], section: str, *, wanted: Value) -> str:
    """Give lines as a text, once it was read back as what it is to say."""
    text = "\n".join(lines) + "\n"
    try:
        read = yaml.parse(text.encode(), file="").data
    except (Invalid, UnicodeEncodeError):
        read = {section: None}
    found = read.get(section) if section and isinstance(read, dict) else read
    if canonical(found) != canonical(wanted):
        message = f"the {section or 'values of variables'} cannot be written as YAML"
        raise Unspellable(message, hint="numbers beyond ±2^53 and halves of characters cannot be")
    return text
