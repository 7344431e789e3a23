"""Holds what a stack states against a kind's model, with room for what is not known yet.

Unknowns and secrets are taken out before the model looks, and complaints about their absence are
dropped; everything else is judged as strictly as the model says.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Annotated, Any, cast

from pydantic import ValidationError, create_model

from descope_state.frozen import dataclass
from descope_state.model.nearness import listed, meant
from descope_state.model.value import Path, Secret, Unknown, Value, placeholders
from descope_state.sdk.schema import Config, Field, Misfit, Schema, Shape, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing wrong with stated attributes, at a path inside them."""

    path: Path
    message: str
    hint: str = ""
    in_clear: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Attributes in the model's own spelling, or what is wrong with them."""

    attributes: dict[str, Value]
    complaints: tuple[Complaint, ...] = ()


Check = Callable[[dict[str, Value]], Checked]


def checker(model: type[Config], schema: Schema) -> Check:
    """Make the function that validates and normalizes what a stack states of one kind."""
    validate = model.__pydantic_validator__.validate_python
    dump = model.__pydantic_serializer__.to_python
    closed = frozenset(field.name for field in schema.fields.values() if not field.statable)
    watched = {
        field.name: field
        for field in schema.fields.values()
        if field.sensitive or _mixed(field.shape)
    }

    apart = closed | watched.keys()
    known = frozenset(schema.fields)
    undemanding = cache(partial(_undemanding, model))

    def check(attributes: dict[str, Value]) -> Checked:
        waiting = _waiting(attributes)
        if waiting is None or not apart.isdisjoint(attributes) or not known.issuperset(waiting):
            holes = tuple(placeholders(attributes))
            names = tuple(str(path[0]) for path, _ in holes if len(path) == 1)
            return _carefully(attributes, undemanding(names), schema, holes=holes)
        try:
            if waiting:
                return Checked(attributes=_around(attributes, waiting, undemanding(waiting)))
            normal = dump(validate(attributes), mode="json", include=set(attributes))
        except ValidationError as error:
            pruned = tuple((name,) for name in waiting)
            complaints = tuple(_complaints(error, attributes, schema, pruned=pruned))
            return Checked(attributes=attributes, complaints=complaints)
        return Checked(attributes=cast("dict[str, Value]", normal))

    return check


_PLAIN = frozenset({str, int, bool, float, type(None)})


def _waiting(attributes: dict[str, Value]) -> tuple[str, ...] | None:
    """Name the fields that are unknown as a whole; None where it is not as simple as that."""
    waiting: tuple[str, ...] = ()
    for name, value in attributes.items():
        if type(value) in _PLAIN:
            continue
        if type(value) is Unknown:
            waiting += (name,)
        elif type(value) is Secret or next(placeholders(value), None) is not None:
            return None
    return waiting


def _around(
    attributes: dict[str, Value], waiting: tuple[str, ...], model: type[Config]
) -> dict[str, Value]:
    """Validate all fields but the waiting ones, and give these back among them."""
    rest = {name: value for name, value in attributes.items() if name not in waiting}
    validated = model.__pydantic_validator__.validate_python(rest)
    normal = model.__pydantic_serializer__.to_python(validated, mode="json", include=set(rest))
    return _in_order(model, {**attributes, **normal})


def _in_order(model: type[Config], attributes: Mapping[str, Value]) -> dict[str, Value]:
    """Bring attributes into the order of the model: that of the stack means nothing."""
    return {name: attributes[name] for name in model.model_fields if name in attributes}


def _undemanding(model: type[Config], waiting: tuple[str, ...]) -> type[Config]:
    """Give the same model, not requiring the fields that wait: they are only not known yet."""
    relaxed: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        if info.is_required() and name in waiting:
            marks = (info.annotation, *info.metadata)
            relaxed[name] = (Annotated[marks] if len(marks) > 1 else info.annotation, None)
    return create_model(model.__name__, __base__=model, **relaxed) if relaxed else model


def _mixed(shape: Shape) -> bool:
    """Tell whether a secret may hide below this shape."""
    inner = tuple(shape.fields.values())
    return any(field.sensitive or _mixed(field.shape) for field in inner) or (
        shape.item is not None and _mixed(shape.item)
    )


