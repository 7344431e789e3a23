"""Reads values and records back from JSON, taking nothing on trust."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar, cast

from descope_state.model.address import Address
from descope_state.model.value import Fingerprint, Json, Path, Ref, Secret, Unknown, Value

T = TypeVar("T")

MARK = '"$'
_CONTAINERS = (dict, list)


class Malformed(ValueError):
    """The JSON is not of the shape that was written; says where it differs."""


def revived(raw: Json) -> Value:
    """Read what `plain` spelled; a ValueError says what is wrong with anything else."""
    if isinstance(raw, dict):
        if len(raw) == 1:
            [(key, inner)] = raw.items()
            if key[:1] == "$":
                return _placeholder(key, inner)
        return {
            key: revived(inner) if isinstance(inner, _CONTAINERS) else inner
            for key, inner in raw.items()
        }
    if isinstance(raw, list):
        return [revived(inner) if isinstance(inner, _CONTAINERS) else inner for inner in raw]
    return raw


def unmarked(raw: Json) -> Value:
    """Take JSON that is known to hold no placeholder as the value that it is."""
    return cast("Value", raw)


def parsed(text: str) -> Json:
    """Read JSON; every way in which a text can fail to be JSON is a ValueError."""
    try:
        raw: Json = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        message = "it is nested too deeply"
        raise Malformed(message) from None
    return raw


def _no_constant(text: str) -> None:
    message = f"`{text}` is not a number that JSON knows"
    raise Malformed(message)


def _placeholder(key: str, inner: Json) -> Value:
    match key, inner:
        case "$fingerprint", str():
            return Fingerprint(inner)
        case "$secret", dict() if inner.keys() <= {"source", "fingerprint"}:
            return _secret(inner)
        case "$unknown", dict() if inner.keys() == {"expression", "refs", "bindings"}:
            return _unknown(inner)
        case "$map", dict() if len(inner) == 1 and next(iter(inner))[:1] == "$":
            return {name: revived(value) for name, value in inner.items()}
    message = f"`{key}` is not a placeholder that this version of dstate knows"
    raise Malformed(message)


def _secret(inner: dict[str, Json]) -> Secret:
    match inner:
        case {"source": str(source), "fingerprint": str(fingerprint)}:
            return Secret(source, fingerprint)
        case {"source": str(source)} if len(inner) == 1:
            return Secret(source)
    message = "a secret does not hold a source and a fingerprint"
    raise Malformed(message)


def _unknown(inner: dict[str, Json]) -> Unknown:
    match inner:
        case {"expression": str(expression), "refs": list(refs), "bindings": list(bindings)}:
            return Unknown(
                expression,
                tuple(_ref(raw) for raw in refs),
                tuple(_binding(raw) for raw in bindings),
            )
    message = "an unknown does not hold an expression, references and bindings"
    raise Malformed(message)


def _ref(raw: Json) -> Ref:
    match raw:
        case [str(kind), str(name), key, field]:
            return Ref(kind, name, _text_or_none(key), _text_or_none(field))
    message = "a reference is not a kind, a name, a key and a field"
    raise Malformed(message)


def _binding(raw: Json) -> tuple[str, Value]:
    match raw:
        case [str(name), bound]:
            return name, revived(bound)
    message = "a binding is not a name and a value"
    raise Malformed(message)


def _text_or_none(raw: Json) -> str | None:
    if raw is None or isinstance(raw, str):
        return raw
    message = f"{raw!r} stands where a text belongs"
    raise Malformed(message)


class Addresses(dict[str, Address]):
    """Every address of a file, parsed once and only in the spelling that was written."""

    def __missing__(self, text: str) -> Address:
        address = Address.parse(text)
        if address.key is not None and str(address) != text:
            message = f"`{text}` is not how {address} is spelled"
            raise Malformed(message)
        self[text] = address
        return address


class Record:
    """One JSON object of a file, read field by field; a field left out has its default."""

    __slots__ = ("_addresses", "_raw", "_value")

    def __init__(
        self,
        raw: Json,
        names: frozenset[str],
        *,
        value: Callable[[Json], Value],
        addresses: Addresses,
    ) -> None:
        if not isinstance(raw, dict):
            message = f"{type(raw).__name__} stands where an object belongs"
            raise Malformed(message)
        if not raw.keys() <= names:
            message = f"`{min(raw.keys() - names)}` is not a field that this version knows"
            raise Malformed(message)
        self._raw = raw
        self._value = value
        self._addresses = addresses

    def text(self, name: str, default: str | None = None) -> str:
        """Give a text; one without a default must be there."""
        found = self._raw.get(name, default)
        if isinstance(found, str):
            return found
        raise self._wrong(name, "a text")

    def number(self, name: str, default: int | None = None) -> int:
        """Give a whole number."""
        found = self._raw.get(name, default)
        if isinstance(found, int) and not isinstance(found, bool):
            return found
        raise self._wrong(name, "a whole number")

    def decimal(self, name: str) -> float:
        """Give a number of any sort, which must be there."""
        found = self._raw.get(name)
        if isinstance(found, int | float) and not isinstance(found, bool):
            return found
        raise self._wrong(name, "a number")

    def flag(self, name: str) -> bool:
        """Give true or false; what is left out is false."""
        found = self._raw.get(name, False)
        if isinstance(found, bool):
            return found
        raise self._wrong(name, "true or false")

    def items(self, name: str) -> list[Json]:
        """Give the elements of a list; what is left out is empty."""
        found = self._raw.get(name)
        if found is None and name not in self._raw:
            return []
        if isinstance(found, list):
            return found
        raise self._wrong(name, "a list")

    def members(self, name: str) -> dict[str, Json]:
        """Give the members of an object; what is left out is empty."""
        found = self._raw.get(name, {})
        if isinstance(found, dict):
            return found
        raise self._wrong(name, "an object")

    def choice(self, name: str, choices: Mapping[str, T], *, default: T | None = None) -> T:
        """Give one of a few words."""
        if default is not None and name not in self._raw:
            return default
        word = self.text(name)
        if word in choices:
            return choices[word]
        message = f"`{name}` is `{word}`, which this version of dstate does not know"
        raise Malformed(message)

    def value(self, name: str) -> Value:
        """Give a value of the stack or of the service."""
        return self._value(self._raw.get(name))

    def attributes(self, name: str) -> dict[str, Value]:
        """Give the attributes of an object, which must be there."""
        found = self._value(self._raw.get(name))
        if isinstance(found, dict):
            return found
        raise self._wrong(name, "an object")

    def maybe_attributes(self, name: str) -> dict[str, Value] | None:
        """Give the attributes of an object that may not exist."""
        return self.attributes(name) if name in self._raw else None

    def named(self, text: str) -> Address:
        """Give the address that a text of this file spells."""
        return self._addresses[text]

    def address(self, name: str) -> Address:
        """Give an address, which must be there."""
        return self._addresses[self.text(name)]

    def maybe_address(self, name: str) -> Address | None:
        """Give an address that may be left out."""
        return self.address(name) if name in self._raw else None

    def addresses(self, name: str) -> tuple[Address, ...]:
        """Give a list of addresses; what is left out is empty."""
        if name not in self._raw:
            return ()
        return tuple(map(self._addresses.__getitem__, self.texts(name)))

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a list of texts; what is left out is empty."""
        if name not in self._raw:
            return ()
        texts = [item for item in self.items(name) if isinstance(item, str)]
        if len(texts) != len(self.items(name)):
            raise self._wrong(name, "a list of texts")
        return tuple(texts)

    def path(self, name: str) -> Path:
        """Give a path into a value: names and positions."""
        found = self.items(name)
        steps = tuple(step for step in found if isinstance(step, str | int))
        if len(steps) != len(found) or any(isinstance(step, bool) for step in steps):
            raise self._wrong(name, "a list of names and positions")
        return steps

    def each(
        self, name: str, names: frozenset[str], *, read: "Callable[[Record], T]"
    ) -> tuple[T, ...]:
        """Read every object of a list; what is left out is empty."""
        if name not in self._raw:
            return ()
        return tuple(read(self.inner(raw, names)) for raw in self.items(name))

    def one(self, name: str, names: frozenset[str]) -> "Record":
        """Give an inner object; what is left out is empty."""
        return self.inner(self._raw.get(name, {}), names)

    def inner(self, raw: Json, names: frozenset[str]) -> "Record":
        """Read another object of the same file."""
        return Record(raw, names, value=self._value, addresses=self._addresses)

    def _wrong(self, name: str, expected: str) -> Malformed:
        if name not in self._raw:
            return Malformed(f"`{name}` is missing")
        return Malformed(f"`{name}` is not {expected}")


def record(text: str, names: frozenset[str]) -> Record:
    """Read a whole file as one object."""
    return record_of(parsed(text), names, marked=MARK in text)


def record_of(raw: Json, names: frozenset[str], *, marked: bool = True) -> Record:
    """Read one object that is JSON already."""
    return Record(raw, names, value=revived if marked else unmarked, addresses=Addresses())


def addresses_spelled(addresses: Iterable[Address]) -> list[Json]:
    """Write addresses as they stand in every file."""
    return [str(address) for address in addresses]
