"""YAML to plain data with the place of every value and key: the fast path.

Parsing is libyaml's (through PyYAML's events), meaning is ours: YAML 1.2 core scalars, and no
duplicate keys, tags, merge keys, cycles or expansion bombs. `exact.py` gives the same answers by
other means and is what this module is compared with.
"""

from array import array
from collections.abc import Callable
from typing import Protocol, cast
from unicodedata import normalize

import yaml

from descope_state.config.refusals import Refusals, Stop
from descope_state.config.scalars import WORDS, Scalar, plain
from descope_state.config.source import DEEPEST, LARGEST_COUNT, LARGEST_EXPANSION, Source, read
from descope_state.config.tabs import refuse_tabs
from descope_state.errors import Invalid, Origin, Problem
from descope_state.model.value import Path, Value

# As variables, because a comparison of classes is faster than `isinstance`.
_SCALAR: object = yaml.ScalarEvent
_ALIAS: object = yaml.AliasEvent
_MAPPING: object = yaml.MappingStartEvent
_MAPPING_END: object = yaml.MappingEndEvent
_SEQUENCE_END: object = yaml.SequenceEndEvent
_STREAM_END: object = yaml.StreamEndEvent
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Mark(Protocol):
    index: int
    line: int
    column: int


class _Event(Protocol):
    """What all events have, and what only some have; the class says which."""

    start_mark: _Mark
    tag: str | None
    anchor: str | None
    value: str
    style: str | None


class Places:
    """Where the members of every container stand, found by the container's identity."""

    def __init__(self) -> None:
        self.root = 0
        self._members = array("I")
        self._first: dict[int, int] = {}
        self._numbers: dict[int, dict[str, int]] = {}

    def keep(self, container: dict[str, Value] | list[Value], members: list[int]) -> None:
        """Remember the places of one container: key, value, key, value, …; or value, value, …"""
        self._first[id(container)] = len(self._members)
        self._members.extend(members)

    def member(self, container: Value, step: str | int, *, key: bool = False) -> int | None:
        """Give the place of one member's value or key."""
        first = self._first.get(id(container))
        if first is None:
            return None
        if isinstance(container, dict):
            number = self._number(container, step)
            return None if number is None else self._members[first + 2 * number + (not key)]
        if isinstance(container, list) and isinstance(step, int) and step < len(container):
            return self._members[first + step]
        return None

    def _number(self, container: dict[str, Value], step: str | int) -> int | None:
        numbers = self._numbers.get(id(container))
        if numbers is None:
            numbers = {name: number for number, name in enumerate(container)}
            self._numbers[id(container)] = numbers
        return numbers.get(cast("str", step))


class Document:
    """What one file says, and where. The data must not be changed: places follow its identity."""

    def __init__(self, data: Value, *, source: Source, places: Places) -> None:
        self.data = data
        self.source = source
        self._places = places

    def origin(self, path: Path = ()) -> Origin | None:
        """Say where the value at a path stands; None where there is none."""
        return self.origin_within(self.data, path) if path else self._at(self._places.root)

    def key_origin(self, path: Path) -> Origin | None:
        """Say where the key that ends a path stands; None where there is none."""
        return self.origin_within(self.data, path, key=True)

    def origin_within(self, container: Value, path: Path, *, key: bool = False) -> Origin | None:
        """Say where the value (or key) at a path inside one container of the data stands."""
        index = self._index(container, path, key=key)
        return None if index is None else self._at(index)

    def problem(
        self, code: str, path: Path, *, message: str, hint: str = "", key: bool = False
    ) -> Problem:
        """Complain about the value (or key) at a path, or about the nearest thing around it."""
        index = self._index(self.data, path, key=key)
        while index is None and path:
            path = path[:-1]
            index = self._index(self.data, path, key=True)
        place = self._places.root if index is None else index
        return self.source.problem(code, place, message=message, hint=hint)

    def _index(self, container: Value, path: Path, *, key: bool) -> int | None:
        for step in path[:-1]:
            container = _inner(container, step)
        return self._places.member(container, path[-1], key=key) if path else None

    def _at(self, index: int) -> Origin:
        return self.source.origin(index)


def _of_null(event: _Event, key: int) -> int:
    """Let a value that was left out stand at its key."""
    left_out = event.__class__ is _SCALAR and not event.value and event.anchor is None
    return key if left_out else event.start_mark.index


def _inner(container: Value, step: str | int) -> Value:
    if isinstance(container, dict):
        return container.get(cast("str", step))
    if isinstance(container, list) and isinstance(step, int) and step < len(container):
        return container[step]
    return None


def parse(text: bytes, *, file: str) -> Document:
    """Read a file; Invalid holds all that can be said against it."""
    source = read(text, file=file)
    refusals = Refusals(source)
    try:
        refuse_tabs(source, refusals)
        document = _Reader(source, refusals).document()
    except Stop:
        document = None
    if refusals.problems or document is None:
        raise Invalid(refusals.problems)
    return document


