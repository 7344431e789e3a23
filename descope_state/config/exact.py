"""YAML by ruamel.yaml: the slow reference that the fast path is compared with.

It reads the whole file into a tree of nodes first and judges the tree afterwards, by the patterns
of the YAML 1.2 core schema as they stand in the specification. It shares the words of refusals
with the fast path, and nothing else that decides.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Protocol
from unicodedata import normalize

from descope_state.config.refusals import Refusals, Stop
from descope_state.config.scalars import LARGEST_INTEGER
from descope_state.config.source import (
    DEEPEST,
    LARGEST_COUNT,
    LARGEST_EXPANSION,
    Source,
    read,
)
from descope_state.config.tabs import refuse_tabs
from descope_state.config.yaml import Document, Places
from descope_state.errors import Invalid
from descope_state.frozen import dataclass
from descope_state.model.value import Value

_DOCUMENT, _MAPPING, _SEQUENCE, _SCALAR = "document", "mapping", "sequence", "scalar"
_ALIAS, _BROKEN = "alias", "broken"
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Mark(Protocol):
    index: int


class _Event(Protocol):
    start_mark: _Mark
    tag: object
    anchor: str | None
    value: str
    style: str | None


@dataclass(slots=True, kw_only=True)
class _Node:
    sort: str
    index: int
    text: str = ""
    opened: int | None = None
    plain: bool = False
    tag: str | None = None
    anchor: str | None = None
    members: list["_Node"] = field(default_factory=list)
    size: int = 0
    height: int = 0
    value: Value = None


def parse(text: bytes, *, file: str) -> Document:
    """Read a file as the fast path does, by other means."""
    source = read(text, file=file)
    refusals = Refusals(source)
    places = Places()
    try:
        refuse_tabs(source, refusals)
        data = _Judge(refusals, places).root(_tree(source).members)
    except Stop:
        raise Invalid(refusals.problems) from None
    if refusals.problems:
        raise Invalid(refusals.problems)
    return Document(data, source=source, places=places)


def _tree(source: Source) -> _Node:
    """Build the tree of all documents; where the text is no YAML, it ends in a broken node."""
    from ruamel.yaml import YAML  # noqa: PLC0415  # 22 ms, rarely needed
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415  # the same

    top = _Node(sort=_SEQUENCE, index=0)
    open_nodes = [top]
    try:
        for event in YAML(typ="safe", pure=True).parse(source.text):
            _grow(open_nodes, event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        index = source.index(mark.line + 1) + mark.column if mark else 0
        text = str(error.problem or error.context or "unreadable")
        begin = error.context_mark
        opened = source.index(begin.line + 1) + begin.column if begin else None
        broken = _Node(sort=_BROKEN, index=index, text=text, opened=opened)
        open_nodes[-1].members.append(broken)
    except YAMLError as error:
        open_nodes[-1].members.append(_Node(sort=_BROKEN, index=0, text=str(error)))
    return top


def _grow(open_nodes: list[_Node], event: _Event) -> None:
    name = type(event).__name__
    if name in {"MappingEndEvent", "SequenceEndEvent", "DocumentEndEvent"}:
        open_nodes.pop()
    elif name in _SORTS:
        node = _Node(
            sort=_SORTS[name],
            index=event.start_mark.index,
            tag=_tag(event),
            anchor=getattr(event, "anchor", None),
        )
        open_nodes[-1].members.append(node)
        if name == "ScalarEvent":
            node.text, node.plain = event.value, event.style in {None, ""}
        elif name != "AliasEvent":
            open_nodes.append(node)


def _tag(event: _Event) -> str | None:
    tag = getattr(event, "tag", None)
    return None if tag is None else str(tag)


_SORTS = {
    "DocumentStartEvent": _DOCUMENT,
    "MappingStartEvent": _MAPPING,
    "SequenceStartEvent": _SEQUENCE,
    "ScalarEvent": _SCALAR,
    "AliasEvent": _ALIAS,
}


class _Judge:
    """Turns the tree into data in the order of the text, refusing what a stack may not say."""

    def __init__(self, refuse: Refusals, places: Places) -> None:
        self._refuse = refuse
        self._places = places
        self._anchored: dict[str, _Node] = {}
        self._open: list[str] = []
        self._expanded = 0

    def root(self, documents: list[_Node]) -> Value:
        value: Value = None
        for number, document in enumerate(documents):
            if document.sort == _BROKEN:
                self._value(document, 0)
            if number == 1:
                self._refuse.documents(document.index)
            for node in document.members:
                self._places.root = node.index
                value = self._value(node, 0)
        return value

    def _value(self, node: _Node, depth: int) -> Value:
        if node.sort == _BROKEN:
            self._refuse.syntax(node.index, node.text, opened=node.opened)
        if node.sort == _ALIAS:
            return self._repeated(node, depth)
        if node.tag is not None:
            self._refuse.tag(node.index, node.tag)
        name = node.anchor
        if name is None:
            node.value = self._content(node, depth)
            return node.value
        if name in self._anchored or name in self._open:
            self._refuse.anchor(node.index, name)
        self._open.append(name)
        node.value = self._content(node, depth)
        self._open.remove(name)
        self._anchored[name] = node
        return node.value

    def _content(self, node: _Node, depth: int) -> Value:
        node.size = 1
        if node.sort == _SCALAR:
            return self._scalar(node)
        if depth == DEEPEST:
            self._refuse.depth(node.index)
        value = self._mapping(node, depth) if node.sort == _MAPPING else self._sequence(node, depth)
        node.size += sum(member.size for member in node.members)
        node.height = 1 + max((member.height for member in node.members), default=0)
        if node.size - 1 > LARGEST_COUNT:
            self._refuse.count()
        return value

    def _scalar(self, node: _Node) -> Value:
        if _SURROGATE.search(node.text):
            self._refuse.syntax(node.index, "an escape stands for half of a character")
        if not node.plain:
            return node.text
        try:
            return _core(node.text)
        except ValueError as error:
            self._refuse.number(node.index, str(error))
            return node.text

    def _sequence(self, node: _Node, depth: int) -> list[Value]:
        if len(node.members) > LARGEST_COUNT:
            self._refuse.count()
        data = [self._value(member, depth + 1) for member in node.members]
        self._places.keep(data, [member.index for member in node.members])
        return data

    def _mapping(self, node: _Node, depth: int) -> dict[str, Value]:
        data: dict[str, Value] = {}
        first: dict[str, int] = {}
        members: list[int] = []
        for key, member in _pairs(node):
            text = self._key(key, depth + 1)
            if member is None:
                continue
            value = self._value(member, depth + 1)
            if text is None:
                continue
            if text in first:
                self._refuse.duplicate(key.index, text, first=first[text])
                continue
            first[text], data[text] = key.index, value
            empty = member.plain and not member.text and not member.anchor
            members += (key.index, key.index if empty else member.index)
        self._places.keep(data, members)
        self._twins(first)
        return data

    def _key(self, key: _Node, depth: int) -> str | None:
        if key.sort == _ALIAS:
            self._refuse.key(key.index, "an alias")
            return None
        if key.sort in {_MAPPING, _SEQUENCE}:
            self._refuse.key(key.index, "a collection")
        value = self._value(key, depth)
        key.size = 0
        if key.sort != _SCALAR:
            return None
        if key.plain and key.tag is None:
            if key.text == "<<":
                self._refuse.merge(key.index)
                return None
            if not isinstance(value, str):
                self._refuse.key(key.index, f"`{key.text}`" if key.text else "empty")
                return None
        return key.text

    def _twins(self, first: dict[str, int]) -> None:
        spelled: dict[str, int] = {}
        for text, index in first.items():
            same = normalize("NFC", text)
            if same in spelled:
                self._refuse.twin(index, text, first=spelled[same])
            spelled.setdefault(same, index)

    def _repeated(self, alias: _Node, depth: int) -> Value:
        name = alias.anchor or ""
        if name in self._open:
            self._refuse.cycle(alias.index, name)
        node = self._anchored.get(name)
        if node is None:
            self._refuse.undefined(alias.index, name)
            alias.size = 1
            return None
        alias.size, alias.height = node.size, node.height
        self._expanded += node.size
        if self._expanded > LARGEST_EXPANSION:
            self._refuse.expansion(alias.index)
        if depth + node.height > DEEPEST:
            self._refuse.depth(alias.index)
        return node.value


def _pairs(node: _Node) -> Iterator[tuple[_Node, _Node | None]]:
    """Give keys and values; only a broken file ends in a key without a value."""
    members = iter(node.members)
    for key in members:
        yield key, next(members, None)


def _core(text: str) -> Value:
    for pattern, meaning in _MEANINGS:
        if re.fullmatch(pattern, text):
            return meaning(text)
    return text


def _whole(text: str, base: int = 10) -> int:
    if base == 10 and re.match(r"[-+]?0[0-9]", text):  # noqa: PLR2004  # ten is ten
        message = f"`{text}` would lose its leading zero"
        raise ValueError(message)
    # Beyond some thousand digits Python itself refuses; all such numbers are too large anyway.
    number = int(text[:400], base)
    if abs(number) > LARGEST_INTEGER:
        message = f"`{text[:400]}` is beyond ±2^53, where integers are no longer exact"
        raise ValueError(message)
    return number


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        message = f"`{text[:40]}` is too large for a number"
        raise ValueError(message)
    return number


def _not_finite(text: str) -> Value:
    message = f"`{text}` is not a number that can be stored"
    raise ValueError(message)


# The core schema, in the order of the specification (section 10.3.2).
_MEANINGS: tuple[tuple[str, Callable[[str], Value]], ...] = (
    (r"null|Null|NULL|~|", lambda _text: None),
    (r"true|True|TRUE|false|False|FALSE", lambda text: text.lower() == "true"),
    (r"[-+]?[0-9]+", _whole),
    (r"0o[0-7]+", lambda text: _whole(text[2:], 8)),
    (r"0x[0-9a-fA-F]+", lambda text: _whole(text[2:], 16)),
    (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", _finite),
    (r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", _not_finite),
)
