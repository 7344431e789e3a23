"""Splits a value into what may be shown, what is not known yet, and what is secret.

Terraform prints three trees of one shape: the values, a mask of the unknown and a mask of the
sensitive. An unknown attribute is left out of the values, an unknown element is null; a secret is
null wherever it stands.
"""

from collections.abc import Collection, Mapping

from descope_state.frozen import dataclass
from descope_state.model.value import Fingerprint, Secret, Unknown, Value
from descope_state.report.json_text import Json
from descope_state.sdk.schema import Field, Shape


@dataclass(frozen=True, slots=True)
class Split:
    """One value and its two masks."""

    value: Json
    unknown: Json = False
    sensitive: Json = False


ABSENT = Split(None)


def split(value: Value, shape: Shape | None = None) -> Split:
    """Split any value; what its shape calls sensitive is hidden, and so is every secret."""
    match value:
        case Unknown():
            return Split(None, unknown=True)
        case Secret() | Fingerprint():
            return Split(None, sensitive=True)
        case dict():
            item = shape.item if shape else None
            return _mapping(value, shape.fields if shape else {}, item)
        case list():
            return _list([split(each, shape.item if shape else None) for each in value])
        case _:
            return Split(value)


def split_object(
    attributes: Mapping[str, Value],
    fields: Mapping[str, Field],
    *,
    sensitive: Collection[str] = (),
) -> Split:
    """Split the attributes of a resource; the names in `sensitive` are hidden besides."""
    hidden: dict[str, Value] = {
        name: value if isinstance(value, Unknown) else Fingerprint("")
        for name, value in attributes.items()
        if name in sensitive
    }
    return _mapping({**attributes, **hidden}, fields, None)


def anywhere(mask: Json) -> bool:
    """Tell whether a mask covers anything at all."""
    if isinstance(mask, dict):
        return any(map(anywhere, mask.values()))
    if isinstance(mask, list):
        return any(map(anywhere, mask))
    return mask is True


def _mapping(
    attributes: Mapping[str, Value], fields: Mapping[str, Field], item: Shape | None
) -> Split:
    parts = {name: _attribute(value, fields.get(name), item) for name, value in attributes.items()}
    return Split(
        {name: part.value for name, part in parts.items() if part.unknown is not True},
        unknown={name: part.unknown for name, part in parts.items() if part.unknown is not False},
        sensitive={
            name: part.sensitive for name, part in parts.items() if part.sensitive is not False
        },
    )


def _attribute(value: Value, field: Field | None, item: Shape | None) -> Split:
    if field is not None and field.sensitive:
        return Split(None, unknown=isinstance(value, Unknown), sensitive=True)
    return split(value, field.shape if field else item)


def _list(parts: list[Split]) -> Split:
    return Split(
        [part.value for part in parts],
        unknown=[part.unknown for part in parts],
        sensitive=[part.sensitive for part in parts],
    )