class _Reader:
    """Turns the events of one file into data; one method for each sort of node."""

    def __init__(self, source: Source, refusals: Refusals) -> None:
        self._source = source
        self._refuse = refusals
        self._places = Places()
        self._parser = _PARSER(source.text)
        self._take: Callable[[], _Event] = self._parser.get_event
        self._plain: dict[str, Scalar] = dict(WORDS)
        self._keys: dict[str, str] = {}
        self._anchors: dict[str, tuple[Value, int, int]] = {}
        self._open: set[str] = set()
        self._count = 0
        self._expanded = 0
        self._deepest = 0

    def document(self) -> Document:
        try:
            data = self._stream()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._refuse.syntax(
                self._place(mark) if mark else 0,
                error.problem or error.context or "unreadable",
                opened=self._place(error.context_mark) if error.context_mark else None,
            )
            raise
        finally:
            self._parser.dispose()
        return Document(data, source=self._source, places=self._places)

    def _place(self, mark: _Mark) -> int:
        return self._source.index(mark.line + 1) + mark.column

    def _stream(self) -> Value:
        self._take()
        if self._take().__class__ is _STREAM_END:
            return None
        event = self._take()
        self._places.root = event.start_mark.index
        data = self._node(event, 0)
        self._take()
        after = self._take()
        if after.__class__ is not _STREAM_END:
            self._refuse.documents(after.start_mark.index)
        return data

    def _node(self, event: _Event, depth: int) -> Value:
        """Read any node; plain members of containers are read in place, for speed."""
        if event.__class__ is _ALIAS:
            return self._alias(event, depth)
        index = event.start_mark.index
        if event.tag is not None:
            self._refuse.tag(index, event.tag)
        if event.anchor is None:
            return self._content(event, depth)
        return self._anchored(event, depth)

    def _content(self, event: _Event, depth: int) -> Value:
        if event.__class__ is _SCALAR:
            return event.value if event.style else self._plain_scalar(event)
        if depth >= DEEPEST:
            self._refuse.depth(event.start_mark.index)
        self._deepest = max(self._deepest, depth + 1)
        if event.__class__ is _MAPPING:
            return self._mapping(depth + 1)
        return self._sequence(depth + 1)

    def _mapping(self, depth: int) -> dict[str, Value]:
        data: dict[str, Value] = {}
        places: list[int] = []
        take, keys, scalars = self._take, self._keys, self._plain
        while (event := take()).__class__ is not _MAPPING_END:
            key = keys.get(event.value) if event.__class__ is _SCALAR else None
            if key is None or event.anchor is not None or event.tag is not None:
                key = self._key(event, depth)
            place = event.start_mark.index
            event = take()
            value: Value
            if event.__class__ is _SCALAR and event.anchor is None and event.tag is None:
                value = text = event.value
                if not event.style:
                    value = scalars[text] if text in scalars else self._plain_scalar(event)
            else:
                value = self._node(event, depth)
            if key is None or key in data:
                self._repeated(key, data, places=places, index=place)
            else:
                data[key] = value
                places += (
                    place,
                    event.start_mark.index if value is not None else _of_null(event, place),
                )
        self._close(data, places)
        if not all(map(str.isascii, data)):
            self._refuse_twins(data, places)
        return data

    def _sequence(self, depth: int) -> list[Value]:
        data: list[Value] = []
        places: list[int] = []
        take = self._take
        while (event := take()).__class__ is not _SEQUENCE_END:
            data.append(self._node(event, depth))
            places.append(event.start_mark.index)
            if len(data) > LARGEST_COUNT:
                self._refuse.count()
        self._close(data, places)
        return data

    def _close(self, data: dict[str, Value] | list[Value], places: list[int]) -> None:
        self._count += len(data)
        if self._count > LARGEST_COUNT:
            self._refuse.count()
        if data:
            self._places.keep(data, places)

    def _plain_scalar(self, event: _Event) -> Scalar:
        text: str = event.value
        try:
            value = plain(text)
        except ValueError as error:
            self._refuse.number(event.start_mark.index, str(error))
            return text
        self._plain[text] = value
        return value

    def _key(self, event: _Event, depth: int) -> str | None:
        """Give a key that was not met before, or None for one that is refused."""
        index = event.start_mark.index
        if event.__class__ is not _SCALAR:
            self._refuse.key(index, "an alias" if event.__class__ is _ALIAS else "a collection")
            if event.__class__ is not _ALIAS:
                self._node(event, depth)
            return None
        self._node(event, depth)
        text: str = event.value
        if not event.style and not event.tag:
            if text == "<<":
                self._refuse.merge(index)
                return None
            if not isinstance(self._plain.get(text, text), str):
                self._refuse.key(index, f"`{text}`" if text else "empty")
                return None
            self._keys[text] = text
        return text

    def _repeated(
        self, key: str | None, data: dict[str, Value], *, places: list[int], index: int
    ) -> None:
        if key is not None:
            self._refuse.duplicate(index, key, first=places[2 * list(data).index(key)])

    def _refuse_twins(self, data: dict[str, Value], places: list[int]) -> None:
        seen: dict[str, int] = {}
        for key, place in zip(data, places[::2], strict=True):
            first = seen.setdefault(normalize("NFC", key), place)
            if first != place:
                self._refuse.twin(place, key, first=first)

    def _anchored(self, event: _Event, depth: int) -> Value:
        name = cast("str", event.anchor)
        if name in self._anchors or name in self._open:
            self._refuse.anchor(event.start_mark.index, name)
        before, deepest = self._count, self._deepest
        self._open.add(name)
        self._deepest = depth
        value = self._content(event, depth)
        self._open.discard(name)
        self._anchors[name] = (value, self._count - before + 1, self._deepest - depth)
        self._deepest = max(self._deepest, deepest)
        return value

    def _alias(self, event: _Event, depth: int) -> Value:
        name = cast("str", event.anchor)
        index = event.start_mark.index
        if name in self._open:
            self._refuse.cycle(index, name)
        if name not in self._anchors:
            self._refuse.undefined(index, name)
            return None
        value, size, height = self._anchors[name]
        self._expanded += size
        if self._expanded > LARGEST_EXPANSION:
            self._refuse.expansion(index)
        if depth + height > DEEPEST:
            self._refuse.depth(index)
        self._deepest = max(self._deepest, depth + height)
        self._count += size - 1
        return value
