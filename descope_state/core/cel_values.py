"""Values as the CEL engine wants them, and the operators where it would answer like Python.

The engine takes Python's answer in places where CEL has none: `"a" * 1000000000`, `"%s" % x`,
`true + 1`, `list[-1]`. Those are refused here. Equality is that of the language's definition:
values of different types are different, null among them, which is how one asks for an absence.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import re2  # type: ignore[import-untyped]  # it ships no types
from celpy import celtypes
from celpy.evaluation import CELEvalError

from descope_state.core.plain import Untold
from descope_state.core.templates import LARGEST_LIST, LARGEST_TEXT, TOO_LARGE
from descope_state.model.value import Unknown, Value

LARGEST = 2**53

Operation: TypeAlias = Callable[[object, object], object]


class Refusal(Exception):
    """What the expression asks for is refused; it passes through the engine untouched."""

    def __init__(self, message: str, *, hint: str = "", code: str = "E1404") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.position: int | None = None


class Unfit(TypeError):
    """An operation between values it does not go between; `||` and `&&` may still not need it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = "E1404"


class Watched(celtypes.MapType):
    """A map in the order of its keys that converts a value when it is read, not before.

    This is how an unknown is noticed: a field that nobody knows yet has its key here, so that
    counting and iterating work, and reading it ends the evaluation with `Untold`. An expression
    that never reads such a field is therefore known, and one that does is unknown whole.
    """

    def __init__(self, raw: Mapping[str, Value]) -> None:
        super().__init__()
        for name in sorted(raw):
            super().__setitem__(celtypes.StringType(name), None)
        self._raw = raw
        self._told: set[str] = set()

    def __getitem__(self, key: object) -> celtypes.Value:
        found: celtypes.Value = super().__getitem__(key)
        if not isinstance(key, str) or key in self._told:
            return found
        converted = cel_value(self._read(str(key)))
        super().__setitem__(celtypes.StringType(key), converted)
        self._told.add(key)
        return converted

    def _read(self, name: str) -> Value:
        try:
            return self._raw[name]
        except LookupError as error:
            # The name is there, so this is what a lazy map says: locals in a circle, for one.
            raise Refusal(str(error.args[0]) if error.args else name, code="E1403") from None

    def get(self, key: object, default: object = None) -> celtypes.Value:
        """Read a field as indexing does."""
        del default  # the language has none
        return self[key]

    def pairs(self) -> Iterator[tuple[object, celtypes.Value]]:
        """Read everything."""
        return ((key, self[key]) for key in self)


def cel_value(value: Value | Mapping[str, Value]) -> celtypes.Value:
    """Convert a plain value for the engine; an unknown or a secret ends the evaluation."""
    convert = _CONVERSIONS.get(type(value))
    if convert is not None:
        return convert(value)
    if isinstance(value, list):
        return celtypes.ListType([cel_value(inner) for inner in value])
    if isinstance(value, Mapping):
        return Watched(value)
    if isinstance(value, Unknown):
        raise Untold
    message = "a secret cannot be part of an expression"
    hint = "refer to it by a path alone, as the whole value"
    raise Refusal(message, hint=hint, code="E1406")


def _whole(number: object) -> celtypes.Value:
    try:
        return celtypes.IntType(number)
    except ValueError:
        message = "a number is too large to calculate with"
        raise Refusal(message) from None


def _null(_value: object) -> celtypes.Value:
    return None


_CONVERSIONS: dict[type, Callable[[object], celtypes.Value]] = {
    bool: celtypes.BoolType,
    int: _whole,
    float: celtypes.DoubleType,
    str: lambda text: celtypes.StringType(str(text)),
    type(None): _null,
}


def plain_value(result: object) -> Value:
    """Convert what the engine answered; what YAML and JSON cannot hold is refused."""
    if isinstance(result, CELEvalError):
        raise result
    match family(result):
        case "null":
            return None
        case "list" if isinstance(result, list):
            return [plain_value(inner) for inner in result]
        case "map" if isinstance(result, dict):
            return _plain_map(result)
        case _:
            return _plain_leaf(result)


