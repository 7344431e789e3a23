"""The values that flow through the engine, and the one equality among them: canonical bytes.

A value is JSON plus four placeholders. `Unknown` is an expression that cannot be answered before
apply, `Ref` is what it waits for, `Secret` names where a secret will come from, and `Fingerprint`
is what is remembered of a secret once it was written.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias, Union

from descope_state.frozen import dataclass

Value: TypeAlias = Union[
    bool,
    int,
    float,
    str,
    "list[Value]",
    "dict[str, Value]",
    "Unknown",
    "Secret",
    "Fingerprint",
    None,
]
Json: TypeAlias = Union[bool, int, float, str, "list[Json]", "dict[str, Json]", None]
Path: TypeAlias = tuple[str | int, ...]

_MARK = b'"$'


class Ref(NamedTuple):
    """What an expression refers to: a field of one resource, or a whole block of instances."""

    kind: str
    name: str
    key: str | None = None
    field: str | None = None

    @property
    def order(self) -> tuple[str, str, str, str]:
        """A key that sorts references."""
        return (self.kind, self.name, self.key or "", self.field or "")


@dataclass(frozen=True, slots=True)
class Unknown:
    """An expression whose value is known only once what it refers to has been made.

    It carries its own text and the values it needs besides (`each.key`, `vars.seats`), so that
    apply can answer it without the stack.
    """

    expression: str = ""
    refs: tuple[Ref, ...] = ()
    bindings: tuple[tuple[str, "Value"], ...] = ()

    def __hash__(self) -> int:
        return hash((self.expression, self.refs))


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret comes from, and its keyed fingerprint once that could be read."""

    source: str
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A keyed digest that stands for a secret that was written."""

    digest: str


def plain(value: Value) -> Json:
    """Spell a value in JSON alone; the codec gives it back exactly.

    A placeholder is an object whose single key starts with `$`. A map of the user's that looks
    like one is wrapped as `{"$map": …}`, so that no text in a stack can pose as a placeholder.
    """
    if isinstance(value, dict):
        spelled = {key: plain(inner) for key, inner in value.items()}
        return {"$map": spelled} if _looks_marked(value) else spelled
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, Unknown | Secret | Fingerprint):
        return encoded(value)
    return value


def _looks_marked(value: dict[str, Value]) -> bool:
    return len(value) == 1 and next(iter(value))[:1] == "$"


def encoded(value: object) -> Json:
    """Spell one placeholder in JSON; the only spelling of placeholders there is."""
    match value:
        case Unknown():
            return {"$unknown": _unknown(value)}
        case Secret(source, None):
            return {"$secret": {"source": source}}
        case Secret(source, fingerprint):
            return {"$secret": {"source": source, "fingerprint": fingerprint}}
        case Fingerprint(digest):
            return {"$fingerprint": digest}
        case _:
            message = f"{type(value).__name__} is not a value"
            raise TypeError(message)


def _unknown(value: Unknown) -> Json:
    return {
        "expression": value.expression,
        "refs": [[ref.kind, ref.name, ref.key, ref.field] for ref in value.refs],
        "bindings": [[name, plain(bound)] for name, bound in value.bindings],
    }


_write: Callable[[object], str] = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,
    default=encoded,
).encode


def written(value: object) -> bytes:
    """Spell JSON compactly and in one order; placeholders in it are spelled, never escaped."""
    return _write(value).encode("utf-8", "surrogatepass")


def canonical(value: Value) -> bytes:
    """Spell a value in the one way that is compared and digested."""
    spelled = written(value)
    return written(plain(value)) if _MARK in spelled else spelled


def digest(value: Value) -> str:
    """Name a value by what it says."""
    return hashlib.sha256(canonical(value)).hexdigest()


def same(left: Value, right: Value) -> bool:
    """Tell whether two values say the same; in Python alone `True == 1` and `1 == 1.0`."""
    return canonical(left) == canonical(right)


def placeholders(value: Value, path: Path = ()) -> Iterator[tuple[Path, Unknown | Secret]]:
    """Find every unknown and secret inside a value, with the path that leads to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from placeholders(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from placeholders(inner, (*path, index))
    elif isinstance(value, Unknown | Secret):
        yield path, value


def known(value: Value) -> bool:
    """Tell whether a value holds no unknown anywhere."""
    if isinstance(value, dict):
        return all(known(inner) for inner in value.values())
    if isinstance(value, list):
        return all(known(inner) for inner in value)
    return not isinstance(value, Unknown)
