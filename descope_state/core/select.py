"""Narrows a plan to some addresses, closed under what they need."""

from collections.abc import Collection

from descope_state.core.graph import closure, dependents
from descope_state.core.operations import hinders
from descope_state.errors import UsageError
from descope_state.model.address import Address
from descope_state.model.change import Change
from descope_state.model.nearness import nearest
from descope_state.model.resource import Entries


def selected(
    changes: tuple[Change, ...],
    *,
    entries: Entries,
    targets: Collection[Address],
    excludes: Collection[Address],
) -> tuple[Change, ...]:
    """Keep the targets with all they need, and drop the excluded with all that needs them."""
    if not targets and not excludes:
        return changes
    addresses = [change.address for change in changes]
    users = hinders(changes, entries)
    kept: Collection[Address] = addresses
    if targets:
        kept = closure(matching(targets, addresses), dependents(users))
    if excludes:
        kept = set(kept) - closure(matching(excludes, addresses), users)
    return tuple(change for change in changes if change.address in kept)


def matching(wanted: Collection[Address], known: Collection[Address]) -> list[Address]:
    """Find the known addresses that are meant, instances by their block too; refuse the others."""
    found: list[Address] = []
    unknown: list[Address] = []
    for address in wanted:
        matches = [other for other in known if address in (other, other.block)]
        found.extend(matches)
        if not matches:
            unknown.append(address)
    if unknown:
        raise _no_such(unknown, known)
    return found


def _no_such(unknown: list[Address], known: Collection[Address]) -> UsageError:
    names = ", ".join(f"`{address}`" for address in unknown)
    names_known = dict.fromkeys(str(one) for other in known for one in (other.block, other))
    near = nearest(str(unknown[0]), names_known)
    return UsageError(
        f"neither the stack nor the state has {names}",
        hint=f"did you mean `{near}`?" if near else "`dstate graph` lists what there is",
    )
