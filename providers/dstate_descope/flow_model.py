"""What a flow is made of, for a difference that reads like the flow: screens, tasks, edges, texts.

Descope documents neither `contents` (`dsl` in the older form) nor what is inside a screen. So this
only sorts places that the engine found to differ, by where they stand; what it does not recognize
stays what it is, a place in a document.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from descope_state.sdk.difference import (
    Difference,
    Edit,
    FieldChange,
    Item,
    Mark,
    Path,
    Section,
    Value,
)
from dstate_descope.flow_matching import Pair, matched

Document = Mapping[str, Value]


class Part(StrEnum):
    """The sections of a difference, in the order in which they are told."""

    SCREENS = "screens"
    TASKS = "tasks"
    CONDITIONS = "conditions"
    EDGES = "edges"
    TEXTS = "texts"


START = "start of the flow"
CONTENTS = ("contents", "dsl")
NODES = ("tasks", "nodes", "steps", "conditions")
LINKS = ("edges", "links", "connections", "transitions")
ENTRIES = ("startTask", "startTaskId", "start")
_LEADS = frozenset({"next", "goto", "edges", "links", "transitions"})
_PLACING = frozenset(
    {"layout", "position", "positions", "coordinates", "view", "viewport", "x", "y", "zoom"}
)
_SHOWN = frozenset(
    {
        "alt", "caption", "description", "errorMessage", "helperText", "hint", "html", "label",
        "message", "placeholder", "subtitle", "text", "title", "tooltip",
    }
)  # fmt: skip
_DIGITS = re.compile(r"(\d+)")


def difference(change: FieldChange) -> Difference | None:
    """Sort what changed inside a flow; None for what is no change from one flow to another."""
    before, after = change.before, change.after
    if not isinstance(before, dict) or not isinstance(after, dict) or not change.edits:
        return None
    sorting = _Sorting(names=Names(before, after))
    for edit in change.edits:
        sorting.take(edit)
    return sorting.difference()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a flow an edit is: a thing of it by its id, and the way on from there."""

    part: Part
    id: str
    rest: Path


def place_of(path: Path) -> Place | None:
    """Find the screen, task, condition or edge that a path leads into."""
    path = path[1:] if path[:1] == ("flow",) else path
    if len(path) > 1 and path[0] == "screens" and isinstance(path[1], str):
        return Place(part=Part.SCREENS, id=path[1], rest=path[2:])
    if not path or path[0] not in CONTENTS:
        return None
    inner = path[1:]
    if len(inner) == 1 and inner[0] in ENTRIES:
        return Place(part=Part.EDGES, id="", rest=inner)
    if len(inner) > 1 and isinstance(inner[1], str):
        if inner[0] in NODES:
            part = Part.CONDITIONS if inner[0] == "conditions" else Part.TASKS
            return Place(part=part, id=inner[1], rest=inner[2:])
        if inner[0] in LINKS:
            return Place(part=Part.EDGES, id=inner[1], rest=inner[2:])
    return None


# -- names ------------------------------------------------------------------------------------


class Names:
    """What the things of two versions of a flow are called."""

    def __init__(self, before: Document, after: Document) -> None:
        self._nodes = (_nodes(before), _nodes(after))
        self._screens = tuple(map(_shown_by, self._nodes))

    def nodes(self) -> Mapping[str, Document]:
        """Give the tasks and conditions of the later version by their ids."""
        return self._nodes[1]

    def node(self, id_: str) -> Document:
        """Give a task or condition as it is now, or else as it was."""
        return self._nodes[1].get(id_) or self._nodes[0].get(id_) or {}

    def of_node(self, id_: str) -> str:
        """Call a task by its name, and by its id, for names are not unique."""
        return _called(self.node(id_), id_)

    def of_screen(self, id_: str) -> str:
        """Call a screen by the task that shows it: it has no name of its own."""
        name = self._screens[1].get(id_) or self._screens[0].get(id_)
        return f"{name} ({id_})" if name else id_

    def of_link(self, id_: str, *values: Value) -> str:
        """Call an edge by what it joins, where that can be told."""
        for value in values:
            if isinstance(value, dict):
                ends = [value.get(key) for key in ("source", "target")]
                if all(isinstance(end, str) for end in ends):
                    return " -> ".join(self.of_node(str(end)) for end in ends)
        return f"edge {id_}"

    def targets(self, edit: Edit) -> Edit:
        """Name the tasks that an edge leads to, beside their ids."""
        before, after = self._nodes
        return replace(edit, before=_target(edit.before, before), after=_target(edit.after, after))


