"""Holds the projects of two environments side by side, by natural key and free of ids.

What the stack itself states differently for the two is no difference that anybody looks for. It is
counted, and shown on request.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from enum import StrEnum

from descope_state.core.diff import arranged, field_change
from descope_state.core.portable import Atlas, Key, stable
from descope_state.core.wanted import Places
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import FieldChange
from descope_state.model.resource import Desired, Entries, Live
from descope_state.model.value import Value, canonical, same
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.schema import Schema


class Standing(StrEnum):
    """How an object of one environment stands to the other."""

    BOTH = "changed"
    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One environment: its project, what the stack says of it, and what its state remembers.

    Of the kinds that were read only `partly`, what is not seen may be there all the same.
    """

    name: str
    atlas: Atlas
    desired: Mapping[Address, Desired]
    entries: Entries
    addresses: Mapping[tuple[str, str], Address]
    partly: frozenset[str] = frozenset()


def side(
    name: str,
    atlas: Atlas,
    *,
    desired: Sequence[Desired],
    entries: Entries,
    catalog: Catalog,
    partly: frozenset[str] = frozenset(),
) -> Side:
    """Put together what is known of one environment; every object gets an address."""
    places = Places(desired, entries, catalog=catalog)
    return Side(
        name=name,
        atlas=atlas,
        desired={one.address: one for one in desired},
        entries=entries,
        partly=partly,
        addresses={
            (live.kind, live.id): places.place(
                live.kind, live.identity, id_=live.id, called=atlas.key(live)
            ).address
            for live in atlas.objects.values()
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """One object in two environments, or in one of them alone."""

    key: Key
    standing: Standing
    address: Address
    known: bool
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How two environments differ, and how much of it the stack wants to differ."""

    twins: tuple[Twin, ...] = ()
    alike: int = 0
    fields_left_out: int = 0
    objects_left_out: int = 0
    closed: Mapping[str, str] = field(default_factory=dict)


def compared(
    first: Side, second: Side, *, catalog: Catalog, everything: bool = False
) -> Comparison:
    """Compare two environments; `everything` leaves nothing out but ids."""
    comparing = _Comparing(first, second, catalog=catalog, everything=everything)
    twins = tuple(comparing.run())
    closed = {**first.atlas.observation.closed, **second.atlas.observation.closed}
    return Comparison(
        twins=twins,
        alike=comparing.alike,
        fields_left_out=comparing.fields,
        objects_left_out=comparing.objects,
        closed=closed,
    )


class _Comparing:
    """Goes through the objects of two environments once."""

    def __init__(self, first: Side, second: Side, *, catalog: Catalog, everything: bool) -> None:
        self._sides = (first, second)
        self._catalog = catalog
        self._everything = everything
        self.alike = self.fields = self.objects = 0

    def run(self) -> Iterator[Twin]:
        first, second = self._sides
        pairs = paired(first, second)
        for key in sorted(pairs):
            left, right = pairs[key]
            if left is not None and right is not None:
                yield from self._both(key, left, right)
            elif left is not None:
                yield from self._alone(key, left, Standing.FIRST)
            elif right is not None:
                yield from self._alone(key, right, Standing.SECOND)

    def _alone(self, key: Key, live: Live, standing: Standing) -> Iterator[Twin]:
        if live.kind in self._closed():
            return
        here, there = self._sides if standing is Standing.FIRST else self._sides[::-1]
        address = here.addresses[live.kind, live.id]
        if address in here.desired and address not in there.desired and not self._everything:
            self.objects += 1
            return
        if live.kind in there.partly:
            return
        yield Twin(key=key, standing=standing, address=address, known=_knows(here, address))

    def _closed(self) -> set[str]:
        return {kind for one in self._sides for kind in one.atlas.observation.closed}

    def _both(self, key: Key, left: Live, right: Live) -> Iterator[Twin]:
        first, second = self._sides
        ours, theirs = first.atlas.portable(left), second.atlas.portable(right)
        here = first.addresses[left.kind, left.id]
        there = second.addresses[right.kind, right.id]
        apart = stated_apart(first.desired.get(here), second.desired.get(there))
        changes = list(self._changes(left.kind, ours, theirs))
        kept = [one for one in changes if self._everything or one.name not in apart]
        self.fields += len(changes) - len(kept)
        if kept:
            yield Twin(
                key=key,
                standing=Standing.BOTH,
                address=here,
                known=_knows(first, here),
                fields=tuple(replace(one, forces_replacement=False) for one in kept),
            )
        else:
            self.alike += 1

    def _changes(
        self, kind: str, ours: Mapping[str, Value], theirs: Mapping[str, Value]
    ) -> Iterator[FieldChange]:
        schema = self._catalog[kind].schema
        for name in stable(schema):
            described = schema.fields[name]
            before = ours.get(name, described.default)
            after = theirs.get(name, described.default)
            change = field_change(before, after, field=described)
            if change is not None:
                yield change


def _knows(one: Side, address: Address) -> bool:
    return address in one.desired or address in one.entries


def paired(first: Side, second: Side) -> dict[Key, tuple[Live | None, Live | None]]:
    """Match objects by natural key, and those that are left by the address they are known by."""
    left, right = dict(first.atlas.objects), dict(second.atlas.objects)
    pairs: dict[Key, tuple[Live | None, Live | None]] = {
        key: (live, right.pop(key, None)) for key, live in left.items()
    }
    free = {
        second.addresses[live.kind, live.id]: key
        for key, live in right.items()
        if _knows(second, second.addresses[live.kind, live.id])
    }
    for key, (live, other) in list(pairs.items()):
        if live is None or other is not None:
            continue
        address = first.addresses[live.kind, live.id]
        if _knows(first, address) and address in free:
            pairs[key] = (live, right.pop(free.pop(address)))
    return pairs | {key: (None, live) for key, live in right.items()}


def stated_apart(one: Desired | None, other: Desired | None) -> frozenset[str]:
    """Name the fields that the stack states otherwise for one environment than for another."""
    if one is None or other is None:
        return frozenset()
    ours, theirs = one.attributes, other.attributes
    return frozenset(
        name
        for name in ours.keys() | theirs.keys()
        if (name in ours) != (name in theirs) or not same(ours[name], theirs[name])
    )


# -- matrix -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One object over all environments: which are alike; an environment that lacks it has none.

    Of those in `unseen` nobody knows whether they have it: it was not read.
    """

    key: Key
    address: Address
    known: bool
    versions: Mapping[str, int]
    unseen: frozenset[str] = frozenset()

    def alike(self, environments: int) -> bool:
        """Tell whether so many environments all have it, and all alike."""
        seen = len(self.versions) + len(self.unseen)
        return seen == environments and set(self.versions.values()) == {1}


def matrix(sides: Sequence[Side], *, catalog: Catalog) -> list[Row]:
    """Say of each object which environments have it, and which have it alike.

    Versions are numbered in the order of the environments. Fields that the stack states otherwise
    for some of them are left out of the comparison.
    """
    keys = sorted({key for one in sides for key in one.atlas.objects})
    return [_row(key, sides, catalog) for key in keys]


def _row(key: Key, sides: Sequence[Side], catalog: Catalog) -> Row:
    holders = [one for one in sides if key in one.atlas.objects]
    found = [(one, one.atlas.objects[key]) for one in holders]
    addresses = [one.addresses[live.kind, live.id] for one, live in found]
    stated = [one.desired.get(at) for (one, _), at in zip(found, addresses, strict=True)]
    apart = {name for one in stated for name in stated_apart(stated[0], one)}
    versions: dict[bytes, int] = {}
    numbers: dict[str, int] = {}
    for one, live in found:
        spelled = _spelled(one.atlas.portable(live), apart, catalog[live.kind].schema)
        numbers[one.name] = versions.setdefault(spelled, len(versions) + 1)
    unseen = frozenset(
        one.name for one in sides if one.name not in numbers and key[0] in one.partly
    )
    return Row(
        key=key,
        address=addresses[0],
        known=_knows(holders[0], addresses[0]),
        versions=numbers,
        unseen=unseen,
    )


def _spelled(attributes: Mapping[str, Value], apart: set[str], schema: Schema) -> bytes:
    """Spell what is compared of an object; a field that is absent is as good as its default."""
    fields = {name: schema.fields[name] for name in stable(schema) if name not in apart}
    return canonical(
        {
            name: arranged(one.shape, attributes.get(name, one.default))
            for name, one in fields.items()
        }
    )
