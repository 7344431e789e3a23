"""A flow that comes or goes whole, by its parts: its screens, tasks, conditions and edges."""

from collections.abc import Iterator, Mapping

from descope_state.sdk.difference import Difference, Edit, FieldChange, Item, Mark, Section, Value
from dstate_descope.flow_model import CONTENTS, ENTRIES, LINKS, START, Names, Part, leads

Document = Mapping[str, Value]
_SAID = ("name", "description", "disabled", "widget", "management")


def outline(change: FieldChange) -> Difference | None:
    """List the parts of a flow; None for what is no flow, or one that is there before and after."""
    if (change.before is None) == (change.after is None):
        return None
    mark = Mark.ADDED if change.before is None else Mark.REMOVED
    document = change.after if change.before is None else change.before
    if not isinstance(document, dict):
        return None
    listing = _Listing(document)
    sections = {
        Part.SCREENS: listing.screens(),
        Part.TASKS: listing.nodes(conditions=False),
        Part.CONDITIONS: listing.nodes(conditions=True),
        Part.EDGES: listing.edges(),
    }
    listed = {part: tuple(dict.fromkeys(names)) for part, names in sections.items()}
    if not any(listed.values()):
        return None
    return Difference(
        sections=tuple(
            Section(
                title=part.value,
                items=tuple(Item(mark=mark, name=name, edits=()) for name in names),
            )
            for part, names in listed.items()
            if names
        ),
        elsewhere=(
            *(_edit(mark, name, value) for name, value in listing.said()),
            # The one place that the caller knows: the document itself.
            Edit(mark=mark, path=(), before=change.before, after=change.after),
        ),
    )


def _edit(mark: Mark, name: str, value: Value) -> Edit:
    gone = mark is Mark.REMOVED
    return Edit(
        mark=mark,
        path=("metadata", name),
        before=value if gone else None,
        after=None if gone else value,
    )


class _Listing:
    """The names of all that a flow has, in its own order."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._names = Names(document, document)
        self._contents = [held for name in CONTENTS if isinstance(held := document.get(name), dict)]

    def said(self) -> Iterator[tuple[str, Value]]:
        metadata = self._document.get("metadata")
        for name in _SAID if isinstance(metadata, dict) else ():
            if isinstance(metadata, dict) and metadata.get(name):
                yield name, metadata[name]

    def screens(self) -> Iterator[str]:
        held = self._document.get("screens")
        for screen in held if isinstance(held, list) else ():
            id_ = screen.get("screenId") if isinstance(screen, dict) else None
            if isinstance(id_, str):
                yield self._names.of_screen(id_)

    def nodes(self, *, conditions: bool) -> Iterator[str]:
        for id_, asks in self._nodes():
            if asks is conditions:
                yield self._names.of_node(id_)

    def _nodes(self) -> Iterator[tuple[str, bool]]:
        """Give each task and condition by its id, and whether it is a condition."""
        known = self._names.nodes()
        apart = {id_ for contents in self._contents for id_ in _ids(contents.get("conditions"))}
        for id_ in known:
            sort = known[id_].get("type")
            yield id_, id_ in apart or (isinstance(sort, str) and "condition" in sort.lower())

    def edges(self) -> Iterator[str]:
        known = self._names.nodes()
        for contents in self._contents:
            for entry in ENTRIES:
                yield from self._leading(START, contents.get(entry))
        for id_, node in known.items():
            for key, value in node.items():
                if leads((key,)):
                    yield from self._leading(self._names.of_node(id_), value)
        for contents in self._contents:
            for name in LINKS:
                yield from self._links(contents.get(name))

    def _leading(self, start: str, value: Value) -> Iterator[str]:
        """Name the edges from one place to every task that a value names."""
        if isinstance(value, str) and value in self._names.nodes():
            yield f"{start} -> {self._names.of_node(value)}"
        elif isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                yield from self._leading(start, one)

    def _links(self, held: Value) -> Iterator[str]:
        if isinstance(held, dict):
            pairs = [(key, link) for key, link in held.items()]
        else:
            pairs = [(str(index), link) for index, link in enumerate(_items(held))]
        for key, link in pairs:
            if isinstance(link, dict):
                yield self._names.of_link(str(link.get("id", key)), link)


def _items(held: Value) -> list[Value]:
    return held if isinstance(held, list) else []


def _ids(held: Value) -> Iterator[str]:
    if isinstance(held, dict):
        yield from held
    for one in _items(held):
        if isinstance(one, dict):
            yield str(one.get("id", ""))