def _plain_leaf(leaf: object) -> Value:
    if isinstance(leaf, bool | celtypes.BoolType):
        return bool(leaf)
    if isinstance(leaf, int | float):
        return _plain_number(leaf)
    if isinstance(leaf, str | celtypes.TimestampType | celtypes.DurationType):
        return str(leaf)
    message = "the answer is neither a text, a number, true, false, null, a list nor a map"
    hint = "convert bytes by `string(…)`" if isinstance(leaf, bytes) else ""
    raise Refusal(message, hint=hint)


def _plain_number(number: float) -> Value:
    if isinstance(number, int):
        if abs(number) > LARGEST:
            message = "the answer is a whole number beyond 2^53, which JSON cannot hold exactly"
            raise Refusal(message, hint="use `string(…)`")
        return int(number)
    if number - number != 0:
        message = "the answer is not a finite number"
        raise Refusal(message, hint="look for a division by zero")
    return float(number)


def _plain_map(found: dict[object, object]) -> Value:
    answer: dict[str, Value] = {}
    pairs = found.pairs() if isinstance(found, Watched) else found.items()
    for key, value in pairs:
        if not isinstance(key, str):
            message = "the keys of a map must be texts"
            raise Refusal(message, hint="use `string(…)` for the key")
        answer[str(key)] = plain_value(value)
    return answer


