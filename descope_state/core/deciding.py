"""Decides what is to become of one resource: three sides in, one change out."""

from collections.abc import Iterable, Mapping

from descope_state.core.diff import arranged, compare, equal
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, FieldChange, Reason
from descope_state.model.resource import Desired, Entry, Live, Status
from descope_state.model.value import Fingerprint, Secret, Value, digest
from descope_state.sdk.catalog import identity_of
from descope_state.sdk.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One resource of the stack with everything that bears on it.

    `attributes` is what the stack states, unknowns answered as far as they can be.
    """

    desired: Desired
    schema: Schema
    attributes: dict[str, Value]
    entry: Entry | None = None
    live: Live | None = None
    moved_from: Address | None = None
    import_id: str = ""
    importing: bool = False
    requested: Reason = Reason.NONE
    secrets: tuple[str, ...] = ()


def decide(subject: Subject) -> Change:
    """Decide the change for one resource of the stack."""
    if subject.live is None:
        return _creation(subject)
    fields = _differences(subject, subject.live)
    action, reason = _action(subject, fields)
    if action is Action.REPLACE:
        return _replacement(subject, subject.live, reason=reason, fields=fields)
    return _kept(subject, subject.live, action=action, reason=reason, fields=fields)


def _creation(subject: Subject) -> Change:
    desired = subject.desired
    return Change(
        address=desired.address,
        provider=desired.provider,
        action=Action.CREATE,
        reason=Reason.MISSING if subject.entry is None else Reason.VANISHED,
        after=subject.attributes,
        stated=tuple(subject.attributes),
        id=subject.import_id,
        identity=identity_of(subject.schema, subject.attributes) or "",
        depends_on=desired.depends_on,
        moved_from=subject.moved_from,
        importing=subject.importing,
        protected=desired.lifecycle.prevent_destroy,
    )


def _differences(subject: Subject, live: Live) -> tuple[FieldChange, ...]:
    before = live.attributes
    if subject.secrets:
        inputs = subject.entry.inputs if subject.entry else {}
        before = {**before, **{name: inputs.get(name) for name in subject.secrets}}
    return compare(
        before,
        subject.attributes,
        schema=subject.schema,
        ignored=subject.desired.lifecycle.ignore_changes,
    )


def _action(subject: Subject, fields: tuple[FieldChange, ...]) -> tuple[Action, Reason]:
    if subject.entry is not None and subject.entry.status is Status.TAINTED:
        # What can be neither deleted nor made is written once more.
        return Action.UPDATE if subject.schema.singleton else Action.REPLACE, Reason.TAINTED
    if subject.requested is not Reason.NONE:
        return Action.REPLACE, subject.requested
    if any(field.forces_replacement for field in fields):
        return Action.REPLACE, Reason.IMMUTABLE
    if fields:
        return Action.UPDATE, _why_updated(subject, fields)
    if subject.importing:
        return Action.ADOPT, Reason.REQUESTED
    if subject.moved_from is not None:
        return Action.MOVE, Reason.REQUESTED
    return Action.NOOP, Reason.NONE


def _why_updated(subject: Subject, fields: Iterable[FieldChange]) -> Reason:
    """Tell whose doing it is: where the stack says what it said last time, the object changed."""
    if subject.entry is None:
        return Reason.EDITED
    inputs = subject.entry.inputs
    for change in fields:
        field = subject.schema.fields[change.name]
        stated = remembered_form(subject.attributes[change.name])
        if change.name not in inputs or not equal(stated, inputs[change.name], shape=field.shape):
            return Reason.EDITED
    return Reason.DRIFTED


def remembered_form(value: Value) -> Value:
    """Spell a stated value as the state would remember it: secrets as fingerprints."""
    if isinstance(value, Secret):
        return Fingerprint(value.fingerprint or "")
    return value


def _replacement(
    subject: Subject, live: Live, *, reason: Reason, fields: tuple[FieldChange, ...]
) -> Change:
    desired = subject.desired
    return Change(
        address=desired.address,
        provider=desired.provider,
        action=Action.REPLACE,
        reason=reason,
        fields=fields,
        before=live.attributes,
        after=_carried(subject, live),
        stated=tuple(subject.attributes),
        id=live.id,
        identity=identity_of(subject.schema, subject.attributes) or "",
        depends_on=desired.depends_on,
        live_fingerprint=fingerprint(live, subject.schema),
        moved_from=subject.moved_from,
        importing=subject.importing,
        create_first=desired.lifecycle.create_before_destroy,
        protected=desired.lifecycle.prevent_destroy,
    )


def _carried(subject: Subject, live: Live) -> dict[str, Value]:
    """Give a replacement what the stack states, and unmanaged fields as they live."""
    schema = subject.schema
    kept = {
        name: value
        for name, value in live.attributes.items()
        if not schema.fields[name].computed and not schema.fields[name].immutable
    }
    return {**kept, **subject.attributes}


def _kept(
    subject: Subject,
    live: Live,
    *,
    action: Action,
    reason: Reason,
    fields: tuple[FieldChange, ...],
) -> Change:
    desired = subject.desired
    touched = action is not Action.NOOP
    attributes = _applied(subject, live, fields) if fields else live.attributes
    return Change(
        address=desired.address,
        provider=desired.provider,
        action=action,
        reason=reason,
        fields=fields,
        before=live.attributes,
        after=attributes,
        stated=tuple(subject.attributes),
        id=live.id,
        identity=live.identity,
        depends_on=desired.depends_on,
        live_fingerprint=fingerprint(live, subject.schema) if touched else "",
        moved_from=subject.moved_from,
        importing=subject.importing,
        protected=desired.lifecycle.prevent_destroy,
    )


def _applied(subject: Subject, live: Live, fields: tuple[FieldChange, ...]) -> dict[str, Value]:
    changed = {change.name: change.after for change in fields}
    return {**live.attributes, **_unchanged_secrets(subject), **changed}


def _unchanged_secrets(subject: Subject) -> Mapping[str, Value]:
    return {name: value for name, value in subject.attributes.items() if type(value) is Secret}


def deletion(entry: Entry, live: Live, *, schema: Schema, reason: Reason) -> Change:
    """Decide on an object that the stack no longer wants."""
    return Change(
        address=entry.address,
        provider=entry.provider,
        action=Action.DELETE,
        reason=reason,
        before=live.attributes,
        id=entry.id,
        identity=live.identity,
        depends_on=entry.depends_on,
        live_fingerprint=fingerprint(live, schema),
        protected=entry.protected,
    )


def forgetting(entry: Entry, *, live: Live | None, reason: Reason) -> Change:
    """Decide on an object that leaves the state and is not touched."""
    return Change(
        address=entry.address,
        provider=entry.provider,
        action=Action.FORGET,
        reason=reason,
        before=live.attributes if live else entry.outputs,
        id=entry.id,
        identity=entry.identity,
        depends_on=entry.depends_on,
    )


def fingerprint(live: Live, schema: Schema) -> str:
    """Name a live object by all it says, but for what changes by itself."""
    said = {**live.attributes, **live.computed}
    lasting = {
        name: arranged(schema.fields[name].shape, value)
        for name, value in said.items()
        if not schema.fields[name].volatile
    }
    return digest([live.id, lasting])
