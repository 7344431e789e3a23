"""Finds changes that a service does not keep: made twice, and twice it went on as before."""

from collections.abc import Callable

from descope_state.core.diff import equal
from descope_state.model.change import Action, Change, Reason
from descope_state.model.resource import Entry
from descope_state.sdk.schema import Schema

# Tells whether the last run that wrote an object had found it as it is now, and asked for the same.
Repeated = Callable[[Change, Entry], bool]


def never(_change: Change, _entry: Entry) -> bool:
    """Remember no earlier run."""
    return False


def unkept(change: Change, entry: Entry | None, *, schema: Schema, repeated: Repeated) -> str:
    """Say why making a change once more is of no use, or nothing.

    The stack says what it said when this was last applied, and the object is as the service
    answered then: nobody has touched it since, and what was asked for was not kept.
    """
    if entry is None or change.action is not Action.UPDATE or change.reason is not Reason.DRIFTED:
        return ""
    for field in change.fields:
        shape = schema.fields[field.name].shape
        if field.name not in entry.outputs:
            return ""
        if not equal(entry.outputs[field.name], field.before, shape=shape):
            return ""
    if not repeated(change, entry):
        return ""
    names = ", ".join(f"`{field.name}`" for field in change.fields)
    listed = ", ".join(field.name for field in change.fields)
    return (
        f"the service does not keep {names}: it was asked for twice, and both times it went on as"
        " before; state what the service makes of it, or leave it to the service with"
        f" `lifecycle: {{ignore_changes: [{listed}]}}`"
    )
