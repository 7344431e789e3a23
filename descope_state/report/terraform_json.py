"""A plan in the representation of `terraform show -json`, so that policy tools can read it.

Such tools pass in silence on a shape that they do not know, so the shape is Terraform's to the
letter: both sides and all masks are always there, and unchanged resources too. What Terraform has
no word for stands under `dstate`. Where Terraform would print a sensitive value, null is printed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Drift, DriftSort
from descope_state.model.plan import CheckResult, Estimate, OutputValue, Plan, Verdict
from descope_state.model.value import Unknown, Value
from descope_state.report.json_text import Json
from descope_state.report.masks import ABSENT, Split, anywhere, split, split_object
from descope_state.report.terraform_configuration import configuration, provider_name
from descope_state.report.terraform_types import type_of
from descope_state.report.terraform_words import (
    COMPATIBLE_VERSION,
    actions,
    kept_blocks,
    reasons,
)
from descope_state.sdk.schema import Field, Schema

FORMAT_VERSION = "1.2"
STATE_FORMAT_VERSION = "1.0"

Schemas = Mapping[str, Schema]
_STATUS = {Verdict.PASSED: "pass", Verdict.FAILED: "fail", Verdict.UNKNOWN: "unknown"}
_GONE = (Action.DELETE, Action.FORGET)


def represent(plan: Plan, schemas: Schemas) -> dict[str, Json]:
    """Turn a plan into the object that `terraform show -json` would print for it."""
    done = [change for change in plan.changes if not change.blocked]
    rows = [_sides(change, schemas) for change in plan.changes]
    return {
        "format_version": FORMAT_VERSION,
        "terraform_version": COMPATIBLE_VERSION,
        "variables": {},
        "planned_values": {
            "outputs": _planned_outputs(plan.outputs),
            "root_module": {"resources": [*_planned(rows, schemas)]},
        },
        "resource_drift": _resource_drift(plan, schemas),
        "resource_changes": _resource_changes(rows, kept_blocks(plan.changes)),
        "output_changes": {output.name: _output_change(output) for output in plan.outputs},
        "prior_state": _prior_state(rows, schemas),
        "configuration": configuration(plan, schemas),
        "checks": [_check(check) for check in plan.checks],
        "timestamp": plan.bindings.created,
        "applyable": not plan.violations and any(map(_counts, done)),
        "complete": len(done) == len(plan.changes),
        "errored": False,
        "dstate": _own(plan),
    }


def _counts(change: Change) -> bool:
    return change.action is not Action.NOOP or change.importing or change.moved_from is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """A change with both of its sides split, which is done once for all the places they go."""

    change: Change
    before: Split
    after: Split


def _sides(change: Change, schemas: Schemas) -> _Sides:
    before = _before(change, schemas)
    same = change.blocked or change.action is Action.NOOP
    return _Sides(change=change, before=before, after=before if same else _after(change, schemas))


def _resource_changes(rows: Iterable[_Sides], kept: frozenset[Address]) -> list[Json]:
    return [
        _resource_change(row, kept)
        for row in rows
        if row.before is not ABSENT or not row.change.blocked
    ]


def _resource_change(sides: _Sides, kept: frozenset[Address]) -> dict[str, Json]:
    change = sides.change
    row = _resource(change)
    if change.moved_from is not None:
        row["previous_address"] = str(change.moved_from)
    body = _body(actions(change), sides.before, sides.after)
    replaced: list[Json] = [[field.name] for field in change.fields if field.forces_replacement]
    if change.action is Action.REPLACE and replaced and not change.blocked:
        body["replace_paths"] = replaced
    if change.importing:
        body["importing"] = {"id": change.id}
    row["change"] = body
    reason, _ = reasons(change, kept)
    if reason and not change.blocked:
        row["action_reason"] = reason
    return row


def _body(names: list[Json], before: Split, after: Split) -> dict[str, Json]:
    return {
        "actions": names,
        "before": before.value,
        "after": after.value,
        "after_unknown": {} if after is ABSENT else after.unknown,
        "before_sensitive": before.sensitive,
        "after_sensitive": after.sensitive,
    }


def _resource(change: Change) -> dict[str, Json]:
    address = change.address
    row: dict[str, Json] = {
        "address": str(address),
        "mode": "managed",
        "type": address.kind,
        "name": address.name,
    }
    if address.key is not None:
        row["index"] = address.key
    row["provider_name"] = provider_name(change.provider)
    return row


def _before(change: Change, schemas: Schemas) -> Split:
    if change.before is None:
        return ABSENT
    return _object(change, {"id": change.id, **change.before}, schemas)


def _after(change: Change, schemas: Schemas) -> Split:
    """Give what is to become of the object; what the service will make is unknown."""
    if change.action in _GONE:
        return ABSENT
    attributes = {**_made(change, schemas), **(change.after or change.before or {})}
    for name in _remade(change, schemas):
        attributes[name] = Unknown()
    return _object(change, attributes, schemas)


def _made(change: Change, schemas: Schemas) -> dict[str, Value]:
    if change.action not in (Action.CREATE, Action.REPLACE):
        return {"id": change.id}
    computed = [field.name for field in _fields(change, schemas).values() if field.computed]
    return {name: Unknown() for name in ("id", *computed)}


def _remade(change: Change, schemas: Schemas) -> Iterator[str]:
    """Name what is another value after every write, and what only the new object will tell."""
    for field in _fields(change, schemas).values():
        new = change.action is Action.REPLACE and field.computed and not field.statable
        if change.writes and (field.volatile or new):
            yield field.name
    if change.action is Action.REPLACE:
        yield "id"


def _object(change: Change, attributes: Mapping[str, Value], schemas: Schemas) -> Split:
    sensitive = {field.name for field in change.fields if field.sensitive}
    return split_object(attributes, _fields(change, schemas), sensitive=sensitive)


def _fields(change: Change, schemas: Schemas) -> Mapping[str, Field]:
    schema = schemas.get(change.address.kind)
    return schema.fields if schema else {}


def _planned(rows: Iterable[_Sides], schemas: Schemas) -> Iterator[Json]:
    for row in rows:
        if row.after is not ABSENT:
            yield _state_resource(row.change, row.after, schemas)


def _prior_state(rows: Iterable[_Sides], schemas: Schemas) -> dict[str, Json]:
    resources: list[Json] = [
        {**_state_resource(row.change, row.before, schemas), **_needed(row.change)}
        for row in rows
        if row.before is not ABSENT
    ]
    return {
        "format_version": STATE_FORMAT_VERSION,
        "terraform_version": COMPATIBLE_VERSION,
        "values": {"outputs": {}, "root_module": {"resources": resources}},
    }


def _state_resource(change: Change, side: Split, schemas: Schemas) -> dict[str, Json]:
    schema = schemas.get(change.address.kind)
    return {
        **_resource(change),
        "schema_version": schema.version if schema else 0,
        "values": side.value,
        "sensitive_values": side.sensitive,
    }


def _needed(change: Change) -> dict[str, Json]:
    needed: list[Json] = [str(address) for address in change.depends_on]
    return {"depends_on": needed} if needed else {}


def _resource_drift(plan: Plan, schemas: Schemas) -> list[Json]:
    changes = {change.address: change for change in plan.changes}
    return [
        _drift(drift, changes.get(drift.address) or _unchanged(drift, schemas), schemas=schemas)
        for drift in plan.drift
    ]


def _unchanged(drift: Drift, schemas: Schemas) -> Change:
    schema = schemas.get(drift.address.kind)
    provider = schema.provider if schema else ""
    return Change(address=drift.address, provider=provider, action=Action.NOOP, id=drift.id)


def _drift(drift: Drift, change: Change, *, schemas: Schemas) -> dict[str, Json]:
    fields = (*drift.fields, *drift.unmanaged)
    sensitive = {field.name for field in (*fields, *change.fields) if field.sensitive}
    live = {"id": drift.id, **(change.before or {})}
    before = {**live, **{field.name: field.before for field in fields}}
    after = {**live, **{field.name: field.after for field in fields}}
    deleted = drift.sort is DriftSort.DELETED
    shapes = _fields(change, schemas)
    left = split_object(before, shapes, sensitive=sensitive)
    right = ABSENT if deleted else split_object(after, shapes, sensitive=sensitive)
    names: list[Json] = ["delete" if deleted else "update"]
    return {**_resource(change), "change": _body(names, left, right)}


def _planned_outputs(outputs: Iterable[OutputValue]) -> dict[str, Json]:
    return {output.name: _planned_output(output) for output in outputs}


def _planned_output(output: OutputValue) -> dict[str, Json]:
    """Describe an output; what is not known to its last part has neither type nor value yet."""
    side = _output(output)
    row: dict[str, Json] = {"sensitive": side.sensitive}
    if side.unknown is not False:
        return row
    return {**row, "type": type_of(side.value), "value": side.value}


def _output(output: OutputValue) -> Split:
    """Split an output; as a whole it is sensitive or not, and known where no part is unknown."""
    side = split(output.value)
    unknown = side.unknown if anywhere(side.unknown) else False
    if output.sensitive:
        return Split(None, unknown=unknown is not False, sensitive=True)
    return Split(side.value, unknown=unknown, sensitive=anywhere(side.sensitive))


def _output_change(output: OutputValue) -> dict[str, Json]:
    """Call every output new: the state of dstate holds none, they follow from resources."""
    side = _output(output)
    return {
        "actions": ["create"],
        "before": None,
        "after": side.value,
        "after_unknown": side.unknown,
        "before_sensitive": side.sensitive,
        "after_sensitive": side.sensitive,
    }


def _check(check: CheckResult) -> dict[str, Json]:
    shown: dict[str, Json] = {"to_display": f"check.{check.name}"}
    status = _STATUS[check.verdict]
    instance: dict[str, Json] = {"address": shown, "status": status}
    if check.verdict is Verdict.FAILED:
        instance["problems"] = [{"message": check.message}]
    return {
        "address": {**shown, "kind": "check", "name": check.name},
        "status": status,
        "instances": [instance],
    }


def _estimate(estimate: Estimate) -> dict[str, Json]:
    told = {**asdict(estimate), "saved": estimate.saved}
    return {name: figure for name, figure in told.items() if name != "reads" or figure}


def _own(plan: Plan) -> dict[str, Json]:
    along: dict[str, Json] = {
        str(change.address): dict(change.takes_along)
        for change in plan.changes
        if change.takes_along
    }
    return {
        **({"takes_along": along} if along else {}),
        "bindings": asdict(plan.bindings),
        "mode": plan.mode,
        "summary": asdict(plan.summary),
        "estimate": _estimate(plan.estimate),
        "unmanaged": dict(plan.unmanaged),
        "violations": [
            {
                "code": violation.code,
                "message": violation.message,
                "hint": violation.hint,
                "addresses": [str(address) for address in violation.addresses],
            }
            for violation in plan.violations
        ],
        "blocked": [
            {
                "address": str(change.address),
                "action": change.action.value,
                "reason": change.blocked,
            }
            for change in plan.changes
            if change.blocked
        ],
    }