# What a value is to the operators; a class of Python's stands in where the engine returns one.
_FAMILIES: tuple[tuple[type, str], ...] = (
    (celtypes.BoolType, "bool"),
    (bool, "bool"),
    (celtypes.UintType, "uint"),
    (int, "int"),
    (float, "double"),
    (str, "string"),
    (list, "list"),
    (dict, "map"),
    (bytes, "bytes"),
    (celtypes.TimestampType, "timestamp"),
    (celtypes.DurationType, "duration"),
    (type(None), "null"),
)
_NUMBERS = frozenset({"int", "uint", "double"})
_TEMPORAL = frozenset({"timestamp", "duration"})
_ALLOWED = {
    "_+_": _NUMBERS | _TEMPORAL | {"string", "bytes", "list"},
    "_-_": _NUMBERS | _TEMPORAL,
    "_*_": _NUMBERS,
    "_/_": _NUMBERS,
    "_%_": frozenset({"int", "uint"}),
    "_<_": _NUMBERS | _TEMPORAL | {"string", "bytes", "bool"},
}
_SIGNS = {"_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "_%_": "%", "_<_": "<"}


def family(value: object) -> str:
    """Name the type of a value as the language does."""
    for kind, name in _FAMILIES:
        if isinstance(value, kind):
            return name
    return "type"


def _checked(symbol: str, operate: Operation, *, mixed: frozenset[str]) -> Operation:
    allowed = _ALLOWED[symbol]

    def checked(left: object, right: object) -> object:
        for side in (left, right):
            if isinstance(side, CELEvalError):
                return side
        first, second = family(left), family(right)
        if {first, second} <= allowed and (first == second or {first, second} <= mixed):
            return operate(left, right)
        message = f"`{_SIGNS[symbol]}` does not go between {first} and {second}"
        raise Unfit(message, hint="convert one of them, for instance by `string(…)`")

    return checked


def _compared(operate: Operation) -> Operation:
    def compare(left: object, right: object) -> object:
        return celtypes.BoolType(operate(*_comparable(left, right)))

    return _checked("_<_", compare, mixed=_NUMBERS)


def _comparable(left: object, right: object) -> tuple[object, object]:
    # By Python's numbers: the engine's refuse to compare a whole number with a fraction.
    if isinstance(left, int) and isinstance(right, int):
        return int(left), int(right)
    if isinstance(left, int | float) and isinstance(right, int | float):
        return float(left), float(right)
    return left, right


def equal(left: object, right: object) -> bool:
    """Compare as the language defines it: different types are different, numbers are numbers."""
    first, second = family(left), family(right)
    if first != second and not {first, second} <= _NUMBERS:
        return False
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return set(left) == set(right) and all(equal(left[key], right[key]) for key in left)
    one, other = _comparable(left, right)
    return bool(one == other)


def _equals(left: object, right: object) -> object:
    for side in (left, right):
        if isinstance(side, CELEvalError):
            return side
    return celtypes.BoolType(equal(left, right))


def _differs(left: object, right: object) -> object:
    answer = _equals(left, right)
    return answer if isinstance(answer, CELEvalError) else celtypes.BoolType(not answer)


def _contained(item: object, container: object) -> object:
    for side in (item, container):
        if isinstance(side, CELEvalError):
            return side
    if isinstance(container, dict):
        return celtypes.BoolType(isinstance(item, str | int) and item in container)
    if isinstance(container, list):
        return celtypes.BoolType(any(equal(item, element) for element in container))
    message = f"`in` looks into a list or a map, not into {family(container)}"
    hint = "a text has `.contains(…)`" if isinstance(container, str) else ""
    raise Unfit(message, hint=hint)


def _indexed(container: object, index: object) -> object:
    for side in (container, index):
        if isinstance(side, CELEvalError):
            return side
    if isinstance(container, dict):
        return container[index]
    if isinstance(container, list) and family(index) in ("int", "uint"):
        place = int(str(index))
        if 0 <= place < len(container):
            return container[place]
        message = f"a list of {len(container)} elements has no `[{place}]`"
        raise IndexError(message)
    message = f"{family(container)} cannot be indexed by {family(index)}"
    raise Unfit(message)


def _chosen(condition: object, first: object, second: object) -> object:
    if isinstance(condition, CELEvalError):
        return condition
    if family(condition) == "bool":
        return first if condition else second
    message = f"what stands before `?` must be true or false, not {family(condition)}"
    raise Unfit(message)


def _string(value: object) -> object:
    if family(value) == "bool":
        return celtypes.StringType("true" if value else "false")
    if family(value) in ("null", "list", "map", "type"):
        message = f"`string` cannot spell {family(value)}"
        raise Unfit(message)
    return celtypes.StringType(value)  # type: ignore[arg-type]  # the families above are excluded


def _matched(text: object, pattern: object) -> object:
    if not isinstance(text, str) or not isinstance(pattern, str):
        message = f"`matches` is for texts, not for {family(text)} and {family(pattern)}"
        raise Unfit(message)
    # The engine's own would also print its complaint about the pattern on the terminal.
    options = re2.Options()
    options.log_errors = False
    try:
        return celtypes.BoolType(re2.compile(pattern, options).search(text) is not None)
    except re2.error as error:
        message = f"`{pattern}` is not a regular expression"
        raise Unfit(message, hint="the syntax is that of RE2") from error


_SAME: frozenset[str] = frozenset()


def _added(left: object, right: object) -> object:
    """Add, but do not let a text or a list grow without end by being added to itself."""
    if isinstance(left, str) and isinstance(right, str) and len(left) + len(right) > LARGEST_TEXT:
        raise Unfit(TOO_LARGE)
    if isinstance(left, list) and isinstance(right, list) and len(left) + len(right) > LARGEST_LIST:
        message = f"the list becomes longer than {LARGEST_LIST:,} elements"
        raise Unfit(message)
    return operator.add(left, right)


OPERATORS: dict[str, object] = {
    "_==_": _equals,
    "_!=_": _differs,
    "_in_": _contained,
    "_[_]": _indexed,
    "_?_:_": _chosen,
    "_+_": _checked("_+_", _added, mixed=_TEMPORAL),
    "_-_": _checked("_-_", operator.sub, mixed=_TEMPORAL),
    "_*_": _checked("_*_", operator.mul, mixed=_SAME),
    "_/_": _checked("_/_", operator.truediv, mixed=_SAME),
    "_%_": _checked("_%_", operator.mod, mixed=_SAME),
    "_<_": _compared(operator.lt),  # type: ignore[arg-type]  # its types are checked before
    "_<=_": _compared(operator.le),  # type: ignore[arg-type]  # its types are checked before
    "_>_": _compared(operator.gt),  # type: ignore[arg-type]  # its types are checked before
    "_>=_": _compared(operator.ge),  # type: ignore[arg-type]  # its types are checked before
    "string": _string,
    "matches": _matched,
}
