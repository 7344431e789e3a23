"""`dataclass` as in the standard library, but made faster where it is frozen with slots.

The standard library writes seven functions for such a class and compiles each on its own, which
takes half a millisecond; a command has a hundred such classes to make before it can begin. Here one
function is written for a class, its `__init__`, and all classes share the rest. What comes out is a
dataclass to everybody who asks: `fields`, `replace`, `match`, `copy` and `pickle` work.
"""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(
        cls: type | None = None, /, *, frozen: bool = False, slots: bool = False, **options: bool
    ) -> object:
        """Make a dataclass; one that is not frozen with slots is left to the standard library."""
        if not (frozen and slots):
            return dataclasses.dataclass(cls, frozen=frozen, slots=slots, **options)
        if cls is None:
            return lambda cls: _made(cls, options)
        return _made(cls, options)


__all__ = ["dataclass"]


def _made(cls: type, options: dict[str, bool]) -> type:
    shown = options.pop("repr", True)
    own = frozenset(vars(cls))
    made: type = dataclasses.dataclass(
        cls, init=False, repr=False, eq=False, frozen=False, slots=True, **options
    )
    fields = dataclasses.fields(made)
    shared: dict[str, object] = {
        "__init__": _init(made, fields),
        "__setattr__": _refuse_setting,
        "__delattr__": _refuse_deleting,
        "__getstate__": _state,
        "__setstate__": _restore,
        **_comparison(fields),
    }
    if shown:
        shared["__repr__"] = _repr
    for name, function in shared.items():
        if name not in own:
            setattr(made, name, function)
    return made


def _init(cls: type, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """Write the one function that cannot be shared; slots are set by their own descriptors."""
    names: dict[str, object] = {"_absent": dataclasses.MISSING}
    plain: list[str] = []
    named: list[str] = []
    body: list[str] = []
    for field in fields:
        parameter = field.name
        if field.default is not dataclasses.MISSING:
            names[f"_default_{field.name}"] = field.default
            parameter += f"=_default_{field.name}"
        elif field.default_factory is not dataclasses.MISSING:
            names[f"_make_{field.name}"] = field.default_factory
            parameter += "=_absent"
            body.append(f" if {field.name} is _absent: {field.name} = _make_{field.name}()")
        (named if field.kw_only else plain).append(parameter)
        names[f"_set_{field.name}"] = getattr(cls, field.name).__set__
        body.append(f" _set_{field.name}(self, {field.name})")
    parameters = ", ".join(["self", *plain, *(["*", *named] if named else [])])
    text = "\n".join([f"def __init__({parameters}):", *(body or [" pass"])])
    exec(text, names)  # noqa: S102  # as the standard library does, of names that are identifiers
    function: Any = names["__init__"]
    function.__qualname__ = f"{cls.__qualname__}.__init__"
    return function  # type: ignore[no-any-return]  # a function, as the text above says


def _comparison(fields: tuple[dataclasses.Field[Any], ...]) -> dict[str, object]:
    names = [field.name for field in fields if field.compare]
    values: Callable[[object], object] = attrgetter(*names) if names else _nothing

    def same(self: object, other: object) -> Any:  # noqa: ANN401  # or NotImplemented
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    return {"__eq__": same, "__hash__": lambda self: hash(values(self))}


def _nothing(_self: object) -> tuple[()]:
    return ()


def _repr(self: Any) -> str:  # noqa: ANN401  # any dataclass
    shown = (field.name for field in dataclasses.fields(self) if field.repr)
    inner = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({inner})"


def _refuse_setting(self: object, name: str, _value: object) -> None:
    message = f"cannot assign to field {name!r} of {type(self).__name__}"
    raise dataclasses.FrozenInstanceError(message)


def _refuse_deleting(self: object, name: str) -> None:
    message = f"cannot delete field {name!r} of {type(self).__name__}"
    raise dataclasses.FrozenInstanceError(message)


def _state(self: Any) -> list[object]:  # noqa: ANN401  # any dataclass
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: list[object]) -> None:  # noqa: ANN401  # any dataclass
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