def _target(value: Value, nodes: Mapping[str, Document]) -> Value:
    return _called(nodes[value], value) if isinstance(value, str) and value in nodes else value


def _called(node: Document, id_: str) -> str:
    for key in ("name", "title", "type", "action"):
        text = node.get(key)
        if isinstance(text, str) and text:
            return f"{text} ({id_})"
    return id_


def _nodes(document: Document) -> dict[str, Document]:
    inner = document.get("flow")
    document = inner if isinstance(inner, dict) else document
    found: dict[str, Document] = {}
    for contents in (document.get(name) for name in CONTENTS):
        if isinstance(contents, dict):
            for name in NODES:
                found.update(_by_id(contents.get(name)))
    return found


def _by_id(held: Value) -> Iterator[tuple[str, Document]]:
    if isinstance(held, dict):
        yield from ((key, node) for key, node in held.items() if isinstance(node, dict))
    elif isinstance(held, list):
        for node in held:
            if isinstance(node, dict) and isinstance(node.get("id"), str):
                yield str(node["id"]), node


def _shown_by(nodes: Mapping[str, Document]) -> dict[str, str]:
    names: dict[str, str] = {}
    for id_ in sorted(nodes, key=_natural):
        screen, name = nodes[id_].get("screenId"), nodes[id_].get("name")
        if isinstance(screen, str) and isinstance(name, str) and name:
            names.setdefault(screen, name)
    return names


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part) if part.isdecimal() else 0, part) for part in _DIGITS.split(text)]


