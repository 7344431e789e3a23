"""Finds the changes that cannot be done, and everything that waits for them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from descope_state.core.observation import Observation
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Reason
from descope_state.model.resource import Entries
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.provider import Tier

_DESTROYING = frozenset({Action.DELETE, Action.REPLACE})


def blocked(
    changes: tuple[Change, ...],
    *,
    catalog: Catalog,
    observation: Observation,
    entries: Entries,
) -> tuple[Change, ...]:
    """Mark what cannot be done with the reason, and then what depends on it."""
    reasons = {
        change.address: reason
        for change in changes
        if (reason := _own(change, catalog=catalog, observation=observation, entries=entries))
    }
    if not reasons:
        return changes
    _spread(reasons, changes)
    return tuple(
        replace(change, blocked=reasons[change.address], reason=Reason.BLOCKED)
        if change.address in reasons
        else change
        for change in changes
    )


def _own(change: Change, *, catalog: Catalog, observation: Observation, entries: Entries) -> str:
    match change.action:
        case Action.NOOP | Action.FORGET | Action.MOVE:
            return ""
        case Action.CREATE:
            return (
                _no_import(change)
                or _taken(change, catalog, observation)
                or _unlicensed(change, catalog, observation)
            )
        case Action.DELETE | Action.REPLACE:
            return (
                _protected(change, entries)
                or _kept_by_project(change, observation)
                or _unlicensed(change, catalog, observation)
            )
        case _:
            return _unlicensed(change, catalog, observation)


def _no_import(change: Change) -> str:
    if change.importing:
        return (
            f"there is no {change.address.kind} {change.id} to import; correct its `imports` entry"
        )
    return ""


def _taken(change: Change, catalog: Catalog, observation: Observation) -> str:
    """Never take over an object of the same natural key that the state does not know."""
    if not catalog[change.address.kind].schema.unique or not change.identity:
        return ""
    found = observation.named(change.address.kind, change.identity)
    if found is None:
        return ""
    return (
        f"{change.address.kind} `{change.identity}` exists already as {found.id}; to take it over,"
        f" add to the stack `imports: [{{to: {change.address}, id: {found.id}}}]`"
    )


def _unlicensed(change: Change, catalog: Catalog, observation: Observation) -> str:
    needed = catalog[change.address.kind].schema.requires
    if needed <= observation.tier:
        return ""
    return (
        f"a {change.address.kind} needs the {Tier(needed).name.lower()} plan,"
        f" and this project is on {Tier(observation.tier).name.lower()}"
    )


def _protected(change: Change, entries: Entries) -> str:
    entry = entries.get(change.address)
    if not (change.protected or (entry is not None and entry.protected)):
        return ""
    if change.protected and change.after is not None:
        return "`prevent_destroy` protects it; remove that from its `lifecycle` first"
    return (
        "`prevent_destroy` protected it when it was last applied; apply it once with"
        " `prevent_destroy: false`, or take it out of the state with a `removed` entry"
        " and `destroy: false`"
    )


def _kept_by_project(change: Change, observation: Observation) -> str:
    if change.action is Action.DELETE and observation.holds_by_default(
        change.address.kind, change.identity
    ):
        return (
            "every project holds it from the start; let go of it with a `removed` entry"
            " and `destroy: false`"
        )
    return ""


def _spread(reasons: dict[Address, str], changes: tuple[Change, ...]) -> None:
    """Hold creates and updates for what they need, and deletes for what still needs them."""
    by_address = {change.address: change for change in changes}
    users: dict[Address, list[Change]] = {}
    for change in changes:
        for needed in change.depends_on:
            users.setdefault(needed, []).append(change)
    waiting = list(reasons)
    while waiting:
        address = waiting.pop()
        for other, reason in _affected(by_address[address], by_address, users):
            if other not in reasons:
                reasons[other] = reason
                waiting.append(other)


def _affected(
    change: Change, by_address: Mapping[Address, Change], users: Mapping[Address, list[Change]]
) -> Iterator[tuple[Address, str]]:
    if change.action in (Action.CREATE, Action.REPLACE):
        for user in users.get(change.address, ()):
            if user.writes and user.action is not Action.DELETE:
                yield user.address, f"it needs {change.address}, which is blocked"
    if change.action in _DESTROYING:
        for needed in change.depends_on:
            target = by_address.get(needed)
            if target is not None and target.action in _DESTROYING:
                yield needed, f"{change.address} still needs it, and is blocked"
