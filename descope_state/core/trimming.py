"""What is worth saying of a live object: what differs from the defaults, in one order."""

import re
from collections.abc import Mapping

from descope_state.core.diff import arranged, equal
from descope_state.model.value import Value
from descope_state.sdk.schema import Field, Schema, Shape, Type


def said(
    attributes: Mapping[str, Value], schema: Schema, *, whole: bool = False
) -> dict[str, Value]:
    """Give the fields that a stack has to state for an object to be as it is.

    Defaults are left out of what is made; `whole` keeps them, for settings that are there without
    having been made: in another project they may be anything, and what is absent is left alone.
    """
    chosen = {name: value for name, value in attributes.items() if _chosen(value, name, schema)}
    return _fields(chosen, schema.fields, whole=whole)


def _chosen(value: Value, name: str, schema: Schema) -> bool:
    """Tell whether somebody chose a value: what the service makes up by itself nobody did."""
    field = schema.fields.get(name)
    if field is None or not field.statable or field.sensitive:
        return False
    return not (field.made and isinstance(value, str) and re.fullmatch(field.made, value))


def _fields(
    values: Mapping[str, Value], fields: Mapping[str, Field], *, whole: bool = False
) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, field in fields.items():
        if name not in values or field.sensitive or not field.statable:
            continue
        value = values[name]
        kept = field.required or (whole and value is not None and not (field.refers and not value))
        if kept or not equal(value, field.default, shape=field.shape):
            found[name] = _trimmed(value, field.shape)
    return found


def _trimmed(value: Value, shape: Shape) -> Value:
    match shape.type:
        case Type.OBJECT if isinstance(value, dict):
            return {**_fields(value, shape.fields)}
        case Type.SET:
            return arranged(shape, value)
        case Type.JSON:
            return _ordered(arranged(shape, value))
        case Type.MAP if isinstance(value, dict) and shape.item is not None:
            return {key: _trimmed(value[key], shape.item) for key in sorted(value)}
        case Type.LIST | Type.KEYED if isinstance(value, list) and shape.item is not None:
            # People may be shown a keyed list in its order: it is written as it is.
            return [_trimmed(item, shape.item) for item in value]
        case _:
            return value


def _ordered(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value
