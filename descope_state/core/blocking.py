"""Finds the changes that cannot be done, and everything that waits for them."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from descope_state.core.claims import Claims
from descope_state.core.missing import Names
from descope_state.core.observation import Observation
from descope_state.core.operations import hinders
from descope_state.core.repeating import Repeated, never, unkept
from descope_state.core.sharing import Sharing
from descope_state.model.address import Address, for_shell
from descope_state.model.change import Action, Change, Reason
from descope_state.model.resource import Entries
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.provider import Tier
from descope_state.sdk.schema import Schema

_HARMLESS = frozenset({Action.NOOP, Action.FORGET, Action.MOVE})
Ignored = Mapping[Address, Collection[str]]
_NONE: Ignored = {}


def blocked(
    changes: tuple[Change, ...],
    *,
    catalog: Catalog,
    observation: Observation,
    entries: Entries,
    pending: Collection[Address] = (),
    repeated: Repeated = never,
    ignored: Ignored = _NONE,
) -> tuple[Change, ...]:
    """Mark what cannot be done with the reason, and then what depends on it.

    `ignored` are the fields, by address, whose changes the stack lets pass.
    """
    claims = Claims(changes, entries, catalog=catalog, observation=observation)
    sharing = Sharing(changes, catalog=catalog, observation=observation)
    names = Names(changes, catalog=catalog, observation=observation, ignored=ignored)
    reasons = {
        change.address: reason
        for change in changes
        if (
            reason := _own(change, claims, entries)
            or _unsettled(change, pending)
            or _unlicensed(change, catalog, observation)
            or _misnamed(change, names)
            or sharing.shared(change)
            or unkept(
                change,
                entries.get(change.address),
                schema=catalog[change.address.kind].schema,
                repeated=repeated,
            )
        )
    }
    if not reasons:
        return changes
    _spread(reasons, changes, entries=entries, claims=claims)
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
            return (
                _protected(change, entries)
                or _there_for_good(claims.schema(change))
                or claims.taken(change)
            )
        case Action.UPDATE:
            return claims.taken(change)
        case _:
            return ""


def _misnamed(change: Change, names: Names) -> str:
    return "; and ".join(map(str, names.lacks(change)))


def _unsettled(change: Change, pending: Collection[Address]) -> str:
    if not change.writes or change.address not in pending:
        return ""
    return (
        "an earlier run could not find out whether it was made: `dstate resume` asks again; or look"
        " yourself, and then either adopt what you find with an `imports` entry,"
        f" or say that there is nothing with `dstate state rm {for_shell(change.address)}`"
    )


def _there_for_good(schema: Schema) -> str:
    if not schema.singleton:
        return ""
    return f"every project has one {schema.kind}, which can be neither deleted nor made again"


def _no_import(change: Change, observation: Observation) -> str:
    if not change.importing:
        return ""
    if not observation.refreshed:
        return "an import has to look at the project; plan without `-refresh=false`"
    return f"there is no {change.address.kind} {change.id} to import; correct its `imports` entry"


def _unlicensed(change: Change, catalog: Catalog, observation: Observation) -> str:
    if change.action in _HARMLESS:
        return ""
    if closed := observation.closed.get(change.address.kind):
        return f"these credentials may not manage a {change.address.kind}: {closed}"
    needed = catalog[change.address.kind].schema.requires
    if needed <= observation.tier:
        return ""
    return (
        f"a {change.address.kind} needs the {Tier(needed).name.lower()} plan,"
        f" and this project is on {Tier(observation.tier).name.lower()}"
    )


def _protected(change: Change, entries: Entries) -> str:
    entry = entries.get(change.address)
    remembered = entry is not None and entry.protected
    if not (change.protected or remembered):
        return ""
    if change.protected and (change.after is not None or not remembered):
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


def _spread(
    reasons: dict[Address, str], changes: tuple[Change, ...], *, entries: Entries, claims: Claims
) -> None:
    """Hold what needs the blocked, what that still needs, and what waits for its name."""
    by_address = {change.address: change for change in changes}
    followers, heirs = hinders(changes, entries), claims.heirs()
    waiting = [(address, address) for address in reasons]
    seen = set(reasons)
    while waiting:
        address, cause = waiting.pop()
        inherited = heirs.get(address, ())
        for other in (*inherited, *followers[address]):
            if other in seen:
                continue
            seen.add(other)
            change = by_address[other]
            if change.writes:
                name = other in inherited
                reasons[other] = _held(change, by_address[address], cause=cause, name=name)
            # What is not written says nothing itself; what comes after it waits all the same.
            waiting.append((other, other if change.writes else cause))


def _held(change: Change, blocker: Change, *, cause: Address, name: bool) -> str:
    if name:
        return f"{cause} has its name, and is blocked"
    if change.action is not Action.DELETE and blocker.address in change.depends_on:
        return f"it needs {cause}, which is blocked"
    return f"{cause} still needs it, and is blocked"
