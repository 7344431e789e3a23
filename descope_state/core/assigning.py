"""Fields as they are set on a command line, `FIELD=VALUE`, read by the schema of a kind."""

from collections.abc import Callable, Iterable, Mapping

from descope_state.errors import UsageError
from descope_state.frozen import dataclass
from descope_state.model.nearness import listed, meant
from descope_state.model.value import Value
from descope_state.sdk.catalog import Described
from descope_state.sdk.schema import Field, Schema, Type

_LISTS = (Type.LIST, Type.SET, Type.KEYED)
Parse = Callable[[str], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One field, or with a `key` one member of it, and what it is to be."""

    name: str
    value: Value
    key: str = ""


def assignments(
    pairs: Iterable[tuple[str, str]], *, schema: Schema, parse: Parse
) -> tuple[Assignment, ...]:
    """Read what a command line sets; a list that is named again has one more element."""
    found: dict[tuple[str, str], Assignment] = {}
    for path, text in pairs:
        name, _, key = path.partition(".")
        field = _statable(schema, name)
        value = _value(field, text, parse=parse, member=bool(key))
        earlier = found.get((name, key))
        if earlier is not None and isinstance(value, list) and isinstance(earlier.value, list):
            value = [*earlier.value, *value]
        found[name, key] = Assignment(name=name, key=key, value=value)
    return tuple(found.values())


def _statable(schema: Schema, name: str) -> Field:
    known = {one.name: one for one in schema.fields.values() if one.statable}
    if name not in known:
        message = f"a {schema.kind} has no field `{name}` that could be set"
        raise UsageError(message, hint=meant(name, known) or f"it has {listed(sorted(known))}")
    if known[name].sensitive:
        message = f"`{name}` is a secret, which is not set on a command line"
        raise UsageError(message, hint="state it in the stack: ${secret('env:NAME')}")
    return known[name]


def _value(field: Field, text: str, *, parse: Parse, member: bool) -> Value:
    shape = field.shape
    if member:
        if shape.type not in (Type.MAP, Type.OBJECT):
            message = f"`{field.name}` has no members"
            raise UsageError(message, hint=f"write `{field.name}=VALUE`")
        inner = shape.item
        return text if inner is not None and inner.type is Type.STRING else parse(text)
    if shape.type is Type.STRING:
        return text
    if shape.type not in _LISTS:
        return parse(text)
    if text.startswith("["):
        return parse(text)
    plain = shape.item is not None and shape.item.type is Type.STRING
    return [text if plain else parse(text)] if text else []


def assigned(
    found: Iterable[Assignment], before: Mapping[str, Value], *, described: Described
) -> dict[str, Value]:
    """Give the fields that are set, as the kind spells them; members join those there are."""
    stated: dict[str, Value] = {}
    for one in found:
        if one.key:
            whole = stated.get(one.name, before.get(one.name))
            stated[one.name] = {**(whole if isinstance(whole, dict) else {}), one.key: one.value}
        else:
            stated[one.name] = one.value
    return checked(stated, before, described=described)


def checked(
    stated: Mapping[str, Value], before: Mapping[str, Value], *, described: Described
) -> dict[str, Value]:
    """Give fields as their kind spells them; what it demands besides is taken from `before`."""
    fields = described.schema.fields
    demanded = {
        name: value
        for name, value in before.items()
        if name in fields and fields[name].required and value is not None
    }
    result = described.check({**demanded, **stated})
    for complaint in result.complaints:
        where = ".".join(map(str, complaint.path))
        message = f"`{where}` of a {described.schema.kind}: {complaint.message}"
        raise UsageError(message, hint=complaint.hint)
    return {name: value for name, value in result.attributes.items() if name in stated}
