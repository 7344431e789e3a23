"""Terraform's names for what dstate does, as its two JSON formats spell them."""

from collections.abc import Collection

from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Reason
from descope_state.report.json_text import Json

COMPATIBLE_VERSION = "1.11.4"
"""The version of Terraform whose formats these are: readers refuse output without one."""

_ACTIONS: dict[Action, tuple[str, ...]] = {
    Action.NOOP: ("no-op",),
    Action.CREATE: ("create",),
    Action.UPDATE: ("update",),
    Action.REPLACE: ("delete", "create"),
    Action.DELETE: ("delete",),
    Action.ADOPT: ("no-op",),
    Action.FORGET: ("forget",),
    Action.MOVE: ("no-op",),
}

_SINGLE: dict[Action, str] = {
    Action.NOOP: "noop",
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.REPLACE: "replace",
    Action.DELETE: "delete",
    Action.ADOPT: "import",
    Action.FORGET: "remove",
    Action.MOVE: "move",
}

_UNSTATED = "delete_because_no_resource_config"
_REASONS: dict[tuple[Action, Reason], tuple[str, str]] = {
    (Action.REPLACE, Reason.IMMUTABLE): ("replace_because_cannot_update", "cannot_update"),
    (Action.REPLACE, Reason.TAINTED): ("replace_because_tainted", "tainted"),
    (Action.REPLACE, Reason.REQUESTED): ("replace_by_request", "requested"),
    (Action.REPLACE, Reason.TRIGGERED): ("replace_by_triggers", "replace_by_triggers"),
    (Action.DELETE, Reason.REMOVED): (_UNSTATED, _UNSTATED),
    (Action.FORGET, Reason.REMOVED): (_UNSTATED, _UNSTATED),
}
_EACH_KEY = "delete_because_each_key"


def actions(change: Change) -> list[Json]:
    """Give the list of actions of the plan format; what is blocked does nothing."""
    if change.blocked:
        return ["no-op"]
    names = _ACTIONS[change.action]
    return list(reversed(names) if change.create_first else names)


def action(change: Change) -> str:
    """Give the one action of the event format."""
    return _SINGLE[change.action]


def kept_blocks(changes: Collection[Change]) -> frozenset[Address]:
    """Find the blocks of which at least one instance stays."""
    gone = (Action.DELETE, Action.FORGET)
    return frozenset(each.address.block for each in changes if each.action not in gone)


def reasons(change: Change, kept: frozenset[Address]) -> tuple[str, str]:
    """Give the reason in the words of the plan format and of the event format."""
    removed = change.reason is Reason.REMOVED and change.action is Action.DELETE
    if removed and change.address.key is not None and change.address.block in kept:
        return _EACH_KEY, _EACH_KEY
    return _REASONS.get((change.action, change.reason), ("", ""))
