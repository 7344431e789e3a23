"""Finds what changed outside dstate: what the state remembers against what is live."""

from collections.abc import Mapping

from descope_state.core.diff import compare
from descope_state.model.address import Address
from descope_state.model.change import Change, Drift, DriftSort, FieldChange
from descope_state.model.resource import Entry, Live
from descope_state.model.value import Value
from descope_state.sdk.schema import Schema


def drift(
    entry: Entry, live: Live | None, *, schema: Schema, change: Change | None
) -> Drift | None:
    """Tell how one object drifted, or None where it did not.

    `change` is what the plan will do about it: nothing to do about a drifted field means that the
    object came to what the stack wants by itself.
    """
    if live is None:
        return Drift(address=entry.address, sort=DriftSort.DELETED, id=entry.id)
    found = compare(entry.outputs, _comparable(live, entry.outputs), schema=schema)
    if not found:
        return None
    managed = change.stated if change is not None and change.after is not None else entry.inputs
    stated = tuple(field for field in found if field.name in managed)
    return Drift(
        address=change.address if change is not None else entry.address,
        sort=_sort(stated, change),
        id=entry.id,
        fields=stated,
        unmanaged=tuple(field for field in found if field.name not in managed),
    )


def _comparable(live: Live, outputs: Mapping[str, Value]) -> dict[str, Value]:
    """Compare only what the state has a memory of; a field new to the provider is no drift."""
    said = {**live.attributes, **live.computed} if live.computed else live.attributes
    if said.keys() <= outputs.keys():
        return said
    return {name: value for name, value in said.items() if name in outputs}


def _sort(stated: tuple[FieldChange, ...], change: Change | None) -> DriftSort:
    # What the stack has no more cannot have come to what the stack wants.
    if change is None or change.after is None or not stated:
        return DriftSort.CHANGED
    undone = {field.name for field in change.fields}
    if any(field.name in undone for field in stated):
        return DriftSort.CHANGED
    return DriftSort.CONVERGED


def vanished(entries: Mapping[Address, Entry], drifts: tuple[Drift, ...]) -> dict[str, int]:
    """Count, by kind, objects of which every one that is remembered has gone."""
    remembered: dict[str, int] = {}
    gone: dict[str, int] = {}
    for address in entries:
        remembered[address.kind] = remembered.get(address.kind, 0) + 1
    for found in drifts:
        if found.sort is DriftSort.DELETED:
            gone[found.address.kind] = gone.get(found.address.kind, 0) + 1
    return {kind: count for kind, count in gone.items() if count == remembered.get(kind)}
