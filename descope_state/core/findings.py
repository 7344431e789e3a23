"""Sorts what a plan found to have changed outside dstate, and sets the three sides side by side."""

from collections.abc import Iterator, Mapping

from descope_state.core.diff import equal
from descope_state.core.observation import Observation
from descope_state.core.strangers import strangers
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Drift, DriftSort, FieldChange
from descope_state.model.finding import Facet, Finding, Sort, Wish
from descope_state.model.plan import Plan, Violation
from descope_state.model.resource import Entries
from descope_state.model.value import Value
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.schema import Schema

VANISHED = "vanished"
"""The code of the guard that doubts a list; what it is about is an alarm and no finding."""

_SORTS = {
    DriftSort.DELETED: Sort.DELETED,
    DriftSort.CHANGED: Sort.CHANGED,
    DriftSort.CONVERGED: Sort.CONVERGED,
}
_ORDER = {sort: number for number, sort in enumerate(Sort)}
_UNWANTED = frozenset({Action.DELETE, Action.FORGET})


def findings(
    plan: Plan, *, entries: Entries, observation: Observation, catalog: Catalog
) -> tuple[Finding, ...]:
    """Give all that differs, deletions first; what a guard doubts to be gone is left out."""
    doubted = {address for alarm in alarms(plan) for address in alarm.addresses}
    changes = {change.address: change for change in plan.changes}
    by_id = {(entry.address.kind, entry.id): entry.identity for entry in entries.values()}
    found = [
        _finding(
            drift,
            changes.get(drift.address),
            identity=by_id.get((drift.address.kind, drift.id), ""),
            schema=catalog[drift.address.kind].schema,
        )
        for drift in plan.drift
        if drift.sort is not DriftSort.DELETED or drift.address not in doubted
    ]
    found += _unmanaged(plan, entries, observation=observation, catalog=catalog)
    return tuple(sorted(found, key=_place))


def alarms(plan: Plan) -> tuple[Violation, ...]:
    """Give the lists that look as if they had answered empty by mistake."""
    return tuple(violation for violation in plan.violations if violation.code == VANISHED)


def _place(finding: Finding) -> tuple[int, object, str]:
    address = finding.address or Address(finding.kind, "", finding.identity)
    return (_ORDER[finding.sort], address.order, finding.id)


def _finding(drift: Drift, change: Change | None, *, identity: str, schema: Schema) -> Finding:
    wanted = change is not None and change.action not in _UNWANTED
    return Finding(
        sort=_SORTS[drift.sort],
        kind=drift.address.kind,
        id=drift.id,
        identity=identity,
        address=drift.address,
        wanted=wanted,
        facets=tuple(_facets(drift, change if wanted else None, schema=schema)),
    )


def _facets(drift: Drift, change: Change | None, *, schema: Schema) -> Iterator[Facet]:
    stated: Mapping[str, Value] = {}
    if change is not None:
        after = change.after or {}
        stated = {name: after[name] for name in change.stated if name in after}
    for field in (*drift.fields, *drift.unmanaged):
        if change is None:
            yield Facet(change=field, wish=Wish.GONE)
        elif field.name not in stated:
            yield Facet(change=field, wish=Wish.UNSTATED)
        else:
            yield _stated(field, stated[field.name], change=change, schema=schema)


def _stated(field: FieldChange, wanted: Value, *, change: Change, schema: Schema) -> Facet:
    shape = schema.fields[field.name].shape
    undone = {one.name for one in change.fields}
    if field.name not in undone:
        # Ignored or equal: either way the plan leaves what is live.
        wish = Wish.LIVE
    elif equal(wanted, field.before, shape=shape):
        wish = Wish.REMEMBERED
    else:
        wish = Wish.OTHER
    return Facet(change=field, wish=wish, wanted=wanted)


def _unmanaged(
    plan: Plan, entries: Entries, *, observation: Observation, catalog: Catalog
) -> Iterator[Finding]:
    managed = {(entry.address.kind, entry.id) for entry in entries.values()}
    managed |= {(change.address.kind, change.id) for change in plan.changes if change.importing}
    for live in strangers(observation, managed=managed, catalog=catalog):
        yield Finding(sort=Sort.UNMANAGED, kind=live.kind, id=live.id, identity=live.identity)
