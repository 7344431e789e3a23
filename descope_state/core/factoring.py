"""Decides what several environments share: one block an object, a variable for what differs.

What all have alike stands in the block as it is. A field that differs is read from a variable,
whose default is what most have; what an environment lacks, it excludes. Nothing depends on the
order in which the environments were named.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from descope_state.core.intake import Intake, Taken, document_in
from descope_state.core.naming import unused
from descope_state.core.observation import Observation
from descope_state.core.portable import Atlas
from descope_state.core.trimming import said
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.resource import Live
from descope_state.model.value import Secret, Unknown, Value, canonical, placeholders
from descope_state.sdk.catalog import Catalog

# An object in any environment: its kind, its natural key, and its number among those of that key.
Place = tuple[str, str, int]
_SUFFIX = ".json"
_DEPENDS = "depends_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One environment as it would stand in a stack of its own, and the objects as they are."""

    intake: Intake
    observation: Observation

    def live(self, taken: Taken) -> Live:
        """Give the object that is taken in."""
        return self.observation.live[taken.address.kind][taken.id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A field that differs: what most environments say, and the others by name."""

    name: str
    default: Value
    values: Mapping[str, Value]

    @property
    def type(self) -> str:
        """Name the narrowest type that all of its values have."""
        types = {_type(one) for one in (self.default, *self.values.values()) if one is not None}
        if types == {"int", "number"}:
            return "number"
        return types.pop() if len(types) == 1 else "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factored:
    """One stack for several environments; `excluded` holds for each what it lacks."""

    taken: tuple[Taken, ...]
    variables: tuple[Variable, ...]
    excluded: Mapping[str, tuple[Address, ...]]
    files: Mapping[str, Value]


# -- what objects are called ----------------------------------------------------------------------


def places(atlas: Atlas) -> dict[Place, tuple[str, str]]:
    """Say where each object of a project is to be found by what it is known by everywhere."""
    found: dict[Place, tuple[str, str]] = {}
    for kind, objects in sorted(atlas.observation.live.items()):
        counted: dict[str, int] = {}
        for id_, live in sorted(objects.items()):
            key = atlas.key(live)
            counted[key] = counted.get(key, 0) + 1
            found[kind, key, counted[key]] = (kind, id_)
    return found


def common_names(wanted: Mapping[str, Mapping[Place, str]]) -> dict[Place, str]:
    """Call each object the same everywhere: as most environments would call it."""
    taken: dict[str, set[str]] = {}
    names: dict[Place, str] = {}
    for place in sorted({place for one in wanted.values() for place in one}):
        told = {name: one[place] for name, one in wanted.items() if place in one}
        names[place] = unused(told[_common(told)], taken.setdefault(place[0], set()))
        taken[place[0]].add(names[place])
    return names


# -- what they share ------------------------------------------------------------------------------


def factored(sides: Mapping[str, Side], catalog: Catalog) -> Factored:
    """Put environments together whose objects are called alike already."""
    return _Factoring({name: sides[name] for name in sorted(sides)}, catalog).run()


class _Factoring:
    def __init__(self, sides: Mapping[str, Side], catalog: Catalog) -> None:
        self._sides = sides
        self._catalog = catalog
        self._takes = {
            name: {taken.address: taken for taken in side.intake.taken}
            for name, side in sides.items()
        }
        self._paths = {
            document_in(path).expression: path
            for side in sides.values()
            for path in side.intake.files
        }
        self._variables: list[Variable] = []
        self._names: set[str] = set()
        self._files: dict[str, Value] = {}
        # What a block no longer refers to, because a variable says it: whom it has to wait for.
        self._waits: dict[Address, set[Address]] = {}

    def run(self) -> Factored:
        every = {address for takes in self._takes.values() for address in takes}
        order = sorted(every, key=lambda address: address.order)
        blocks = self._ordered([self._block(address) for address in order])
        return Factored(
            taken=tuple(blocks),
            variables=tuple(self._variables),
            excluded={
                name: tuple(address for address in order if address not in takes)
                for name, takes in self._takes.items()
            },
            files=self._files,
        )

    # -- one object ------------------------------------------------------------------------------

    def _block(self, address: Address) -> Taken:
        present = {name: takes[address] for name, takes in self._takes.items() if address in takes}
        unsaid = {name: why for one in present.values() for name, why in one.unsaid.items()}
        body: dict[str, Value] = {}
        for name in self._catalog[address.kind].schema.fields:
            if name in unsaid or not any(name in taken.body for taken in present.values()):
                continue
            if self._alike(name, present):
                body[name] = self._shared(name, present)
            else:
                body[name] = self._differing(name, present)
        return replace(next(iter(present.values())), body=body, unsaid=unsaid)

    def _alike(self, name: str, present: Mapping[str, Taken]) -> bool:
        if not all(name in taken.body for taken in present.values()):
            return False
        said_of = {canonical(taken.body[name]) for taken in present.values()}
        return len(said_of) == 1 and (
            self._path(name, present) is None
            or len({canonical(one) for one in self._documents(name, present).values()}) == 1
        )

    def _shared(self, name: str, present: Mapping[str, Taken]) -> Value:
        environment, taken = next(iter(present.items()))
        path = self._path(name, present)
        if path is not None:
            self._files[path] = self._sides[environment].intake.files[path]
        return taken.body[name]

    def _differing(self, name: str, present: Mapping[str, Taken]) -> Value:
        address = next(iter(present.values())).address
        wanted = f"{address.kind}_{address.name}_{name}"
        path = self._path(name, present)
        if path is not None and all(name in taken.body for taken in present.values()):
            documents = self._documents(name, present)
            variable = self._variable(f"{wanted}_file", self._apart(documents, path))
            return Unknown(f"${{json(file(vars.{variable}))}}")
        for taken in present.values():
            found = placeholders(taken.body.get(name))
            targets = {target for _, one in found for target in _refs(one)}
            self._waits.setdefault(address, set()).update(targets)
        literal = {
            environment: self._literal(name, environment, taken)
            for environment, taken in present.items()
        }
        if len({canonical(value) for value in literal.values()}) == 1:
            # One referred to what the others have not, and yet it is the same text everywhere.
            return next(iter(literal.values()))
        return Unknown(f"${{vars.{self._variable(wanted, literal)}}}")

    def _literal(self, name: str, environment: str, taken: Taken) -> Value:
        """Give what a field says without references, or what it is where that is the default."""
        schema = self._catalog[taken.address.kind].schema
        attributes = self._sides[environment].live(taken).attributes
        stated = said(attributes, schema, whole=schema.singleton)
        if name in stated:
            return stated[name]
        return attributes.get(name, schema.fields[name].default)

    # -- documents -------------------------------------------------------------------------------

    def _path(self, name: str, present: Mapping[str, Taken]) -> str | None:
        """Give the file that a field would be in, in any of the environments."""
        expressions = (taken.body.get(name) for taken in present.values())
        paths = (self._paths.get(one.expression) for one in expressions if isinstance(one, Unknown))
        return next(filter(None, paths), None)

    def _documents(self, name: str, present: Mapping[str, Taken]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for environment, taken in present.items():
            value = taken.body[name]
            if isinstance(value, Unknown):
                value = self._sides[environment].intake.files[self._paths[value.expression]]
            found[environment] = value
        return found

    def _apart(self, documents: Mapping[str, Value], path: str) -> dict[str, Value]:
        """Put documents into files, one for each that differs, and say where each is."""
        first = canonical(documents[_common(documents)])
        named: dict[bytes, str] = {first: path}
        for environment, document in documents.items():
            inside = f"{path.removesuffix(_SUFFIX)}/{environment}{_SUFFIX}"
            self._files[named.setdefault(canonical(document), inside)] = document
        return {name: named[canonical(document)] for name, document in documents.items()}

    def _variable(self, wanted: str, values: Mapping[str, Value]) -> str:
        default = values[_common(values)]
        name = unused(wanted, self._names)
        self._names.add(name)
        others = {
            environment: value
            for environment, value in values.items()
            if canonical(value) != canonical(default)
        }
        self._variables.append(Variable(name=name, default=default, values=others))
        return name

    # -- order -----------------------------------------------------------------------------------

    def _ordered(self, blocks: Iterable[Taken]) -> Iterator[Taken]:
        """Let blocks wait for what only their variables name; no circle is ever closed."""
        kept = {block.address: block for block in blocks}
        edges = {address: set(_targets(block)) for address, block in kept.items()}
        for address, block in kept.items():
            more = []
            for target in sorted(self._waits.get(address, set()) - edges[address]):
                if not _leads(edges, target, address):
                    edges[address].add(target)
                    more.append(str(target))
            names: list[Value] = [*more]
            yield replace(block, body={**block.body, _DEPENDS: names}) if names else block


def _refs(one: Unknown | Secret) -> tuple[Address, ...]:
    refs = one.refs if isinstance(one, Unknown) else ()
    return tuple(Address(ref.kind, ref.name) for ref in refs)


def _targets(block: Taken) -> Iterator[Address]:
    for _, one in placeholders(block.body):
        yield from _refs(one)


def _leads(edges: Mapping[Address, Iterable[Address]], start: Address, end: Address) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        if here == end:
            return True
        fresh = set(edges.get(here, ())) - seen
        seen |= fresh
        waiting.extend(fresh)
    return False


def _common(values: Mapping[str, Value] | Mapping[str, str]) -> str:
    """Name an environment that says what most say; of two alike, the first by name."""
    spelled = {name: canonical(value) for name, value in values.items()}
    told = list(spelled.values())
    return min(spelled, key=lambda name: (-told.count(spelled[name]), name))


def _type(value: Value) -> str:
    match value:
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "list"
        case _:
            return "map"


def left_in(sides: Mapping[str, Side]) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """Say what is left out where: by kind, reason and natural key the environments."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for name in sorted(sides):
        for left in sides[name].intake.left:
            found.setdefault((left.kind, left.why, left.identity), []).append(name)
    return {place: tuple(found[place]) for place in sorted(found)}
