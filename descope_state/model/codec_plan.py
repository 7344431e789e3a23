"""Writing the plan file, format 1: canonical JSON, so that equal plans are equal bytes."""

from descope_state.model.change import Change, Drift, Edit, FieldChange, Hold, Reason
from descope_state.model.codec_value import addresses_spelled
from descope_state.model.plan import (
    Bindings,
    CheckResult,
    Estimate,
    OutputValue,
    Plan,
    Violation,
)
from descope_state.model.value import Json, Value, plain, written


def plan_bytes(plan: Plan) -> bytes:
    """Write the payload of a plan; the seal goes around it."""
    rest: dict[str, Json] = {
        "checks": [_plain_check(check) for check in plan.checks],
        "drift": [_plain_drift(drift) for drift in plan.drift],
        "estimate": _plain_estimate(plan.estimate),
        "mode": plan.mode,
        "outputs": [_plain_output(output) for output in plan.outputs],
        "unmanaged": dict(plan.unmanaged),
        "violations": [_plain_violation(violation) for violation in plan.violations],
    }
    if plan.narrowed:
        rest["narrowed"] = True
    if plan.overrides:
        rest["overrides"] = dict(plan.overrides)
    changes = b",".join([change_bytes(change) for change in plan.changes])
    bindings = written(_plain_bindings(plan.bindings))
    # The names come in sorted order, so the whole is as canonical as its parts.
    return b'{"bindings":%s,"changes":[%s],%s' % (bindings, changes, written(rest)[1:])


def change_bytes(change: Change) -> bytes:
    """Write one change; only one that holds a `$` at a key's start is walked for placeholders."""
    spelled = written(_shallow_change(change))
    return written(plain_change(change)) if b'"$' in spelled else spelled


def plain_change(change: Change) -> Json:
    """Spell a change in JSON alone."""
    # None of the objects that a change is made of has a single key that starts with `$`.
    return {name: plain(inner) for name, inner in _shallow_change(change).items()}


def _shallow_change(change: Change) -> dict[str, Value]:
    """Name what is not default; values stay as they are for the fast encoder to walk."""
    raw: dict[str, Value] = {
        "action": change.action.value,
        "address": str(change.address),
        "provider": change.provider,
    }
    if change.before is not None:
        raw["before"] = change.before
    if change.after is not None:
        raw["after"] = change.after
    if change.reason is not Reason.NONE:
        raw["reason"] = change.reason.value
    if change.fields:
        raw["fields"] = [_shallow_field(field) for field in change.fields]
    if change.stated:
        raw["stated"] = list(change.stated)
    if change.depends_on:
        raw["depends_on"] = [str(address) for address in change.depends_on]
    if change.moved_from is not None:
        raw["moved_from"] = str(change.moved_from)
    _add_texts(raw, change)
    _add_flags(raw, change)
    return raw


def _add_texts(raw: dict[str, Value], change: Change) -> None:
    if change.id:
        raw["id"] = change.id
    if change.identity:
        raw["identity"] = change.identity
    if change.live_fingerprint:
        raw["live_fingerprint"] = change.live_fingerprint
    if change.blocked:
        raw["blocked"] = change.blocked


def _add_flags(raw: dict[str, Value], change: Change) -> None:
    if change.importing:
        raw["importing"] = True
    if change.create_first:
        raw["create_first"] = True
    if change.protected:
        raw["protected"] = True
    if change.hold is not Hold.WHOLE:
        raw["hold"] = change.hold.value
    if change.takes_along:
        raw["takes_along"] = dict(change.takes_along)


def _shallow_field(field: FieldChange) -> dict[str, Value]:
    raw = _field_marks(field)
    if field.before is not None:
        raw["before"] = field.before
    if field.after is not None:
        raw["after"] = field.after
    if field.edits:
        raw["edits"] = [_shallow_edit(edit) for edit in field.edits]
    return raw


def _field_marks(field: FieldChange) -> dict[str, Value]:
    raw: dict[str, Value] = {"name": field.name}
    if field.hidden:
        raw["hidden"] = field.hidden
    if field.forces_replacement:
        raw["forces_replacement"] = True
    if field.sensitive:
        raw["sensitive"] = True
    return raw


def _shallow_edit(edit: Edit) -> dict[str, Value]:
    raw: dict[str, Value] = {"mark": edit.mark.value}
    if edit.path:
        raw["path"] = list(edit.path)
    if edit.before is not None:
        raw["before"] = edit.before
    if edit.after is not None:
        raw["after"] = edit.after
    return raw


def _plain_drift(drift: Drift) -> Json:
    raw: dict[str, Json] = {
        "address": str(drift.address),
        "id": drift.id,
        "sort": drift.sort.value,
    }
    if drift.fields:
        raw["fields"] = [plain(_shallow_field(field)) for field in drift.fields]
    if drift.unmanaged:
        raw["unmanaged"] = [plain(_shallow_field(field)) for field in drift.unmanaged]
    return raw


def _plain_output(output: OutputValue) -> Json:
    raw: dict[str, Json] = {"name": output.name, "value": plain(output.value)}
    if output.sensitive:
        raw["sensitive"] = True
    if output.description:
        raw["description"] = output.description
    return raw


def _plain_check(check: CheckResult) -> Json:
    raw: dict[str, Json] = {"name": check.name, "verdict": check.verdict.value}
    if check.message:
        raw["message"] = check.message
    return raw


def _plain_violation(violation: Violation) -> Json:
    raw: dict[str, Json] = {"code": violation.code, "message": violation.message}
    if violation.hint:
        raw["hint"] = violation.hint
    if violation.addresses:
        raw["addresses"] = addresses_spelled(violation.addresses)
    return raw


def _plain_estimate(estimate: Estimate) -> Json:
    raw: dict[str, Json] = {
        "calls": estimate.calls,
        "changes": estimate.changes,
        "per_minute": estimate.per_minute,
        "refresh_calls": estimate.refresh_calls,
        "seconds": estimate.seconds,
        "waves": estimate.waves,
    }
    return {**raw, "reads": estimate.reads} if estimate.reads else raw


def _plain_bindings(bindings: Bindings) -> dict[str, Json]:
    raw: dict[str, Json] = {
        "base_url": bindings.base_url,
        "config_digest": bindings.config_digest,
        "created": bindings.created,
        "environment": bindings.environment,
        "lineage": bindings.lineage,
        "project_id": bindings.project_id,
        "serial": bindings.serial,
        "stack": bindings.stack,
        "version": bindings.version,
    }
    if bindings.expires:
        raw["expires"] = bindings.expires
    if bindings.protected:
        raw["protected"] = True
    return raw
