"""One place per attribute: a pydantic field with marks, and the plain schema the engine reads.

A provider describes each kind by a `Config` subclass whose fields carry marks in `Annotated`.
Validation, difference, redaction, JSON Schema, `explain`, import and the reference all follow from
that one field. `fields_of` turns the model into values once; nothing else looks at pydantic.
"""

import types
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from descope_state.frozen import dataclass
from descope_state.model.value import Path, Value


class Config(BaseModel):
    """Base of what a stack may say about one kind of resource; strict, closed and immutable.

    One field is one attribute: `name: Annotated[str, Immutable()] = Field(description=…)`. A field
    may be text, number, flag, a `Literal` of texts, a list, a map by text, another `BaseModel`, one
    of these or None, or a `JsonField`. Its default is what the service does where it is left out.
    """

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False
    )


@dataclass(frozen=True, slots=True)
class Computed:
    """Made by the service; may be referred to, and stated only when `optional`.

    `made` is a pattern of what the service makes by itself: import leaves such a value out.
    """

    optional: bool = False
    made: str = ""


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A secret: takes nothing but `${secret('…')}` and is remembered as a fingerprint.

    `list` and `read` leave it out, also where the service would tell it.
    """


@dataclass(frozen=True, slots=True)
class Immutable:
    """Cannot be changed in place: another value means another object."""


@dataclass(frozen=True, slots=True)
class Volatile:
    """Changes by itself; never compared, and unknown again after every update."""


@dataclass(frozen=True, slots=True)
class Unordered:
    """A list in which order and repetition mean nothing."""


@dataclass(frozen=True, slots=True)
class Exclusive:
    """A list whose texts no two objects of a kind may share."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A list of objects that are matched by their field `by` rather than by position."""

    by: str


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A free document, compared as JSON and explained by its inner difference.

    Keys that are `volatile`, such as a version, are not compared wherever they stand in it.
    """

    volatile: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refers:
    """A text, or a list of texts, that is a field of an object of another kind.

    Where that kind has levels, `level` is its field that says whose an object is. One that is
    nobody's can be named by all; one that is somebody's only by who has the same in the field
    `same`, which stands beside the marked one. A `loose` name is not looked up by the service,
    which takes it whether or not there is such an object.
    """

    kind: str
    field: str
    level: str = ""
    same: str = ""
    loose: bool = False


def refers(
    kind: str, field: str, *, level: str = "", same: str = "", loose: bool = False
) -> Refers:
    """Mark what names an object of another kind by one of its fields; may be given twice."""
    return Refers(kind, field, level, same, loose)


def keyed(by: str) -> Keyed:
    """Mark a list of objects as matched by the field `by`."""
    return Keyed(by)


class Misfit(ValueError):
    """What does not hold together, told at a place below what a validator looks at."""

    def __init__(self, message: str, *, path: Path) -> None:
        super().__init__(message)
        self.path = path


Mark = (
    Computed
    | Sensitive
    | Immutable
    | Volatile
    | Unordered
    | Exclusive
    | Keyed
    | JsonDocument
    | Refers
)
Json = Any
JsonField = Annotated[Json, JsonDocument()]


class Type(StrEnum):
    """The types a field may have."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LIST = "list"
    SET = "set"
    KEYED = "keyed list"
    MAP = "map"
    OBJECT = "object"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The type of a value, down to its leaves.

    `item` is the shape of what a list or a map holds, `fields` those of an object. `key` is the
    field that the objects of a keyed list are matched by, `choices` are the texts that are
    allowed, `volatile` the keys of a document that are not compared.
    """

    type: Type
    item: "Shape | None" = None
    fields: Mapping[str, "Field"] = field(default_factory=dict)
    key: str = ""
    choices: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()
    nullable: bool = False

    @property
    def plain(self) -> bool:
        """Tell whether two such values may be compared as they stand, without arranging."""
        if self.type in (Type.SET, Type.KEYED, Type.JSON):
            return False
        if self.item is not None and not self.item.plain:
            return False
        return all(inner.shape.plain for inner in self.fields.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One attribute of a kind, as its marks and its type say.

    `computed` says that the service makes it, `statable` that a stack may say it; both hold where
    the service makes what a stack leaves out. `made` is the pattern of what the service makes.
    """

    name: str
    shape: Shape
    description: str = ""
    default: Value = None
    required: bool = False
    computed: bool = False
    statable: bool = True
    sensitive: bool = False
    immutable: bool = False
    volatile: bool = False
    exclusive: bool = False
    refers: tuple[Refers, ...] = ()
    made: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """All that the engine knows about a kind without asking the service.

    What is not of the model comes from the class variables of the kind: `Kind` says what they mean.
    """

    kind: str
    provider: str
    fields: Mapping[str, Field]
    description: str = ""
    version: int = 1
    family: str = ""
    identity_fields: tuple[str, ...] = ()
    unique: bool = True
    singleton: bool = False
    partial_list: bool = False
    sifted_list: bool = False
    requires: int = 0
    batches: frozenset[str] = frozenset()
    calls: Mapping[str, int] = field(default_factory=dict)
    reads: Mapping[str, int] = field(default_factory=dict)
    together: Mapping[str, str] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()
    tells: frozenset[str] = frozenset()
    cascades: bool = False


