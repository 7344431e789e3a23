"""The edges that a stack does not write: who names another by a plain text needs it as well."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from descope_state.core.graph import knots, ordered
from descope_state.core.mentions import Mention, Mentions, within_reach
from descope_state.model.address import Address
from descope_state.model.resource import Desired
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.schema import Refers

Edges = dict[Address, set[Address]]


def implied(desired: Sequence[Desired], catalog: Catalog) -> tuple[Desired, ...]:
    """Add an edge to every resource that another names, and keep the needed before the needing.

    An edge that would close a ring is left out: what it asks for cannot be had, and whether it
    is needed shows only in the project. What an object is known by comes before all else.
    """
    identifying, others = _edges(desired, catalog)
    return _with(others, _with(identifying, tuple(desired)))


def _with(extra: Edges, desired: tuple[Desired, ...]) -> tuple[Desired, ...]:
    if not extra:
        return desired
    _unknot(extra, desired)
    whole = [
        replace(one, depends_on=_more(one.depends_on, extra[one.address]))
        if extra.get(one.address)
        else one
        for one in desired
    ]
    return _in_order(whole)


def _more(known: Iterable[Address], extra: Iterable[Address]) -> tuple[Address, ...]:
    return tuple(sorted({*known, *extra}))


def _edges(desired: Sequence[Desired], catalog: Catalog) -> tuple[Edges, Edges]:
    """Give the edges from what objects are known by, and all others."""
    mentions = Mentions(catalog)
    identifying, others = Edges(), Edges()
    if not mentions.any({one.address.kind for one in desired}):
        return identifying, others
    index = _Index(desired)
    for one in desired:
        known_by = catalog[one.address.kind].schema.identity_fields
        for mention in mentions.of(one.address.kind, one.attributes):
            found = identifying if mention.path[0] in known_by else others
            for target in index.meant(mention, by=one.address):
                if target not in one.depends_on:
                    found.setdefault(one.address, set()).add(target)
    return identifying, others


class _Index:
    """The resources by what they may be named by; each sort of name is gathered when asked for."""

    def __init__(self, desired: Sequence[Desired]) -> None:
        self._desired = desired
        self._named: dict[tuple[str, str], dict[str, list[Desired]]] = {}

    def meant(self, mention: Mention, *, by: Address) -> Iterator[Address]:
        """Give the resources that are surely meant."""
        for refers in mention.refers:
            for target in self._all(refers).get(mention.text, ()):
                fits = within_reach(mention, target.attributes, refers=refers, by=by)
                if fits and target.address != by:
                    yield target.address

    def _all(self, refers: Refers) -> Mapping[str, list[Desired]]:
        sort = (refers.kind, refers.field)
        if sort not in self._named:
            names: dict[str, list[Desired]] = {}
            for one in self._desired:
                text = one.attributes.get(refers.field)
                if one.address.kind == refers.kind and isinstance(text, str):
                    names.setdefault(text, []).append(one)
            self._named[sort] = names
        return self._named[sort]


def _unknot(extra: Edges, desired: Sequence[Desired]) -> None:
    """Take back the edges that lie on a ring."""
    rank = {one.address: index for index, one in enumerate(desired)}
    backward = any(rank[one] < rank[other] for one in extra for other in extra[one])
    if not backward:
        return  # All edges lead to what comes earlier: there is no ring.
    after = [
        [
            rank[other]
            for other in _more(one.depends_on, extra.get(one.address, ()))
            if other in rank
        ]
        for one in desired
    ]
    knot = knots(after)
    for one, others in extra.items():
        others -= {other for other in others if knot[rank[one]] == knot[rank[other]]}


def _in_order(desired: list[Desired]) -> tuple[Desired, ...]:
    seen: set[Address] = set()
    held = {one.address for one in desired}
    for one in desired:
        if not seen.issuperset(held.intersection(one.depends_on)):
            break
        seen.add(one.address)
    else:
        return tuple(desired)
    by_address = {one.address: one for one in desired}
    order = ordered(by_address, {one.address: one.depends_on for one in desired})
    return tuple(by_address[address] for address in order)
