"""Chosen objects of one environment as what another is to hold: ids rewritten, needs taken along.

What the stack itself states differently for the other environment stays as it states it there, and
a secret is taken from where the stack says: no reading gives one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field

from descope_state.core.comparing import Side, paired, stated_apart
from descope_state.core.naming import free_name
from descope_state.core.portable import stable
from descope_state.core.wanted import Wanted
from descope_state.errors import Problem, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.nearness import meant
from descope_state.model.resource import Live
from descope_state.model.value import Ref, Secret, Unknown, Value, known, same
from descope_state.sdk.catalog import Catalog

_ID = "id"
LACKING = "E2010"
Readable = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freight:
    """What is wanted of the other environment, and what is lacking there.

    `brought` are the addresses that nobody named, `kept` counts the fields that the stack states
    for the other environment as they are not in this one.
    """

    wanted: tuple[Wanted, ...]
    brought: tuple[Address, ...]
    kept: int
    lacks: tuple[Problem, ...]


def chosen(source: Side, addresses: Iterable[Address]) -> tuple[Live, ...]:
    """Find the objects that are meant by addresses; a block means all of its instances."""
    at = {source.addresses[live.kind, live.id]: live for live in source.atlas.objects.values()}
    found: dict[Address, Live] = {}
    for address in addresses:
        matches = [other for other in at if address in (other, other.block)]
        if not matches:
            hint = meant(str(address), [str(one) for one in at])
            message = f"`{source.name}` holds no `{address}`"
            raise UsageError(message, hint=hint or f"`dstate env matrix {source.name}` lists it")
        found.update({other: at[other] for other in matches})
    return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Where objects come from and where they go.

    `readable` raises ValueError for a source of a secret that gives nothing there.
    """

    source: Side
    target: Side
    catalog: Catalog
    readable: Readable


def loaded(journey: Journey, named: Iterable[Live]) -> Freight:
    """Say what is wanted of the other environment so that it holds these objects as they are."""
    named = tuple(named)
    return _Loading(journey, source=journey.source).freight(named)


@dataclass(slots=True)
class _Loading:
    """One promotion while it is put together."""

    journey: Journey
    source: Side
    pairs: dict[tuple[str, str], Live] = field(default_factory=dict)
    homes: dict[tuple[str, str], Address] = field(default_factory=dict)
    lacks: list[Problem] = field(default_factory=list)
    kept: int = 0

    def freight(self, named: tuple[Live, ...]) -> Freight:
        self.pairs = {
            (left.kind, left.id): right
            for left, right in paired(self.source, self.journey.target).values()
            if left is not None and right is not None
        }
        closure = self.source.atlas.closure(named)
        for live in closure:
            self.homes[live.kind, live.id] = self._home(live)
        wanted = tuple(map(self._wanted, closure))
        asked = {self.homes[live.kind, live.id] for live in named}
        return Freight(
            wanted=wanted,
            brought=tuple(one.address for one in wanted if one.address not in asked),
            kept=self.kept,
            lacks=tuple(dict.fromkeys(self.lacks)),
        )

    def _home(self, live: Live) -> Address:
        """Give an object its address there: the one it has, that of the stack, or a free one."""
        target = self.journey.target
        other = self.pairs.get((live.kind, live.id))
        if other is not None:
            return target.addresses[other.kind, other.id]
        here = self.source.addresses[live.kind, live.id]
        taken = {*target.addresses.values(), *self.homes.values()}
        if here not in taken and (here in target.desired or here not in target.entries):
            return here
        taken |= {*target.desired, *target.entries}
        names = {address.name for address in taken if address.kind == live.kind}
        return Address(live.kind, free_name(self.source.atlas.key(live), names))

    def _wanted(self, live: Live) -> Wanted:
        address = self.homes[live.kind, live.id]
        other = self.pairs.get((live.kind, live.id))
        attributes = self.source.atlas.translated(live, lambda one: self._id(one, address))
        self._keep_stated(live, address, attributes)
        if other is None:
            attributes = self._told(live.kind, attributes)
        attributes |= self._secrets(live, address, made=other is None)
        self._note_strangers(live, address)
        needs = (self.homes.get((one.kind, one.id)) for one in self.source.atlas.needs(live))
        return Wanted(
            address=address,
            attributes=attributes,
            id=other.id if other is not None else "",
            depends_on=tuple(sorted(one for one in needs if one is not None)),
            stated=address in self.journey.target.desired,
        )

    def _told(self, kind: str, attributes: dict[str, Value]) -> dict[str, Value]:
        """Leave out of something new what it would be without being said."""
        fields = self.journey.catalog[kind].schema.fields
        return {
            name: value
            for name, value in attributes.items()
            if fields[name].required or not same(value, fields[name].default)
        }

    def _id(self, live: Live, user: Address) -> Value:
        """Give the id that an object has there, or the promise of the one that it will be given."""
        other = self.pairs.get((live.kind, live.id))
        if other is not None:
            return other.id
        home = self.homes.get((live.kind, live.id))
        if home is not None:
            ref = Ref(home.kind, home.name, home.key, _ID)
            return Unknown(f"${{{home}.{_ID}}}", (ref,))
        key = self.source.atlas.key(live)
        there = self.journey.target.name
        message = f'it names the {live.kind} "{key}", which `{there}` does not have'
        self._lack(user, message, hint=f"every new project has one: make it in `{there}` first")
        return key

    def _lack(self, address: Address, message: str, *, hint: str) -> None:
        text = f"{address}: {message}"
        self.lacks.append(Problem(code=LACKING, message=text, hint=hint, warning=True))

    def _keep_stated(self, live: Live, address: Address, attributes: dict[str, Value]) -> None:
        """Take what the stack states for the other environment alone, instead of what is here."""
        here = self.source.desired.get(self.source.addresses[live.kind, live.id])
        there = self.journey.target.desired.get(address)
        fields = stable(self.journey.catalog[live.kind].schema)
        for name in sorted(stated_apart(here, there).intersection(fields)):
            value = there.attributes.get(name) if there is not None else None
            if there is None or name not in there.attributes or not known(value):
                continue
            self.kept += name in attributes and not same(attributes[name], value)
            attributes[name] = value

    def _secrets(self, live: Live, address: Address, *, made: bool) -> Mapping[str, Value]:
        found: dict[str, Value] = {}
        there = self.journey.target.desired.get(address)
        for name in self.journey.catalog[live.kind].secrets:
            value = there.attributes.get(name) if there is not None else None
            if isinstance(value, Secret):
                try:
                    self.journey.readable(value.source)
                except ValueError as error:
                    hint = "set it where dstate runs, and plan again"
                    self._lack(address, f"its `{name}` is missing: {error}", hint=hint)
                else:
                    found[name] = value
            elif made:
                message = f"its `{name}` is a secret: it cannot be read from `{self.source.name}`"
                hint = "if it has one, state a source for it in the stack"
                self._lack(address, message, hint=hint)
        return found

    def _note_strangers(self, live: Live, address: Address) -> None:
        for kind, value in self._strangers(live):
            hint = "dstate does not manage such things: see that there is one of this name there"
            message = f'it names the {kind} "{value}", which is not brought along'
            self._lack(address, message, hint=hint)

    def _strangers(self, live: Live) -> Iterator[tuple[str, str]]:
        for citation in self.source.atlas.citations(live):
            if citation.kind not in self.journey.catalog:
                yield citation.kind, citation.value
