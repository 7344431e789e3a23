"""Finds the changes that cannot be done, and everything that waits for them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from descope_state.core.claims import Claims
from descope_state.core.observation import Observation
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Reason
from descope_state.model.resource import Entries
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.provider import Tier

_DESTROYING = frozenset({Action.DELETE, Action.REPLACE})
_HARMLESS = frozenset({Action.NOOP, Action.FORGET, Action.MOVE})


def blocked(
    changes: tuple[Change, ...],
    *,
    catalog: Catalog,
    observation: Observation,
    entries: Entries,
) -> tuple[Change, ...]:
    """Mark what cannot be done with the reason, and then what depends on it."""
    claims = Claims(changes, entries, catalog=catalog, observation=observation)
    reasons = {
        change.address: reason
        for change in changes
        if (reason := _own(change, claims, entries) or _unlicensed(change, catalog, observation))
    }
    if not reasons:
        return changes
    _spread(reasons, changes, claims)
    return tuple(
        replace(change, blocked=reasons[change.address], reason=Reason.BLOCKED)
        if change.address in reasons
        else change
        for change in changes
    )


def _own(change: Change, claims: Claims, entries: Entries) -> str:
    match change.action:
        case Action.CREATE:
            return _no_import(change, claims.observation) or claims.taken(change)
        case Action.DELETE:
            return _protected(change, entries) or _kept_by_project(change, claims.observation)
        case Action.REPLACE:
            return _protected(change, entries) or claims.taken(change)
        case Action.UPDATE:
            return claims.taken(change)
        case _:
            return ""


def _no_import(change: Change, observation: Observation) -> str:
    if not change.importing:
        return ""
    if not observation.refreshed:
        return "an import has to look at the project; plan without `-refresh=false`"
    return f"there is no {change.address.kind} {change.id} to import; correct its `imports` entry"


def _unlicensed(change: Change, catalog: Catalog, observation: Observation) -> str:
    if change.action in _HARMLESS:
        return ""
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
    if observation.holds_by_default(change.address.kind, change.identity):
        return (
            "every project holds it from the start; let go of it with a `removed` entry"
            " and `destroy: false`"
        )
    return ""


def _spread(reasons: dict[Address, str], changes: tuple[Change, ...], claims: Claims) -> None:
    """Hold creates and updates for what they need, and deletes for what still needs them."""
    by_address = {change.address: change for change in changes}
    users: dict[Address, list[Change]] = {}
    for change in changes:
        for needed in change.depends_on:
            users.setdefault(needed, []).append(change)
    heirs = claims.heirs()
    waiting = list(reasons)
    while waiting:
        address = waiting.pop()
        for heir in heirs.get(address, ()):
            if heir not in reasons:
                reasons[heir] = f"{address} has its name, and is blocked"
                waiting.append(heir)
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
