"""Turns what the API says of an object into a kind's model, and back.

A field is on the wire under its own name in camel case, unless the model's `names` say otherwise.
What an answer leaves out, or gives as null, is the zero value of its type; a field of another type
than the model's is `Unreadable`, never guessed at.
"""

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Generic, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from descope_state.sdk.schema import Config, Field, Shape, Type, fields_of
from dstate_descope.wire import Body, Json, Record

C = TypeVar("C", bound=Config)
Read = Callable[[Record, str], Json]


def camel(name: str) -> str:
    """Spell a field as the API does: `created_time` is `createdTime`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _spelling(model: type[BaseModel]) -> Mapping[str, str]:
    own: Mapping[str, str] = getattr(model, "names", {})
    return {name: own.get(name, camel(name)) for name in model.model_fields}


class Codec(Generic[C]):
    """Both directions for one model; made once per class."""

    def __init__(self, model: type[C]) -> None:
        self.model = model
        self.fields = fields_of(model)
        self.names = _spelling(model)

    @cached_property
    def writable(self) -> tuple[str, ...]:
        """Name the fields that a request may carry, secrets left out."""
        fields = self.fields.values()
        return tuple(field.name for field in fields if field.statable and not field.sensitive)

    @cached_property
    def _readers(self) -> tuple[tuple[str, str, Read], ...]:
        return tuple(
            (name, self.names[name], _reader(field.shape, self.model.model_fields[name]))
            for name, field in self.fields.items()
            if not field.sensitive
        )

    def decode(self, record: Record, **known: Json) -> C:
        """Read an object; `known` are the fields that its answer does not carry."""
        values = {
            name: read(record, wired) for name, wired, read in self._readers if name not in known
        }
        return cast("C", self.model.model_construct(**{**values, **known}))

    def encode(self, config: C, names: Collection[str] | None = None) -> Body:
        """Spell fields for a request: those named, or all but the secrets."""
        chosen = self.writable if names is None else names
        return {
            self.names[name]: _plain(getattr(config, name), self.fields[name])
            for name in self.fields
            if name in chosen
        }


def _plain(value: Json, field: Field) -> Json:
    zero = _ZERO.get(field.shape.type)
    return (zero() if zero else None) if value is None and not field.computed else spelled(value)


def spelled(value: Json) -> Json:
    """Spell a value for a request: models by their wire names, everything else as it is."""
    if isinstance(value, BaseModel):
        names = _spelling(type(value))
        inner = ((names[name], getattr(value, name)) for name in type(value).model_fields)
        return {name: spelled(part) for name, part in inner if part is not None}
    if isinstance(value, list | tuple):
        return [spelled(item) for item in value]
    if isinstance(value, dict):
        return {name: spelled(item) for name, item in value.items()}
    return value


_ZERO: Mapping[Type, Callable[[], Json]] = {
    Type.STRING: str,
    Type.INTEGER: int,
    Type.LIST: list,
    Type.SET: list,
    Type.MAP: dict,
}


def _reader(shape: Shape, info: FieldInfo) -> Read:
    """Choose how a field is read, by its type alone."""
    match shape.type:
        case Type.STRING:
            return _choice(shape) if shape.choices else Record.text
        case Type.INTEGER:
            return Record.seconds if shape.nullable else Record.whole
        case Type.BOOLEAN:
            return Record.flag
        case Type.MAP:
            return Record.mapping
        case Type.OBJECT:
            return _object(_models(info.annotation))
        case Type.LIST | Type.SET | Type.KEYED:
            inner = _models(info.annotation)
            return _objects(inner) if inner else Record.texts
        case _:
            return Record.raw


def _choice(shape: Shape) -> Read:
    choices = tuple(dict.fromkeys(("", *shape.choices)))

    def read(record: Record, name: str) -> Json:
        value = record.choice(name, choices)
        return None if shape.nullable and not value else value

    return read


def _object(models: list[type[Config]]) -> Read:
    codec = Codec(models[0])

    def read(record: Record, name: str) -> Json:
        inner = record.record(name)
        return None if inner is None or inner.empty else codec.decode(inner)

    return read


def _objects(models: list[type[Config]]) -> Read:
    codec = Codec(models[0])

    def read(record: Record, name: str) -> Json:
        if record.raw(name) is None:
            return []
        return [codec.decode(item) for item in record.records(name, name)]

    return read


def _models(annotation: object) -> list[type[Config]]:
    """Find the models that a field is made of, however they are wrapped."""
    if isinstance(annotation, type) and issubclass(annotation, Config):
        return [annotation]
    if get_origin(annotation) is None:
        return []
    return [model for part in get_args(annotation) for model in _models(part)]
