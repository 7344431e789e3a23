"""Adds one resource to a file of a stack, in place: what was there stays as it was typed.

The lines are put where the first resource of the kind begins, and the whole is read again: where it
says anything but what it said before and the new resource, nothing is written.
"""

import json
import re
from collections.abc import Mapping

from descope_state.config import yaml
from descope_state.config.edit import Unwritable
from descope_state.errors import Invalid, Origin
from descope_state.model.value import Value, canonical, plain

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./@-]*[A-Za-z0-9]|[A-Za-z]")
# What JSON leaves as it is, and YAML does not take, or takes for the end of a line.
_RAW = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_STEP = "  "


def block_lines(name: str, body: Mapping[str, Value], *, indent: str = "") -> list[str]:
    """Write one resource as the lines of a mapping."""
    lines = [f"{indent}{name}:"]
    lines += [f"{indent}{_STEP}{field}: {_spelled(value)}" for field, value in body.items()]
    return lines if body else [f"{indent}{name}: {{}}"]


def _spelled(value: Value) -> str:
    if isinstance(value, str):
        text = value.replace("${", "$${")
        fit = _PLAIN.fullmatch(text) and yaml.parse(f"x: {text}".encode(), file="").data
        return text if fit == {"x": text} else _text(text)
    if isinstance(value, list):
        return f"[{', '.join(map(_quoted, value))}]"
    if isinstance(value, dict):
        members = (f"{_text(key)}: {_quoted(inner)}" for key, inner in value.items())
        return f"{{{', '.join(members)}}}"
    return json.dumps(plain(value))


def _text(text: str) -> str:
    """Quote a text as JSON does, and as YAML reads it."""
    quoted = json.dumps(text, ensure_ascii=False)
    return _RAW.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted)


def _quoted(value: Value) -> str:
    """Spell what stands inside brackets."""
    if isinstance(value, str):
        return _text(value.replace("${", "$${"))
    return _spelled(value)


def added(text: bytes, *, file: str, kind: str, name: str, body: Mapping[str, Value]) -> bytes:
    """Give a file with one more resource; Unwritable where that would touch what is there."""
    before = yaml.parse(text, file=file)
    lines = before.source.text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    at, new = _place(before, kind=kind, name=name, body=body)
    at = len(lines) if at is None else at
    result = "".join([*lines[:at], *(f"{line}\n" for line in new), *lines[at:]]).encode()
    _refuse_change(result, file=file, expected=_expected(before.data, kind, {name: body}))
    return result


def _place(
    document: yaml.Document, *, kind: str, name: str, body: Mapping[str, Value]
) -> tuple[int | None, list[str]]:
    """Say after which line the new ones go, and what they are; None is the end."""
    resources = _inner(document.data, "resources")
    members = _inner(resources, kind)
    if isinstance(members, dict) and members:
        first = document.key_origin(("resources", kind, next(iter(members))))
        named = document.key_origin(("resources", kind))
        if first is not None and named is not None:
            return named.line, block_lines(name, body, indent=" " * (first.column - 1))
    if isinstance(resources, dict) and resources:
        first = document.key_origin(("resources", next(iter(resources))))
        named = document.key_origin(("resources",))
        if first is not None and named is not None:
            indent = " " * (first.column - 1)
            inner = block_lines(name, body, indent=indent + _STEP)
            return named.line, [f"{indent}{kind}:", *inner]
    head = [f"{_STEP}{kind}:", *block_lines(name, body, indent=_STEP * 2)]
    return None, ["resources:", *head]


def _inner(value: Value, name: str) -> Value:
    return value.get(name) if isinstance(value, dict) else None


def _expected(data: Value, kind: str, new: Mapping[str, Mapping[str, Value]]) -> Value:
    resources = _members(_inner(data, "resources"))
    members = _members(resources.get(kind))
    escaped = {name: _escaped(dict(body)) for name, body in new.items()}
    return {**_members(data), "resources": {**resources, kind: {**members, **escaped}}}


def _members(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


def _escaped(value: Value) -> Value:
    """Give a value as it is read back from a file, where `${` begins an expression."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, list):
        return [_escaped(inner) for inner in value]
    if isinstance(value, dict):
        return {key: _escaped(inner) for key, inner in value.items()}
    return value


def _refuse_change(result: bytes, *, file: str, expected: Value) -> None:
    try:
        same = canonical(yaml.parse(result, file=file).data) == canonical(expected)
    except Invalid:
        same = False
    if not same:
        message = f"a resource cannot be added to `{file}` without touching what is there"
        hint = "add it by hand, or name a file that does not exist yet"
        raise Unwritable(message, hint=hint, origin=Origin(file=file, line=1))
