"""Objects as they are in any project: an id says nothing elsewhere, what it points at does.

An atlas knows one project: which object a name or an id means, and what the natural key of each is
once the ids in it are replaced by the natural keys of what they point at.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from descope_state.core.observation import Observation
from descope_state.model.resource import Live
from descope_state.model.value import Path, Value
from descope_state.sdk.catalog import Catalog, identity_of
from descope_state.sdk.citing import Citation
from descope_state.sdk.schema import Field, Schema, Shape

Cites = Callable[[str, Mapping[str, Value]], Iterable[Citation]]
Key = tuple[str, str]
_ID = "id"
_DEEPEST = 8


def no_documents(kind: str, attributes: Mapping[str, Value]) -> Iterable[Citation]:
    """Know nothing of what documents name."""
    del kind, attributes
    return ()


class Atlas:
    """One project as it was seen, and who is who in it."""

    def __init__(
        self, observation: Observation, catalog: Catalog, *, cites: Cites = no_documents
    ) -> None:
        self.observation = observation
        self._catalog = catalog
        self._cites = cites
        self._indexes: dict[tuple[str, str], dict[str, Live]] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self._numbered: dict[Key, Live] | None = None

    @property
    def objects(self) -> Mapping[Key, Live]:
        """Every object by its kind and natural key; one of a key that is taken is numbered."""
        if self._numbered is None:
            self._numbered = dict(self._number())
        return self._numbered

    def _number(self) -> Iterator[tuple[Key, Live]]:
        for kind in sorted(self.observation.live):
            counted: dict[str, int] = {}
            for _, live in sorted(self.observation.live[kind].items()):
                key = self.key(live)
                counted[key] = counted.get(key, 0) + 1
                yield (kind, key if counted[key] == 1 else f"{key} ({counted[key]})"), live

    def key(self, live: Live) -> str:
        """Give the natural key of an object, free of ids of this project."""
        place = (live.kind, live.id)
        if place not in self._keys:
            self._keys[place] = self._key(live, depth=0)
        return self._keys[place]

    def _key(self, live: Live, *, depth: int) -> str:
        schema = self._catalog[live.kind].schema
        parts: dict[str, Value] = {
            name: live.attributes.get(name) for name in schema.identity_fields
        }
        for citation in marked(schema.fields, parts):
            target = self.target(citation)
            if citation.field == _ID and target is not None and depth < _DEEPEST:
                parts[str(citation.path[0])] = self._key(target, depth=depth + 1)
        key = identity_of(schema, {name: part for name, part in parts.items() if part is not None})
        return live.identity if key is None else key

    def target(self, citation: Citation) -> Live | None:
        """Find the object that is named, if this project has it."""
        place = (citation.kind, citation.field)
        if place not in self._indexes:
            self._indexes[place] = dict(self._index(*place))
        return self._indexes[place].get(citation.value)

    def _index(self, kind: str, field: str) -> Iterator[tuple[str, Live]]:
        for live in self.observation.live.get(kind, {}).values():
            text = live.id if field == _ID else live.attributes.get(field)
            # Of those that belong to something, such as a tenant's role, a bare name names none.
            free = field == _ID or live.identity == text
            if isinstance(text, str) and text and free:
                yield text, live

    def citations(self, live: Live) -> tuple[Citation, ...]:
        """Give everything that an object names."""
        schema = self._catalog[live.kind].schema
        attributes = live.attributes
        return (*marked(schema.fields, attributes), *self._cites(live.kind, attributes))

    def needs(self, live: Live) -> tuple[Live, ...]:
        """Give the objects that one names, without itself."""
        found = {
            (target.kind, target.id): target
            for citation in self.citations(live)
            if (target := self.target(citation)) is not None
        }
        found.pop((live.kind, live.id), None)
        return tuple(found.values())

    def closure(self, chosen: Iterable[Live]) -> tuple[Live, ...]:
        """Give the chosen objects with all that they need, but not what every project has."""
        found: dict[tuple[str, str], Live] = {}
        waiting = list(chosen)
        while waiting:
            live = waiting.pop()
            if (live.kind, live.id) in found:
                continue
            found[live.kind, live.id] = live
            waiting.extend(
                needed
                for needed in self.needs(live)
                if not self.observation.holds_by_default(needed.kind, needed.identity)
            )
        return tuple(found[place] for place in sorted(found))

    def portable(self, live: Live) -> dict[str, Value]:
        """Give what may be stated of an object, ids replaced by the keys of what they mean."""
        return self.translated(live, self.key)

    def translated(self, live: Live, say: Callable[[Live], Value]) -> dict[str, Value]:
        """Give what may be stated of an object, with a word of the caller's for each id in it."""
        schema = self._catalog[live.kind].schema
        replaced = {
            citation.path: say(target)
            for citation in self.citations(live)
            if citation.field == _ID and citation.path
            if (target := self.target(citation)) is not None
        }
        return {
            name: _replaced(live.attributes[name], (name,), replaced)
            for name in stable(schema)
            if name in live.attributes
        }


def stable(schema: Schema) -> list[str]:
    """Name the fields that mean the same everywhere: no ids, secrets or what a service makes."""
    return [
        name
        for name, field in schema.fields.items()
        if field.statable and not (field.sensitive or field.volatile or field.computed)
    ]


def marked(fields: Mapping[str, Field], values: Mapping[str, Value]) -> Iterator[Citation]:
    """Give what marked fields name, wherever they are."""
    for name, field in fields.items():
        if name in values:
            yield from _named(field, values[name], (name,))


def _named(field: Field, value: Value, path: Path) -> Iterator[Citation]:
    if field.refers:
        for place, text in _texts(value, path):
            for one in field.refers:
                yield Citation(kind=one.kind, field=one.field, value=text, path=place)
    yield from _inside(field.shape, value, path)


def _texts(value: Value, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str) and value:
        yield path, value
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))


def _inside(shape: Shape, value: Value, path: Path) -> Iterator[Citation]:
    if isinstance(value, list) and shape.item is not None:
        for index, inner in enumerate(value):
            yield from _inside(shape.item, inner, (*path, index))
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in shape.fields:
                yield from _named(shape.fields[name], inner, (*path, name))
            elif shape.item is not None:
                yield from _inside(shape.item, inner, (*path, name))


def _replaced(value: Value, path: Path, replaced: Mapping[Path, Value]) -> Value:
    if not replaced:
        return value
    if path in replaced:
        return replaced[path]
    if isinstance(value, dict):
        return {key: _replaced(inner, (*path, key), replaced) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, (*path, index), replaced) for index, inner in enumerate(value)]
    return value