def _carefully(
    attributes: dict[str, Value],
    model: type[Config],
    schema: Schema,
    *,
    holes: tuple[tuple[Path, Unknown | Secret], ...],
) -> Checked:
    pruned = tuple(path for path, _ in holes)
    complaints = [
        *_closed(attributes, schema),
        *_misplaced(attributes, schema, holes),
        *(_unknown(path, schema) for path in pruned if not _is_field(schema.fields, path)),
    ]
    rest = cast("dict[str, Value]", _without(attributes, frozenset(pruned)))
    normal: object = rest
    try:
        validated = model.__pydantic_validator__.validate_python(rest)
        # Absent at the top is left alone; absent further down is the default, for what holds it
        # is written whole.
        normal = model.__pydantic_serializer__.to_python(validated, mode="json", include=set(rest))
    except ValidationError as error:
        found = list(_complaints(error, attributes, schema, pruned=pruned))
        complaints.extend(found)
        if not found:
            normal = rest
    if complaints:
        return Checked(attributes=attributes, complaints=tuple(complaints))
    restored = _restored(attributes, cast("Value", normal))
    return Checked(attributes=_in_order(model, cast("dict[str, Value]", restored)))


def _closed(attributes: Mapping[str, Value], schema: Schema) -> Iterable[Complaint]:
    for name in attributes:
        field = schema.fields.get(name)
        if field is not None and not field.statable:
            yield Complaint(
                path=(name,),
                message=f"`{name}` is made by the service and cannot be stated",
                hint="remove it",
            )


def _misplaced(
    attributes: Mapping[str, Value],
    schema: Schema,
    holes: Iterable[tuple[Path, Unknown | Secret]],
) -> Iterable[Complaint]:
    secret = {path for path, hole in holes if isinstance(hole, Secret)}
    for path in sorted(secret, key=str):
        if not _sensitive_at(schema.fields, path):
            yield Complaint(
                path=path,
                message=f"`{dotted(path)}` is not a sensitive field and would keep the secret"
                " in clear",
                hint="use `secret()` only for sensitive fields",
            )
    for path, _value in sensitive_values(schema.fields, dict(attributes), path=()):
        if path not in secret:
            yield Complaint(
                path=path,
                message=f"`{dotted(path)}` is sensitive and takes nothing but a secret",
                hint="write \"${secret('env:NAME')}\" and set NAME where dstate runs",
                in_clear=True,
            )


def _sensitive_at(fields: Mapping[str, Field], path: Path) -> bool:
    field = fields.get(str(path[0])) if path else None
    if field is None:
        return False
    if field.sensitive:
        return True
    shape, rest = field.shape, path[1:]
    while shape.item is not None and rest:
        shape, rest = shape.item, rest[1:]
    return _sensitive_at(shape.fields, rest)


def sensitive_values(
    fields: Mapping[str, Field], value: Value, *, path: Path
) -> Iterable[tuple[Path, Value]]:
    """Find what stands in sensitive places; null empties one and needs no secret."""
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        field = fields.get(name)
        if field is None or inner is None:
            continue
        if field.sensitive:
            yield (*path, name), inner
        else:
            yield from _sensitive_below(field.shape, inner, (*path, name))


def _sensitive_below(shape: Shape, value: Value, path: Path) -> Iterable[tuple[Path, Value]]:
    if shape.type is Type.OBJECT:
        yield from sensitive_values(shape.fields, value, path=path)
    elif shape.item is not None:
        inner = value.items() if isinstance(value, dict) else _listed(value)
        for key, item in inner:
            yield from _sensitive_below(shape.item, item, (*path, key))


def _listed(value: Value) -> Iterable[tuple[int, Value]]:
    return enumerate(value) if isinstance(value, list) else ()


def _without(value: Value, pruned: frozenset[Path], path: Path = ()) -> Value:
    if isinstance(value, dict):
        return {
            key: _without(inner, pruned, (*path, key))
            for key, inner in value.items()
            if (*path, key) not in pruned
        }
    if isinstance(value, list):
        return [
            _without(inner, pruned, (*path, index))
            for index, inner in enumerate(value)
            if (*path, index) not in pruned
        ]
    return value


def _restored(original: Value, normal: Value) -> Value:
    """Put placeholders back into the normalized value, at the places they were taken from."""
    if isinstance(original, Unknown | Secret):
        return original
    if isinstance(original, dict) and isinstance(normal, dict):
        stated = {
            key: _restored(inner, normal[key]) if key in normal else inner
            for key, inner in original.items()
        }
        return {**normal, **stated}
    if isinstance(original, list) and isinstance(normal, list):
        rest = iter(normal)
        return [
            item if isinstance(item, Unknown | Secret) else _restored(item, next(rest))
            for item in original
        ]
    return normal


