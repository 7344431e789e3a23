"""What a stack would have to say for an object to be as it lives: the least that has to change.

Three sides again: what is written, with its expressions; what that comes to; what is live. Where
the last two say the same, what is written stays, expression and all.
"""

from collections.abc import Callable
from difflib import SequenceMatcher

from descope_state.core import documents
from descope_state.core.diff import FREE, arranged, equal
from descope_state.core.templates import escape
from descope_state.frozen import dataclass
from descope_state.model.value import Fingerprint, Path, Secret, Unknown, Value, canonical
from descope_state.sdk.schema import Field, Shape, Type


class Unacceptable(ValueError):
    """A value that cannot be written into the stack; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """One place: what the stack wants there, what is live, and the shape of both."""

    wanted: Value
    live: Value
    shape: Shape


Elsewhere = Callable[[str, Path, Sides], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepting:
    """Finds what is to be written; `elsewhere` is told of every expression that must change.

    `literal` says that what is written is no text of the stack: no `${` in it means anything.
    """

    elsewhere: Elsewhere
    literal: bool = False

    def written(self, raw: Value, path: Path, *, sides: Sides) -> Value:
        """Give what is to stand in the place of what is written."""
        if equal(sides.wanted, sides.live, shape=sides.shape):
            return raw
        _refuse_secrets(sides.wanted, sides.live)
        if isinstance(raw, str) and "${" in raw.replace("$${", "") and not self.literal:
            self.elsewhere(raw, path, sides)
            return raw
        if isinstance(raw, dict) and isinstance(sides.wanted, dict):
            if isinstance(sides.live, dict):
                return self._members(raw, path, wanted=sides.wanted, live=sides.live, within=sides)
        elif isinstance(raw, list) and isinstance(sides.wanted, list):
            same_length = len(raw) == len(sides.wanted)
            if isinstance(sides.live, list) and same_length:
                return self._elements(raw, path, wanted=sides.wanted, live=sides.live, within=sides)
        return self._fresh(sides.live, sides.shape)

    def _fresh(self, live: Value, shape: Shape) -> Value:
        if shape.type is Type.JSON:
            live = documents.arranged(live, volatile=shape.volatile)
        return live if self.literal else _escaped(live)

    def _members(
        self,
        raw: dict[str, Value],
        path: Path,
        *,
        wanted: dict[str, Value],
        live: dict[str, Value],
        within: Sides,
    ) -> Value:
        made: dict[str, Value] = {}
        for name, one in raw.items():
            inner = _member(within.shape, name)
            if inner is None or (name not in wanted and name not in live):
                made[name] = one
            elif name in live:
                old = wanted.get(name, inner.default)
                sides = Sides(wanted=old, live=live[name], shape=inner.shape)
                made[name] = self.written(one, (*path, name), sides=sides)
        for name, one in live.items():
            inner = _member(within.shape, name)
            if name in raw or inner is None:
                continue
            old = wanted.get(name, inner.default)
            is_new = name not in wanted and within.shape.type is not Type.OBJECT
            if is_new or not equal(old, one, shape=inner.shape):
                _refuse_secrets(one)
                made[name] = self._fresh(one, inner.shape)
        return made

    def _elements(
        self,
        raw: list[Value],
        path: Path,
        *,
        wanted: list[Value],
        live: list[Value],
        within: Sides,
    ) -> Value:
        shape = within.shape
        item = shape if shape.type is Type.JSON else shape.item or FREE
        left = [_label(shape, item, one) for one in wanted]
        right = [_label(shape, item, one) for one in live]
        if shape.type in (Type.SET, Type.KEYED) and len(set(left)) == len(left):
            pairs = {label: number for number, label in enumerate(right)}
            kept = [
                self._element(raw, number, path, wanted=wanted, live=live[pairs[label]], item=item)
                for number, label in enumerate(left)
                if label in pairs
            ]
            known = set(left)
            return kept + [
                self._fresh(one, item)
                for one, label in zip(live, right, strict=True)
                if label not in known
            ]
        made: list[Value] = []
        steps = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
        for tag, i, j, k, m in steps:
            both = min(j - i, m - k) if tag in ("equal", "replace") else 0
            made += [
                self._element(raw, i + ahead, path, wanted=wanted, live=live[k + ahead], item=item)
                for ahead in range(both)
            ]
            made += [self._fresh(one, item) for one in live[k + both : m]]
        return made

    def _element(
        self,
        raw: list[Value],
        number: int,
        path: Path,
        *,
        wanted: list[Value],
        live: Value,
        item: Shape,
    ) -> Value:
        sides = Sides(wanted=wanted[number], live=live, shape=item)
        return self.written(raw[number], (*path, number), sides=sides)


def _label(shape: Shape, item: Shape, value: Value) -> bytes:
    """Name an element by what it is matched by: its key in a keyed list, else all it says."""
    if shape.type is Type.KEYED and isinstance(value, dict):
        return canonical(value.get(shape.key))
    return canonical(arranged(item, value))


def _member(shape: Shape, name: str) -> Field | None:
    """Give the field of a member, or None for one that is never compared."""
    if shape.type is Type.OBJECT and name in shape.fields:
        field = shape.fields[name]
        return None if field.volatile else field
    if shape.type is Type.JSON:
        return None if name in shape.volatile else Field(name=name, shape=shape)
    return Field(name=name, shape=shape.item or FREE)


def _escaped(value: Value) -> Value:
    """Spell a value so that no text in it is read as an expression."""
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, list):
        return [_escaped(one) for one in value]
    if isinstance(value, dict):
        return {name: _escaped(one) for name, one in value.items()}
    return value


def _refuse_secrets(*values: Value) -> None:
    for value in values:
        if isinstance(value, Secret | Fingerprint):
            message = "it is a secret, and no secret is ever written into a file"
            raise Unacceptable(message)
        if isinstance(value, Unknown):
            message = "what the stack wants there is known only after an apply"
            raise Unacceptable(message)
        if isinstance(value, dict | list):
            _refuse_secrets(*(value.values() if isinstance(value, dict) else value))


def at(value: Value, path: Path) -> Value:
    """Give what stands at a path inside a value; a LookupError says that nothing does."""
    for step in path:
        if isinstance(value, dict):
            value = value[str(step)]
        else:
            value = dict(enumerate(value if isinstance(value, list) else ()))[int(step)]
    return value


def replaced(value: Value, path: Path, *, by: Value) -> Value:
    """Give a value in which another stands at a path that leads through what is there."""
    if not path:
        return by
    step, rest = path[0], path[1:]
    if isinstance(value, list):
        place = int(step)
        return [*value[:place], replaced(value[place], rest, by=by), *value[place + 1 :]]
    members = value if isinstance(value, dict) else {}
    return {**members, str(step): replaced(members.get(str(step)), rest, by=by)}
