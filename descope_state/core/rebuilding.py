"""Finds the objects of a stack in a project by what they are called: for a state that is lost."""

from collections.abc import Iterator, Mapping
from dataclasses import field

from descope_state.core.deciding import remembered_form
from descope_state.core.diff import compare
from descope_state.core.observation import Observation
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Change
from descope_state.model.plan import Plan
from descope_state.model.resource import Entry, Live
from descope_state.model.value import Secret, Value
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What was found of one resource: an object, several that could be it, or none."""

    address: Address
    id: str = ""
    candidates: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """The entries of a state as far as they were found, and what is to be told."""

    entries: Mapping[Address, Entry]
    matched: tuple[Match, ...]
    ambiguous: tuple[Match, ...]
    missing: tuple[Address, ...]
    again: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    unmanaged: Mapping[str, int] = field(default_factory=dict)


def found_anew(
    plan: Plan, observation: Observation, *, entries: Mapping[Address, Entry], catalog: Catalog
) -> dict[Address, Entry]:
    """Give the entries that are known by now: those there were, and those found in this plan."""
    known: dict[Address, Entry] = {}
    for change in plan.changes:
        if change.after is None:
            continue
        id_ = entries[change.address].id if change.address in entries else ""
        live = observation.object(change.address.kind, id_) if id_ else None
        if live is None:
            found = candidates(change, observation, entries=entries, catalog=catalog)
            live = found[0] if len(found) == 1 else None
        if live is not None:
            known[change.address] = _entry(change, live, schema=catalog[change.address.kind].schema)
    return _unshared(known)


def _unshared(known: dict[Address, Entry]) -> dict[Address, Entry]:
    """Leave out every object that two resources lay claim to."""
    owners: dict[tuple[str, str], int] = {}
    for address, entry in known.items():
        owners[address.kind, entry.id] = owners.get((address.kind, entry.id), 0) + 1
    return {
        address: entry for address, entry in known.items() if owners[address.kind, entry.id] == 1
    }


def candidates(
    change: Change,
    observation: Observation,
    *,
    entries: Mapping[Address, Entry],
    catalog: Catalog,
) -> list[Live]:
    """Give the objects that a resource of the stack could be."""
    schema = catalog[change.address.kind].schema
    if change.importing:
        live = observation.object(schema.kind, change.id)
        return [live] if live is not None else []
    namesakes = list(_namesakes(change, observation, entries))
    if schema.unique:
        return namesakes
    return [live for live in namesakes if not _differences(change, live, schema)]


def _namesakes(
    change: Change, observation: Observation, entries: Mapping[Address, Entry]
) -> Iterator[Live]:
    taken = {entry.id for address, entry in entries.items() if address.kind == change.address.kind}
    for live in observation.live.get(change.address.kind, {}).values():
        if change.identity and live.identity == change.identity and live.id not in taken:
            yield live


def _differences(change: Change, live: Live, schema: Schema) -> tuple[str, ...]:
    stated = _comparable(change)
    return tuple(one.name for one in compare(live.attributes, stated, schema=schema))


def _comparable(change: Change) -> dict[str, Value]:
    """Give what is stated, but for secrets, which no service tells."""
    after = change.after or {}
    return {
        name: after[name]
        for name in change.stated
        if name in after and not isinstance(after[name], Secret)
    }


def _entry(change: Change, live: Live, *, schema: Schema) -> Entry:
    """Remember of an object what the stack states of it and what is so; the rest is as it lives."""
    different = _differences(change, live, schema)
    inputs = {name: one for name, one in _comparable(change).items() if name not in different}
    after = change.after or {}
    for name in change.stated:
        # To set it again would mean another object, which is worse than a secret that is old.
        if isinstance(after.get(name), Secret) and schema.fields[name].immutable:
            inputs[name] = remembered_form(after[name])
    return Entry(
        address=change.address,
        provider=change.provider,
        schema_version=schema.version,
        id=live.id,
        identity=live.identity,
        inputs=inputs,
        outputs={**live.attributes, **live.computed},
        depends_on=change.depends_on,
        protected=change.protected,
    )


def summed(
    plan: Plan, observation: Observation, *, entries: Mapping[Address, Entry], catalog: Catalog
) -> Rebuilt:
    """Say what was found and what was not."""
    matched: list[Match] = []
    ambiguous: list[Match] = []
    missing: list[Address] = []
    again: list[str] = []
    trusted: list[str] = []
    for change in plan.changes:
        if change.after is None:
            continue
        address, schema = change.address, catalog[change.address.kind].schema
        if address in entries:
            live = observation.object(address.kind, entries[address].id)
            differs = _differences(change, live, schema) if live is not None else ()
            matched.append(Match(address=address, id=entries[address].id, differs=differs))
            for name in change.stated:
                if isinstance(change.after.get(name), Secret):
                    told = trusted if schema.fields[name].immutable else again
                    told.append(f"{address}.{name}")
            continue
        could_be = tuple(live.id for live in _namesakes(change, observation, entries))
        if could_be:
            ambiguous.append(Match(address=address, candidates=could_be))
        else:
            missing.append(address)
    return Rebuilt(
        entries=entries,
        matched=tuple(matched),
        ambiguous=tuple(ambiguous),
        missing=tuple(missing),
        again=tuple(again),
        trusted=tuple(trusted),
        unmanaged=plan.unmanaged,
    )