def fields_of(model: type[BaseModel]) -> dict[str, Field]:
    """Read the fields of a model, marks and all."""
    return dict(_fields(model))


@cache
def _fields(model: type[BaseModel]) -> Mapping[str, Field]:
    """Read them once: a class stays as it was written, and a command may ask again and again."""
    return {name: _field(name, info) for name, info in model.model_fields.items()}


def _field(name: str, info: FieldInfo) -> Field:
    marks = {type(mark): mark for mark in info.metadata if isinstance(mark, Mark)}
    computed = marks.get(Computed)
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    return Field(
        name=name,
        shape=_shape(info.annotation, marks),
        description=info.description or "",
        default=_plain(default),
        required=info.is_required(),
        computed=computed is not None or Volatile in marks,
        statable=(computed is None and Volatile not in marks)
        or (isinstance(computed, Computed) and computed.optional),
        sensitive=Sensitive in marks,
        immutable=Immutable in marks,
        volatile=Volatile in marks,
        exclusive=Exclusive in marks,
        refers=tuple(mark for mark in info.metadata if isinstance(mark, Refers)),
        made=computed.made if isinstance(computed, Computed) else "",
    )


def _plain(default: object) -> Value:
    if isinstance(default, BaseModel):
        dumped: dict[str, Value] = default.model_dump(mode="json")
        return dumped
    if isinstance(default, tuple | list):
        return [_plain(item) for item in default]
    if isinstance(default, dict):
        return {str(key): _plain(item) for key, item in default.items()}
    if default is None or isinstance(default, bool | int | float | str):
        return default
    return None


_SCALARS = {str: Type.STRING, int: Type.INTEGER, float: Type.NUMBER, bool: Type.BOOLEAN}


def _shape(annotation: object, marks: Mapping[type, object]) -> Shape:
    document = marks.get(JsonDocument)
    if isinstance(document, JsonDocument) or annotation is Any:
        hidden = document.volatile if isinstance(document, JsonDocument) else ()
        return Shape(type=Type.JSON, volatile=hidden, nullable=True)
    inner, nullable = _without_none(annotation)
    if isinstance(inner, type) and inner in _SCALARS:
        return Shape(type=_SCALARS[inner], nullable=nullable)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return Shape(type=Type.OBJECT, fields=fields_of(inner), nullable=nullable)
    return _generic(inner, marks, nullable=nullable)


def _without_none(annotation: object) -> tuple[object, bool]:
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        if len(rest) == 1:
            return rest[0], True
    return annotation, False


def _generic(annotation: object, marks: Mapping[type, object], *, nullable: bool) -> Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner = {type(mark): mark for mark in arguments[1:]}
        return _shape(arguments[0], {**marks, **inner})
    if origin is Literal:
        return Shape(type=Type.STRING, choices=tuple(map(str, arguments)), nullable=nullable)
    if origin in (list, tuple):
        kind, key = _list_type(marks)
        return Shape(type=kind, item=_shape(arguments[0], {}), key=key, nullable=nullable)
    if origin is dict:
        return Shape(type=Type.MAP, item=_shape(arguments[1], {}), nullable=nullable)
    message = f"{annotation!r} is not a type that a field of a kind may have"
    raise TypeError(message)


def _list_type(marks: Mapping[type, object]) -> tuple[Type, str]:
    match marks.get(Keyed):
        case Keyed(by):
            return Type.KEYED, by
        case _:
            return (Type.SET if Unordered in marks else Type.LIST), ""
