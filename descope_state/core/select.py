"""Narrows a plan to some addresses, closed under what they need."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from descope_state.core.graph import closure, dependents
from descope_state.errors import UsageError
from descope_state.model.address import Address
from descope_state.model.change import Action, Change

Edges = Mapping[Address, Collection[Address]]


def selected(
    changes: tuple[Change, ...],
    *,
    targets: Collection[Address],
    excludes: Collection[Address],
) -> tuple[Change, ...]:
    """Keep the targets with all they need, and drop the excluded with all that needs them."""
    if not targets and not excludes:
        return changes
    addresses = [change.address for change in changes]
    needs = _needs(changes)
    kept: Collection[Address] = addresses
    if targets:
        kept = closure(matching(targets, addresses), needs)
    if excludes:
        kept = set(kept) - closure(matching(excludes, addresses), dependents(needs))
    return tuple(change for change in changes if change.address in kept)


def _needs(changes: tuple[Change, ...]) -> dict[Address, list[Address]]:
    """Let a deletion need the deletion of its users, and all else what it refers to."""
    actions = {change.address: change.action for change in changes}
    needs: dict[Address, list[Address]] = {change.address: [] for change in changes}
    for change in changes:
        for other in change.depends_on:
            if other not in actions:
                continue
            if change.action is Action.DELETE:
                needs[other].append(change.address)
            else:
                needs[change.address].append(other)
    return needs


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
    near = get_close_matches(str(unknown[0]), [str(other) for other in known], n=1)
    return UsageError(
        f"neither the stack nor the state has {names}",
        hint=f"did you mean `{near[0]}`?" if near else "`dstate graph` lists what there is",
    )
