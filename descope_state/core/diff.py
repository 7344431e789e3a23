"""Tells whether and where two values of a field differ, guided by the kind's schema.

The one equality is canonical bytes of arranged values. Every shortcut before them may answer only
"the same", and only where the bytes are the same too.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from descope_state.core import documents
from descope_state.core.documents import EXACT, identical
from descope_state.model.change import Edit, FieldChange, Mark
from descope_state.model.value import (
    Fingerprint,
    Path,
    Secret,
    Unknown,
    Value,
    canonical,
)
from descope_state.sdk.schema import Field, Schema, Shape, Type

FREE = Shape(type=Type.JSON, nullable=True)
# What stands for a secret whose value came where only placeholders may be: not even its digest.
CONCEALED = Fingerprint("")

# Whether a shape needs no arranging is asked far more often than there are shapes. A shape cannot
# be hashed (it holds mappings); the entry keeps it alive, so that its id stays its own.
_MOST_SHAPES = 4096
_plain_shapes: dict[int, tuple[Shape, bool]] = {}


def compare(
    before: Mapping[str, Value],
    after: Mapping[str, Value],
    *,
    schema: Schema,
    ignored: Collection[Path] = (),
) -> tuple[FieldChange, ...]:
    """Find the fields that `after` states and that differ from `before`, in schema order.

    Whatever lies at an ignored path is taken from `before`.
    """
    if ignored:
        after = spared(before, after, schema=schema, ignored=ignored)
    changes: list[FieldChange] = []
    for name, field in schema.fields.items():
        if name not in after:
            continue
        new = after[name]
        old = before.get(name, field.default)
        if new is old or field.volatile:
            continue
        kind = type(new)
        if kind is type(old) and kind in EXACT and new == old:
            continue
        change = field_change(old, new, field=field)
        if change is not None:
            changes.append(change)
    return tuple(changes)


def field_change(before: Value, after: Value, *, field: Field) -> FieldChange | None:
    """Say how one field changes, or None where it does not.

    Both sides are kept as they are given, for `after` is what will be written; the edits speak of
    arranged values.
    """
    shape = field.shape
    nested = _nested(before, after)
    if nested and shape.type is Type.JSON and not field.sensitive:
        # One walk answers both questions; spelling out a large document would take ten times that.
        edits = documents.edits(before, after, volatile=shape.volatile)
        if not edits:
            return None
    elif equal(before, after, shape=shape):
        return None
    elif field.sensitive:
        before, after, edits = _concealed(before), _concealed(after), ()
    else:
        edits = tuple(_unequal_edits(shape, before, after, path=())) if nested else ()
    return FieldChange(
        name=field.name,
        before=before,
        after=after,
        edits=edits,
        forces_replacement=field.immutable,
        sensitive=field.sensitive,
    )


def _nested(before: Value, after: Value) -> bool:
    return (isinstance(before, dict) and isinstance(after, dict)) or (
        isinstance(before, list) and isinstance(after, list)
    )


def _concealed(value: Value) -> Value:
    return value if isinstance(value, Secret | Fingerprint | Unknown | None) else CONCEALED


# -- equality ---------------------------------------------------------------------------------


def equal(left: Value, right: Value, *, shape: Shape) -> bool:
    """Tell whether two values of a shape say the same."""
    return (
        identical(left, right)
        or _same_texts(shape, left, right)
        or _spelled(shape, left) == _spelled(shape, right)
    )


def _same_texts(shape: Shape, left: Value, right: Value) -> bool:
    """Tell that two sets hold the same texts: a text equals nothing but a text."""
    if shape.type is not Type.SET or not (isinstance(left, list) and isinstance(right, list)):
        return False
    if {*map(type, left), *map(type, right)} != {str}:
        return False
    return set(map(str, left)) == set(map(str, right))


def _spelled(shape: Shape, value: Value) -> bytes:
    spelled = canonical(arranged(shape, value))
    if documents.has_secret(spelled):
        # A secret and what is remembered of it are the same if their fingerprints are.
        return canonical(arranged(shape, documents.settled(value)))
    return spelled


# -- arranging --------------------------------------------------------------------------------


def arranged(shape: Shape, value: Value) -> Value:
    """Bring a value into the one order and spelling of its shape; placeholders stay."""
    if type(value) in EXACT or _plain(shape):
        return value
    if shape.type is Type.JSON:
        return documents.arranged(value, volatile=shape.volatile)
    if isinstance(value, list) and shape.type in (Type.LIST, Type.SET, Type.KEYED):
        return _arranged_list(shape, value)
    if isinstance(value, dict) and shape.type in (Type.MAP, Type.OBJECT):
        return {
            name: arranged(inner, member)
            for name, member in value.items()
            if (inner := _member(shape, name)) is not None
        }
    return value


def _arranged_list(shape: Shape, value: list[Value]) -> list[Value]:
    items = [arranged(shape.item or FREE, item) for item in value]
    if shape.type is Type.SET:
        unique = {canonical(item): item for item in items}
        return [unique[text] for text in sorted(unique)]
    if shape.type is Type.KEYED:
        return sorted(items, key=lambda item: (canonical(_key(shape, item)), canonical(item)))
    return items


def _key(shape: Shape, item: Value) -> Value:
    return item.get(shape.key) if isinstance(item, dict) else None


def _member(shape: Shape, name: str) -> Shape | None:
    """Give the shape of a member, or None for one that is never compared."""
    if shape.type is Type.OBJECT and name in shape.fields:
        field = shape.fields[name]
        return None if field.volatile else field.shape
    return shape.item or FREE


def _plain(shape: Shape) -> bool:
    entry = _plain_shapes.get(id(shape))
    if entry is not None and entry[0] is shape:
        return entry[1]
    if len(_plain_shapes) >= _MOST_SHAPES:
        _plain_shapes.clear()
    answer = (
        shape.type not in (Type.SET, Type.KEYED, Type.JSON)
        and (shape.item is None or _plain(shape.item))
        and all(_plain(field.shape) and not field.volatile for field in shape.fields.values())
    )
    _plain_shapes[id(shape)] = (shape, answer)
    return answer


# -- edits ------------------------------------------------------------------------------------


def _edits(shape: Shape, before: Value, after: Value, *, path: Path) -> Iterator[Edit]:
    if shape.type is Type.JSON:
        for edit in documents.edits(before, after, volatile=shape.volatile):
            yield replace(edit, path=path + edit.path)
    elif not equal(before, after, shape=shape):
        yield from _unequal_edits(shape, before, after, path=path)


def _unequal_edits(shape: Shape, before: Value, after: Value, *, path: Path) -> Iterator[Edit]:
    left, right = arranged(shape, before), arranged(shape, after)
    if isinstance(left, dict) and isinstance(right, dict):
        yield from _member_edits(shape, left, right, path=path)
    elif isinstance(left, list) and isinstance(right, list):
        yield from _list_edits(shape, left, right, path=path)
    else:
        yield Edit(mark=Mark.CHANGED, path=path, before=left, after=right)


def _member_edits(
    shape: Shape, before: dict[str, Value], after: dict[str, Value], *, path: Path
) -> Iterator[Edit]:
    for name in _names(shape, before, after):
        inner = _member(shape, name) or FREE
        if name not in after:
            yield Edit(mark=Mark.REMOVED, path=(*path, name), before=before[name])
        elif name not in before:
            yield Edit(mark=Mark.ADDED, path=(*path, name), after=after[name])
        else:
            yield from _edits(inner, before[name], after[name], path=(*path, name))


def _names(shape: Shape, before: Mapping[str, Value], after: Mapping[str, Value]) -> list[str]:
    """List the members of both sides: those that the schema names first, as it names them."""
    listed = before.keys() | after.keys()
    known = [name for name in shape.fields if name in listed]
    return known + sorted(listed.difference(known))


def _list_edits(
    shape: Shape, before: list[Value], after: list[Value], *, path: Path
) -> Iterator[Edit]:
    if shape.type is Type.SET:
        yield from _set_edits(before, after, path=path)
        return
    if shape.type is Type.KEYED:
        left, right = _by_key(shape, before), _by_key(shape, after)
        if left is not None and right is not None:
            items = Shape(type=Type.MAP, item=shape.item)
            yield from _member_edits(items, left, right, path=path)
            return
    yield from _positional_edits(shape.item or FREE, before, after, path=path)


def _set_edits(before: list[Value], after: list[Value], *, path: Path) -> Iterator[Edit]:
    """List elements that came or went; none has a place of its own, its path is that of the set."""
    left = {canonical(documents.settled(item)): item for item in before}
    right = {canonical(documents.settled(item)): item for item in after}
    for text in sorted(left.keys() ^ right.keys()):
        if text in left:
            yield Edit(mark=Mark.REMOVED, path=path, before=left[text])
        else:
            yield Edit(mark=Mark.ADDED, path=path, after=right[text])


def _by_key(shape: Shape, items: list[Value]) -> dict[str, Value] | None:
    """File the elements of a keyed list by their keys, if those are texts and differ."""
    found: dict[str, Value] = {}
    for item in items:
        key = _key(shape, item)
        if isinstance(key, str):
            found[key] = item
    return found if len(found) == len(items) else None


def _positional_edits(
    shape: Shape, before: list[Value], after: list[Value], *, path: Path
) -> Iterator[Edit]:
    """Compare what is left between the common beginning and the common end, place by place."""
    start = _common(shape, before, after)
    room = min(len(before), len(after)) - start
    end = _common(shape, before[::-1][:room], after[::-1][:room])
    left, right = before[start : len(before) - end], after[start : len(after) - end]
    both = min(len(left), len(right))
    for offset in range(both):
        yield from _edits(shape, left[offset], right[offset], path=(*path, start + offset))
    for offset in range(both, len(left)):
        yield Edit(mark=Mark.REMOVED, path=(*path, start + offset), before=left[offset])
    for offset in range(both, len(right)):
        yield Edit(mark=Mark.ADDED, path=(*path, start + offset), after=right[offset])


def _common(shape: Shape, before: Sequence[Value], after: Sequence[Value]) -> int:
    for index, (left, right) in enumerate(zip(before, after, strict=False)):
        if not equal(left, right, shape=shape):
            return index
    return min(len(before), len(after))


# -- ignored paths ----------------------------------------------------------------------------


def spared(
    before: Mapping[str, Value],
    after: Mapping[str, Value],
    *,
    schema: Schema,
    ignored: Collection[Path],
) -> dict[str, Value]:
    """Give what is stated, with whatever lies at an ignored path as it is before."""
    kept = dict(after)
    for path in ignored:
        field = schema.fields.get(str(path[0])) if path else None
        if field is not None and field.name in kept:
            old = before.get(field.name, field.default)
            kept[field.name] = _taken(field.shape, old, kept[field.name], path=path[1:])
    return kept


def _taken(shape: Shape, old: Value, new: Value, *, path: Path) -> Value:
    """Give the new value with the old one at a path; absent there stays absent."""
    if not path:
        return old
    if isinstance(old, dict) and isinstance(new, dict):
        return _taken_member(shape, old, new, path=path)
    if isinstance(old, list) and isinstance(new, list):
        return _taken_element(shape, old, new, path=path)
    return new


def _taken_member(
    shape: Shape, old: dict[str, Value], new: dict[str, Value], *, path: Path
) -> Value:
    name, rest = str(path[0]), path[1:]
    if name in old and name in new:
        inner = _member(shape, name) or FREE
        return {**new, name: _taken(inner, old[name], new[name], path=rest)}
    if rest:
        return new
    if name in old:
        return {**new, name: old[name]}
    return {key: value for key, value in new.items() if key != name}


def _taken_element(shape: Shape, old: list[Value], new: list[Value], *, path: Path) -> Value:
    here, there = _index(shape, new, path[0]), _index(shape, old, path[0])
    if here is not None and there is not None:
        inner = _taken(shape.item or FREE, old[there], new[here], path=path[1:])
        return [*new[:here], inner, *new[here + 1 :]]
    if len(path) > 1 or shape.type is not Type.KEYED:
        return new
    if there is not None:
        return [*new, old[there]]
    return new if here is None else [*new[:here], *new[here + 1 :]]


def _index(shape: Shape, items: list[Value], part: str | int) -> int | None:
    if isinstance(part, int):
        return part if 0 <= part < len(items) else None
    matches = (index for index, item in enumerate(items) if _key(shape, item) == part)
    return next(matches, None)