def _complaints(
    error: ValidationError,
    attributes: Mapping[str, Value],
    schema: Schema,
    *,
    pruned: tuple[Path, ...],
) -> Iterable[Complaint]:
    for detail in error.errors(include_input=False, include_url=False, include_context=True):
        cause = detail.get("ctx", {}).get("error")
        within = cause.path if isinstance(cause, Misfit) else ()
        path, sort = _unpruned((*detail["loc"], *within), pruned), detail["type"]
        # What a thing is, and that it is no field, does not depend on the holes in it.
        certain = sort in _SORTS or sort in ("string_type", "extra_forbidden")
        if path in pruned or (not certain and any(path == hole[: len(path)] for hole in pruned)):
            continue
        yield _worded(path, sort, detail["msg"], attributes=attributes, schema=schema)


def _unpruned(path: Path, pruned: tuple[Path, ...]) -> Path:
    """Give a path as it was before placeholders were taken out of the lists on its way."""
    found: Path = ()
    for step in path:
        index = step
        for hole in sorted(hole[-1] for hole in pruned if hole[:-1] == found):
            if isinstance(index, int) and isinstance(hole, int) and hole <= index:
                index += 1
        found += (index,)
    return found


def _is_field(fields: Mapping[str, Field], path: Path) -> bool:
    """Tell whether a placeholder stands in a field that there is; below free JSON, all are."""
    field = fields.get(str(path[0]))
    if field is None:
        return len(path) > 1  # The model itself complains about what it stands in.
    shape, rest = field.shape, path[1:]
    while shape.item is not None and rest:
        shape, rest = shape.item, rest[1:]
    return not rest or not shape.fields or _is_field(shape.fields, rest)


def _unknown(path: Path, schema: Schema) -> Complaint:
    names = _names_at(schema, path[:-1])
    return Complaint(
        path=path,
        message=f"unknown field `{dotted(path)}`",
        hint=meant(str(path[-1]), names) or f"it has {listed(names)}",
    )


def _worded(
    path: Path, sort: str, message: str, *, attributes: Mapping[str, Value], schema: Schema
) -> Complaint:
    if path[-1:] == (_KEY,):
        rule = _lower(message.partition(" should ")[2] or message)
        name, path = path[-2], path[:-1]
        said = f"`{name}` cannot be a key of `{dotted(path[:-1])}`: it must {rule}"
        return Complaint(path=path, message=said)
    where = dotted(path)
    if sort == "missing":
        return Complaint(path=path[:-1], message=f"`{where}` is required", hint=f"add `{path[-1]}`")
    if sort == "extra_forbidden":
        return _unknown(path, schema)
    if sort == "string_type":
        return Complaint(
            path=path, message=f"`{where}` must be text", hint=_quote(path, attributes)
        )
    if sort in _SORTS:
        hint = _bracket(path, attributes) if sort == "list_type" else ""
        return Complaint(path=path, message=f"`{where}` must be {_SORTS[sort]}", hint=hint)
    subject, should, rule = message.partition(" should ")
    if should and subject in _SUBJECTS:
        return Complaint(path=path, message=f"`{where}` must {rule}")
    said = message.removeprefix("Value error, ")
    return Complaint(path=path, message=f"`{where}`: {_lower(said)}" if where else _lower(said))


# What stands for a key in the path of a complaint about it.
_KEY = "[key]"
_SUBJECTS = frozenset({"Input", "String", "List", "Dictionary"})
_SORTS = {
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a map",
    "model_type": "a map",
    "model_attributes_type": "a map",
}


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def _names_at(schema: Schema, path: Path) -> tuple[str, ...]:
    fields = schema.fields
    for step in path:
        field = fields.get(str(step))
        if field is None:
            continue
        shape = field.shape
        while shape.item is not None:
            shape = shape.item
        fields = shape.fields
    return tuple(name for name, field in fields.items() if field.statable)


def _quote(path: Path, attributes: Mapping[str, Value]) -> str:
    if isinstance(_stated(path, attributes), bool | int | float):
        return "quote it, so that YAML reads it as text"
    return ""


def _bracket(path: Path, attributes: Mapping[str, Value]) -> str:
    if isinstance(_stated(path, attributes), str | int | float):
        return "put it into `[ ]`: a list has one element or several"
    return ""


def _stated(path: Path, attributes: Mapping[str, Value]) -> Value:
    value: Value = dict(attributes)
    for step in path:
        if isinstance(value, dict):
            value = value.get(str(step))
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
    return value


def dotted(path: Path) -> str:
    """Spell a path inside attributes: `attributes.crm_id`, `rules[0].name`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
