"""Where everything in a YAML text begins and ends: what `splicing.py` cuts by."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Protocol, cast

import yaml

from descope_state.config.scalars import plain
from descope_state.config.source import Source
from descope_state.frozen import dataclass
from descope_state.model.value import Value

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ANCHOR = re.compile(r"&[^\s,\[\]{}]+(?:[ \t\r\n]+(?:#[^\r\n]*)?)*")
_LINE_END = re.compile(r"\r\n|\r|\n|\Z")
_BLOCK_TEXT = ("|", ">")


class _Mark(Protocol):
    index: int
    column: int


class _Event(Protocol):
    start_mark: _Mark
    end_mark: _Mark
    anchor: str | None
    value: str
    style: str | None
    flow_style: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value as it is written: `outer` is where its anchor stands, `start` what it says.

    A member of a mapping is a key and a value, one of a sequence a value alone; `marks` are the
    places of a block sequence's dashes.
    """

    sort: str
    outer: int
    start: int
    end: int
    column: int = 0
    style: str = ""
    flow: bool = False
    data: Value = None
    keys: tuple["Node", ...] = ()
    values: tuple["Node", ...] = ()
    marks: tuple[int, ...] = ()

    @property
    def empty(self) -> bool:
        """Tell whether nothing is written here at all: a value left out."""
        return self.sort == "scalar" and self.start == self.end

    def member(self, index: int) -> tuple[int, int]:
        """Say where one member begins and ends."""
        value = self.values[index]
        if self.keys:
            key = self.keys[index]
            return key.outer, max(key.end, value.end)
        return (self.marks[index] if self.marks else value.outer), value.end


class Lines:
    """The lines of a text, by the characters in them."""

    def __init__(self, source: Source) -> None:
        self.text = source.text
        self._source = source

    def start(self, index: int) -> int:
        """Where the line of a character begins."""
        return index - self._source.origin(index).column + 1

    def column(self, index: int) -> int:
        """How far into its line a character stands, from zero."""
        return self._source.origin(index).column - 1

    def end(self, index: int) -> int:
        """Where the line of a character ends, before its line break."""
        found = _LINE_END.search(self.text, index)
        return found.start() if found else len(self.text)

    def after(self, index: int) -> int:
        """Where the line after that of a character begins."""
        found = _LINE_END.search(self.text, index)
        return found.end() if found else len(self.text)

    def opens(self, index: int) -> bool:
        """Tell whether nothing stands before a character in its line."""
        return not self.text[self.start(index) : index].strip(" \t")


def tree(source: Source) -> Node | None:
    """Read a text that the stack's own reader has taken; None where it says nothing."""
    return _Builder(source).root()


class _Builder:
    def __init__(self, source: Source) -> None:
        self._lines = Lines(source)
        self._text = source.text
        self._dashes = list(_dashes(source.text))
        self._places = [index for index, _ in self._dashes]
        self._parser = _PARSER(source.text)
        self._take: Callable[[], _Event] = self._parser.get_event

    def root(self) -> Node | None:
        try:
            self._take()
            if type(self._take()) is yaml.StreamEndEvent:
                return None
            return self._node(self._take())
        finally:
            self._parser.dispose()

    def _node(self, event: _Event) -> Node:
        outer, end = event.start_mark.index, event.end_mark.index
        start = outer
        if event.anchor is not None and type(event) is not yaml.AliasEvent:
            found = _ANCHOR.match(self._text, outer)
            start = found.end() if found else outer
        if type(event) is yaml.AliasEvent:
            return Node(sort="alias", outer=outer, start=outer, end=end, data=event.anchor)
        if type(event) is yaml.ScalarEvent:
            return self._scalar(event, outer, min(start, end))
        return self._collection(event, outer, start)

    def _scalar(self, event: _Event, outer: int, start: int) -> Node:
        style = event.style or ""
        end = event.end_mark.index
        data = event.value if style else plain(event.value)
        if style in _BLOCK_TEXT:
            end = self._text_end(start, end)
        return Node(sort="scalar", outer=outer, start=start, end=end, style=style, data=data)

    def _text_end(self, start: int, end: int) -> int:
        """Leave out the blank lines after a literal or folded text, unless it keeps them."""
        body = self._text[start:end]
        if "+" in _first_line(body).partition("#")[0]:
            return end - len(_last_break(body))
        lines = body.splitlines(keepends=True)
        while len(lines) > 1 and _meaningless(lines[-1], lines[:-1]):
            lines.pop()
        return start + len("".join(lines).rstrip("\r\n"))

    def _collection(self, event: _Event, outer: int, start: int) -> Node:
        mapping = type(event) is yaml.MappingStartEvent
        flow = bool(event.flow_style)
        column = self._lines.column(start)
        ends = yaml.MappingEndEvent if mapping else yaml.SequenceEndEvent
        keys: list[Node] = []
        values: list[Node] = []
        while type(inner := self._take()) is not ends:
            if mapping:
                keys.append(self._node(inner))
                inner = self._take()
            values.append(self._node(inner))
        end = inner.end_mark.index
        if not flow:
            last = [one.end for one in (*keys[-1:], *values[-1:])]
            end = max([start, *last])
        marks = () if mapping or flow else tuple(self._mark(one, column) for one in values)
        return Node(
            sort="mapping" if mapping else "sequence",
            outer=outer,
            start=start,
            end=end,
            column=column,
            flow=flow,
            keys=tuple(keys),
            values=tuple(values),
            marks=marks,
        )

    def _mark(self, value: Node, column: int) -> int:
        """Find the dash of an item: the last one before it in the column of its sequence."""
        number = bisect_right(self._places, value.outer) - 1
        while number > 0 and self._dashes[number][1] != column:
            number -= 1
        return self._dashes[number][0]


def _meaningless(line: str, before: list[str]) -> bool:
    """Tell whether a line at the end of a text is blank, up to the indentation of the text."""
    bare = line.rstrip("\r\n")
    written = (one for one in before[1:] if one.strip(" \r\n"))
    widths = (len(one) - len(one.lstrip(" ")) for one in written)
    explicit = any(character.isdigit() for character in before[0].partition("#")[0])
    return not bare.strip(" ") and len(bare) <= (0 if explicit else next(widths, 0))


def _first_line(text: str) -> str:
    found = _LINE_END.search(text)
    return text[: found.start()] if found else text


def _last_break(text: str) -> str:
    return "\r\n" if text.endswith("\r\n") else text[-1:] if text.endswith(("\r", "\n")) else ""


def _dashes(text: str) -> Iterator[tuple[int, int]]:
    """Find the dashes of block sequences, with their columns."""
    parser = _PARSER(text)
    try:
        while (token := parser.get_token()) is not None:
            if type(token) is yaml.BlockEntryToken:
                mark = cast("_Mark", token.start_mark)
                yield mark.index, mark.column
    finally:
        parser.dispose()
