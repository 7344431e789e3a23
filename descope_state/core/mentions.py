"""What objects name of others: a text in a marked field that must be a field of some object."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.resource import Desired, Entries
from descope_state.model.value import Path, Ref, Unknown, Value
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.schema import Field, Refers, Shape, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One place that names another object; `beside` is the object that the place is in."""

    path: Path
    text: str
    refers: tuple[Refers, ...]
    beside: Mapping[str, Value]


class Mentions:
    """Finds what objects name of others; what a kind may name is looked up once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._marked: dict[str, tuple[Field, ...]] = {}

    def any(self, kinds: Iterable[str]) -> bool:
        """Tell whether objects of these kinds may name others at all."""
        return any(self._fields(kind) or self._catalog[kind].demands for kind in kinds)

    def of(self, kind: str, attributes: Mapping[str, Value]) -> Iterator[Mention]:
        """Give all that an object names, in the order of its fields."""
        for field in self._fields(kind):
            if field.name in attributes:
                yield from _named(field, attributes[field.name], (field.name,), beside=attributes)
        demands = self._catalog[kind].demands
        for one in demands(attributes) if demands is not None else ():
            refers = Refers(one.kind, one.field)
            yield Mention(path=one.path, text=one.value, refers=(refers,), beside=attributes)

    def _fields(self, kind: str) -> tuple[Field, ...]:
        if kind not in self._marked:
            fields = self._catalog[kind].schema.fields.values()
            self._marked[kind] = tuple(field for field in fields if any(_marks(field)))
        return self._marked[kind]


def _marks(field: Field) -> Iterator[Refers]:
    yield from field.refers
    shape: Shape | None = field.shape
    while shape is not None:
        for inner in shape.fields.values():
            yield from _marks(inner)
        shape = shape.item


def _named(
    field: Field, value: Value, path: Path, *, beside: Mapping[str, Value]
) -> Iterator[Mention]:
    if not field.refers:
        yield from _below(field.shape, value, path)
        return
    listed = isinstance(value, list)
    for index, text in enumerate(value if isinstance(value, list) else (value,)):
        if isinstance(text, str) and text:
            place = (*path, index) if listed else path
            yield Mention(path=place, text=text, refers=field.refers, beside=beside)


def _below(shape: Shape, value: Value, path: Path) -> Iterator[Mention]:
    if shape.type is Type.OBJECT and isinstance(value, dict):
        for name, field in shape.fields.items():
            if name in value:
                yield from _named(field, value[name], (*path, name), beside=value)
    elif shape.item is not None and isinstance(value, list | dict):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from _below(shape.item, inner, (*path, key))


def within_reach(
    mention: Mention, target: Mapping[str, Value], *, refers: Refers, by: Address
) -> bool | None:
    """Tell whether who names an object may: it is nobody's, or theirs; None where nobody knows."""
    home = target.get(refers.level, "") if refers.level else ""
    if home in ("", None):
        return True
    if not refers.same:
        return False
    mine = mention.beside.get(refers.same)
    if isinstance(home, str) and isinstance(mine, str):
        return home == mine
    if isinstance(home, Unknown) and (home == mine or home.refs == (_own(by, refers.same),)):
        return True
    return None


def _own(by: Address, field: str) -> Ref:
    return Ref(by.kind, by.name, by.key, field)


def named_beside(
    desired: Iterable[Desired], entries: Entries, *, catalog: Catalog, but: Collection[str]
) -> dict[str, set[str]]:
    """Give the names, by kind, of objects of other kinds than those in play.

    What an object held already when it was last written is known to the service.
    """
    mentions, found = Mentions(catalog), dict[str, set[str]]()
    for one in desired:
        kind = one.address.kind
        outside = [
            (mention.path[0], refers.kind, mention.text)
            for mention in mentions.of(kind, one.attributes)
            for refers in mention.refers
            if refers.kind not in but and not _untold(refers, catalog)
        ]
        entry = entries.get(one.address) if outside else None
        before = mentions.of(kind, entry.outputs) if entry is not None else ()
        held = {(mention.path[0], mention.text) for mention in before}
        for field, named, text in outside:
            if (field, text) not in held:
                found.setdefault(named, set()).add(text)
    return found


def _untold(refers: Refers, catalog: Catalog) -> bool:
    """Tell whether a look would not help: all may be there, or need not be."""
    return refers.loose or catalog[refers.kind].schema.sifted_list
