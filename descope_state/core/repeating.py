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
    if entry is None or not _asked_before(change) or not _as_answered(change, entry, schema):
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


def doubtful(change: Change, entry: Entry | None, *, repeated: Repeated) -> bool:
    """Tell whether to look what becomes of a change, for it has come to nothing before.

    An answer that says nothing of it cannot tell a service that does not keep what it is asked for
    from somebody who changes it back each time; a look right afterwards can.
    """
    return entry is not None and _asked_before(change) and repeated(change, entry)


def _asked_before(change: Change) -> bool:
    """Tell whether the stack says what it said when this was last applied."""
    return change.action is Action.UPDATE and change.reason is Reason.DRIFTED


def _as_answered(change: Change, entry: Entry, schema: Schema) -> bool:
    """Tell whether the object is as the service answered when it was last written."""
    return all(
        field.name in entry.outputs
        and equal(entry.outputs[field.name], field.before, shape=schema.fields[field.name].shape)
        for field in change.fields
    )
