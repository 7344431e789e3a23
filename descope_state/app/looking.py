"""Looks again before anything is written: what a plan saw must still be there."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from descope_state.core.deciding import fingerprint
from descope_state.core.diff import compare
from descope_state.core.observation import Observation
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, FieldChange
from descope_state.model.plan import DIRECT, Plan
from descope_state.model.resource import Entries
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.schema import Schema

# Of a value, in a message of one line.
_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A planned change whose object is no longer the one that was planned for."""

    address: Address
    what: str
    fields: tuple[FieldChange, ...] = ()


def in_play(plan: Plan, entries: Entries) -> tuple[frozenset[str], dict[str, set[str]]]:
    """Give the kinds that a plan touches, and the ids of their managed objects."""
    kinds = frozenset(
        change.address.kind for change in plan.changes if change.action is not Action.NOOP
    )
    if plan.mode == "refresh-only":
        kinds = frozenset(address.kind for address in entries)
    managed: dict[str, set[str]] = {kind: set() for kind in kinds}
    for address, entry in entries.items():
        # A command about single objects is not held up by all the others.
        if address.kind in kinds and plan.mode != DIRECT:
            managed[address.kind].add(entry.id)
    for change in plan.changes:
        if change.address.kind in kinds and change.id:
            managed[change.address.kind].add(change.id)
    return kinds, managed


def moved_on(
    changes: Iterable[Change], observation: Observation, *, catalog: Catalog
) -> Iterator[Moved]:
    """Find every planned change whose object is not as it was when it was planned."""
    for change in changes:
        if change.blocked or change.action in (Action.NOOP, Action.FORGET):
            continue
        schema = catalog[change.address.kind].schema
        found = _moved(change, observation, schema=schema)
        if found is not None:
            yield found


def _moved(change: Change, observation: Observation, *, schema: Schema) -> Moved | None:
    live = observation.object(change.address.kind, change.id) if change.id else None
    if change.action is Action.CREATE:
        return _appeared(change, observation, schema=schema)
    if live is None:
        if change.action is Action.DELETE:
            return None  # What was to go is gone.
        return Moved(address=change.address, what=f"{change.id} is not there any more")
    if not change.live_fingerprint or fingerprint(live, schema) == change.live_fingerprint:
        return None
    return Moved(
        address=change.address,
        what=f"{change.id} has changed since it was planned",
        fields=compare(change.before or {}, live.attributes, schema=schema),
    )


def _appeared(change: Change, observation: Observation, *, schema: Schema) -> Moved | None:
    if not schema.unique or not change.identity:
        return None
    live = observation.named(change.address.kind, change.identity)
    if live is None:
        return None
    what = f"{change.address.kind} `{change.identity}` exists by now, as {live.id}"
    return Moved(address=change.address, what=what)


def stale_message(stale: tuple[Moved, ...]) -> str:
    """Say what is no longer as it was planned."""
    one = stale[0]
    more = f", and {len(stale) - 1} more" if len(stale) > 1 else ""
    differing = "".join(
        f"; `{field.name}`: planned from {_short(field.before)}, live is {_short(field.after)}"
        for field in one.fields
        if not field.sensitive
    )
    return f"the plan is stale: {one.address}: {one.what}{differing}{more}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def without(plan: Plan, stale: tuple[Moved, ...]) -> Plan:
    """Leave out stale changes: they are treated as blocked ones are, with all that needs them."""
    if not stale:
        return plan
    reasons = {one.address: one.what for one in stale}
    return replace(
        plan,
        changes=tuple(
            replace(change, blocked=reasons[change.address])
            if change.address in reasons
            else change
            for change in plan.changes
        ),
    )
