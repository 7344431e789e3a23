"""What goes with an object when it is deleted, without a row of its own in the plan."""

from collections.abc import Iterable, Sequence

from descope_state.model.change import Action, Change
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.provider import Along

_LEAVING = (Action.DELETE, Action.REPLACE)


def taking(changes: Iterable[Change], catalog: Catalog) -> tuple[Change, ...]:
    """Give the deletions that may take something along."""
    return tuple(
        change
        for change in changes
        if change.action in _LEAVING
        and change.id
        and not change.blocked
        and catalog[change.address.kind].schema.cascades
    )


def counted(found: Sequence[Along], changes: Iterable[Change]) -> dict[str, int]:
    """Count what goes along and is not deleted by a change of its own: that one is seen anyway."""
    shown = {
        (change.address.kind, change.id)
        for change in changes
        if change.action in _LEAVING and not change.blocked
    }
    counts = {
        one.kind: one.count - sum((one.kind, id_) in shown for id_ in one.ids) for one in found
    }
    return {kind: count for kind, count in counts.items() if count}


def grown(before: Change, now: dict[str, int]) -> str:
    """Say what would go along by now that was not there when it was planned; nothing, if so."""
    planned = before.takes_along
    more = [
        f"{count} {kind.replace('_', ' ')}(s) instead of {planned.get(kind, 0)}"
        for kind, count in now.items()
        if count > planned.get(kind, 0)
    ]
    return f"its deletion would take along {', '.join(more)}" if more else ""
