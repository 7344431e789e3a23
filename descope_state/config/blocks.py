"""Resource files: blocks and items with their places, gathered over all files of a stack."""

from collections.abc import Mapping
from dataclasses import field

from descope_state.config.findings import NAMES, Section
from descope_state.config.yaml import Document, parse
from descope_state.errors import Invalid, Origin, Problem
from descope_state.frozen import dataclass
from descope_state.model.address import is_name
from descope_state.model.stack import Block, Item
from descope_state.model.value import Path, Value

# Each kind of list element: the fields it may have, those it must have, and the one that names it.
_ELEMENTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "moved": (("from", "to"), ("from", "to"), "from"),
    "removed": (("from", "destroy"), ("from",), "from"),
    "imports": (("to", "id"), ("to", "id"), "to"),
    "checks": (("name", "when", "assert", "message"), ("name", "assert"), "name"),
}
_NAMED = ("outputs", "locals")
_OUTPUT_FIELDS = ("value", "description", "sensitive")
_OF_SETTINGS = ("dstate", "environments", "variables", "safety", "backend")
_FIELDS = ("resources", *_NAMED, *_ELEMENTS)


def blocks_in(text: bytes, *, file: str) -> tuple[Block, ...]:
    """Read the resource blocks of one file; Invalid says what is wrong with it."""
    contents = Contents()
    contents.add(parse(text, file=file))
    if contents.problems:
        raise Invalid(contents.problems)
    return tuple(contents.blocks)


@dataclass(slots=True, kw_only=True)
class Contents:
    """Everything found so far, and what was wrong with it."""

    blocks: list[Block] = field(default_factory=list)
    items: dict[str, list[Item]] = field(
        default_factory=lambda: {name: [] for name in (*_NAMED, *_ELEMENTS)}
    )
    problems: list[Problem] = field(default_factory=list)
    _first: dict[tuple[str, str], "_Place"] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        """Take in one resource file."""
        top = Section(document, document.data, path=(), problems=self.problems)
        top.known(_FIELDS, elsewhere=dict.fromkeys(_OF_SETTINGS, "write it into dstate.yaml"))
        for kind, names in top.section("resources").sections():
            self._kind(kind, names)
        for sort in _NAMED:
            self.add_named(sort, top.section(sort))
        for sort in _ELEMENTS:
            self._elements(sort, top)

    def _kind(self, kind: str, section: Section) -> None:
        if not is_name(kind):
            _bad_name(section, "kind", kind)
        document, first = section.document, self._first
        for name, body in section.data.items():
            place = _Place(document, section.data, (*section.path, name))
            earlier = first.setdefault((kind, name), place)
            if earlier is not place or not isinstance(body, dict) or not is_name(name):
                self._check_block(kind, name, section, earlier=earlier)
            self.blocks.append(
                Block(
                    kind=kind,
                    name=name,
                    body=body if isinstance(body, dict) else {},
                    locate=place.locate,
                )
            )

    def _check_block(self, kind: str, name: str, section: Section, *, earlier: "_Place") -> None:
        if earlier.path != (*section.path, name) or earlier.document is not section.document:
            _twice(section, name, f"`{kind}.{name}`", earlier=earlier)
        section.section(name)
        if not is_name(name):
            _bad_name(section.section(name), "resource", name)

    def add_named(self, sort: str, section: Section) -> None:
        """Take in a mapping of outputs or locals."""
        for name, body in section.data.items():
            place = _Place(section.document, section.data, (*section.path, name))
            earlier = self._first.setdefault((sort, name), place)
            if earlier is not place:
                _twice(section, name, f"`{sort}.{name}`", earlier=earlier)
            if not is_name(name):
                _bad_name(section, sort.removesuffix("s"), name, path=(name,))
            if sort == "locals" or _is_output(section.section(name)):
                self.items[sort].append(Item(name=name, body=body, locate=place.locate))

    def _elements(self, sort: str, top: Section) -> None:
        fields, required, naming = _ELEMENTS[sort]
        elements = top.elements(sort)
        for index, body in enumerate(elements):
            path = (sort, index)
            before = len(self.problems)
            section = Section(top.document, body, path=path, problems=self.problems)
            section.known(fields)
            for name in required:
                if isinstance(body, dict) and name not in body:
                    message = f"`{name}` is missing in an element of `{sort}`"
                    section.complain("E1203", (), message=message)
            if len(self.problems) > before:
                continue
            title = section.data.get(naming)
            place = _Place(top.document, elements, path)
            self.items[sort].append(
                Item(name=title if isinstance(title, str) else "", body=body, locate=place.locate)
            )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one member stands: its document, the container that holds it and its full path."""

    document: Document
    container: Value
    path: Path

    def locate(self, path: Path) -> Origin | None:
        """Say where a value inside the member stands; the empty path is the member's own name."""
        inner = (self.path[-1], *path)
        key = not path
        origin = self.document.origin_within(self.container, inner, key=key)
        above = self.document.origin_within(self.container, inner, key=True)
        # A block of values is found at the line that names it.
        below = origin and above and above.line < origin.line and self._holds(inner)
        return above if below else origin

    def _holds(self, path: Path) -> bool:
        value = self.container
        for step in path:
            if isinstance(value, dict):
                value = value.get(str(step))
            elif isinstance(value, list) and isinstance(step, int):
                value = value[step]
        return isinstance(value, dict | list)


def _twice(section: Section, name: str, title: str, *, earlier: _Place) -> None:
    message = f"{title} is already in {earlier.locate(())}"
    section.complain(
        "E1205", (name,), message=message, hint="remove or rename one of the two", key=True
    )


def _bad_name(section: Section, what: str, name: str, *, path: Path = ()) -> None:
    article = "an" if what == "output" else "a"
    message = f"`{name}` is not a name for {article} {what}"
    section.complain("E1204", path, message=message, hint=NAMES, key=True)


def _is_output(section: Section) -> bool:
    before = len(section.problems)
    section.known(_OUTPUT_FIELDS)
    section.text("description")
    section.flag("sensitive")
    if "value" not in section.data:
        message, hint = "an output needs a `value`", 'write `{value: "${…}"}`'
        section.complain("E1203", (), message=message, hint=hint, key=True)
    return len(section.problems) == before