# -- sorting ----------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Sorting:
    """The edits of one flow, sorted by what they are about."""

    names: Names
    inside: dict[tuple[Part, str], list[Edit]] = field(default_factory=dict)
    whole: list[tuple[Part, str, Edit]] = field(default_factory=list)
    elsewhere: list[Edit] = field(default_factory=list)
    moved: set[tuple[str, str]] = field(default_factory=set)
    layout: int = 0

    def take(self, edit: Edit) -> None:
        place = place_of(edit.path)
        if _moves(edit, place):
            self.layout += 1
            self.moved.add((place.part, place.id) if place else ("", ""))
        elif place is None:
            self.elsewhere.append(edit)
        else:
            self._put(place, replace(edit, path=place.rest))

    def _put(self, place: Place, edit: Edit) -> None:
        part = self._part(place)
        if not place.rest and edit.mark is not Mark.CHANGED:
            self.whole.append((part, place.id, edit))
            return
        if part in (Part.TASKS, Part.CONDITIONS) and leads(place.rest):
            part = Part.EDGES
        elif part is Part.SCREENS and _shown(edit):
            part = Part.TEXTS
        if part is Part.EDGES:
            edit = self.names.targets(edit)
        self.inside.setdefault((part, self._name(place)), []).append(edit)

    def _part(self, place: Place) -> Part:
        if place.part is not Part.TASKS:
            return place.part
        sort = self.names.node(place.id).get("type")
        asks = isinstance(sort, str) and "condition" in sort.lower()
        return Part.CONDITIONS if asks else Part.TASKS

    def _name(self, place: Place, *values: Value) -> str:
        if place.part is Part.SCREENS:
            return self.names.of_screen(place.id)
        if place.part is Part.EDGES:
            return self.names.of_link(place.id, *values) if place.id else START
        return self.names.of_node(place.id)

    def difference(self) -> Difference:
        found: dict[Part, list[Item]] = {part: [] for part in Part}
        for part, item in self._matched():
            found[part].append(item)
        for (part, name), edits in self.inside.items():
            found[part].append(Item(mark=Mark.CHANGED, name=name, edits=tuple(edits)))
        return Difference(
            sections=tuple(
                Section(title=part.value, items=tuple(sorted(items, key=_rank)))
                for part, items in found.items()
                if items
            ),
            moved=len(self.moved),
            layout=self.layout,
            elsewhere=tuple(self.elsewhere),
        )

    def _matched(self) -> Iterator[tuple[Part, Item]]:
        """Give what came and went whole; what only has another id now is one and the same."""
        for family in ((Part.SCREENS,), (Part.TASKS, Part.CONDITIONS), (Part.EDGES,)):
            ours = [one for one in self.whole if one[0] in family]
            gone = {id_: edit.before for _, id_, edit in ours if edit.mark is Mark.REMOVED}
            come = {id_: edit.after for _, id_, edit in ours if edit.mark is Mark.ADDED}
            parts = {id_: part for part, id_, edit in ours if edit.mark is Mark.ADDED}
            pairs = matched(gone, come)
            for pair in pairs:
                yield parts[pair.after], self._renamed(parts[pair.after], pair, come[pair.after])
            taken = {pair.before for pair in pairs}, {pair.after for pair in pairs}
            for part, id_, edit in ours:
                if id_ not in taken[edit.mark is Mark.ADDED]:
                    name = self._whole_name(part, id_, edit.before, edit.after)
                    yield part, Item(mark=edit.mark, name=name, edits=(edit,))

    def _renamed(self, part: Part, pair: Pair, value: Value) -> Item:
        inner = tuple(edit for edit in pair.edits if not _placing(edit.path, edit))
        if len(inner) < len(pair.edits):
            self.layout += len(pair.edits) - len(inner)
            self.moved.add((part, pair.after))
        name = self._whole_name(part, pair.after, value)
        return Item(mark=Mark.CHANGED, name=name, edits=inner, stands_for=2)

    def _whole_name(self, part: Part, id_: str, *values: Value) -> str:
        return self._name(Place(part=part, id=id_, rest=()), *values)


_ORDER = {Mark.REMOVED: 0, Mark.CHANGED: 1, Mark.ADDED: 2}


def _rank(item: Item) -> tuple[int, list[tuple[int, str]]]:
    return _ORDER[item.mark], _natural(item.name)


def leads(rest: Path) -> bool:
    """Tell whether a place inside a task says where it goes on."""
    return any(
        part in _LEADS or part.endswith(("TaskId", "taskId"))
        for part in rest
        if isinstance(part, str)
    )


def _shown(edit: Edit) -> bool:
    """Tell whether an edit changes a text that users read."""
    last = next((part for part in reversed(edit.path) if isinstance(part, str)), "")
    both: Iterable[Value] = (edit.before, edit.after)
    return last in _SHOWN and all(value is None or isinstance(value, str) for value in both)


def _moves(edit: Edit, place: Place | None) -> bool:
    """Tell whether an edit only moves something about on the canvas of the console."""
    if place is not None:
        return _placing(place.rest, edit)
    path = edit.path[1:] if edit.path[:1] == ("flow",) else edit.path
    return path[:1] in {(name,) for name in CONTENTS} and _placing(path[1:], edit)


def _placing(rest: Path, edit: Edit) -> bool:
    return bool(rest) and rest[0] in _PLACING and _numbers(edit.before) and _numbers(edit.after)


def _numbers(value: Value) -> bool:
    """Tell whether a value is made of numbers alone: so that a word is never taken for a place."""
    if isinstance(value, dict):
        return all(map(_numbers, value.values()))
    if isinstance(value, list):
        return all(map(_numbers, value))
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
