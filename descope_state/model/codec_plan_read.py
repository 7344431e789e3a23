"""Reading the plan file, format 1: strict, because what it says will be done to a project."""

from descope_state.model.change import (
    Action,
    Change,
    Drift,
    DriftSort,
    Edit,
    FieldChange,
    Hold,
    Mark,
    Reason,
)
from descope_state.model.codec_value import Malformed, Record
from descope_state.model.plan import (
    Bindings,
    CheckResult,
    Estimate,
    OutputValue,
    Plan,
    Verdict,
    Violation,
)

PLAN = frozenset(
    {
        "bindings",
        "changes",
        "checks",
        "drift",
        "estimate",
        "mode",
        "narrowed",
        "outputs",
        "overrides",
        "unmanaged",
        "violations",
    }
)
BINDINGS = frozenset(
    {
        "base_url",
        "config_digest",
        "created",
        "environment",
        "expires",
        "lineage",
        "project_id",
        "protected",
        "serial",
        "stack",
        "version",
    }
)
CHANGE = frozenset(
    {
        "action",
        "address",
        "after",
        "before",
        "blocked",
        "create_first",
        "depends_on",
        "fields",
        "hold",
        "id",
        "identity",
        "importing",
        "live_fingerprint",
        "moved_from",
        "protected",
        "provider",
        "reason",
        "stated",
        "takes_along",
    }
)
FIELD = frozenset({"after", "before", "edits", "forces_replacement", "hidden", "name", "sensitive"})
EDIT = frozenset({"after", "before", "mark", "path"})
DRIFT = frozenset({"address", "fields", "id", "sort", "unmanaged"})
OUTPUT = frozenset({"description", "name", "sensitive", "value"})
CHECK = frozenset({"message", "name", "verdict"})
VIOLATION = frozenset({"addresses", "code", "hint", "message"})
ESTIMATE = frozenset(
    {"calls", "changes", "per_minute", "reads", "refresh_calls", "seconds", "waves"}
)


def read_plan(record: Record) -> Plan:
    """Read format 1."""
    return Plan(
        bindings=read_bindings(record.one("bindings", BINDINGS)),
        changes=record.each("changes", CHANGE, read=read_change),
        drift=record.each("drift", DRIFT, read=_read_drift),
        unmanaged=_read_counts(record, "unmanaged"),
        outputs=record.each("outputs", OUTPUT, read=_read_output),
        checks=record.each("checks", CHECK, read=_read_check),
        violations=record.each("violations", VIOLATION, read=_read_violation),
        estimate=_read_estimate(record.one("estimate", ESTIMATE)),
        mode=record.text("mode"),
        narrowed=record.flag("narrowed"),
        overrides=_read_counts(record, "overrides"),
    )


def read_bindings(record: Record) -> Bindings:
    """Read which world a plan belongs to."""
    return Bindings(
        stack=record.text("stack"),
        environment=record.text("environment"),
        project_id=record.text("project_id"),
        base_url=record.text("base_url"),
        lineage=record.text("lineage"),
        serial=record.number("serial"),
        config_digest=record.text("config_digest"),
        version=record.text("version"),
        created=record.text("created"),
        expires=record.text("expires", ""),
        protected=record.flag("protected"),
    )


_ACTIONS = {action.value: action for action in Action}
_REASONS = {reason.value: reason for reason in Reason}
_HOLDS = {hold.value: hold for hold in Hold}
_MARKS = {mark.value: mark for mark in Mark}
_SORTS = {sort.value: sort for sort in DriftSort}
_VERDICTS = {verdict.value: verdict for verdict in Verdict}


def read_change(record: Record) -> Change:
    """Read one change."""
    return Change(
        address=record.address("address"),
        provider=record.text("provider"),
        action=record.choice("action", _ACTIONS),
        reason=record.choice("reason", _REASONS, default=Reason.NONE),
        fields=record.each("fields", FIELD, read=_read_field),
        before=record.maybe_attributes("before"),
        after=record.maybe_attributes("after"),
        stated=record.texts("stated"),
        id=record.text("id", ""),
        identity=record.text("identity", ""),
        depends_on=record.addresses("depends_on"),
        live_fingerprint=record.text("live_fingerprint", ""),
        blocked=record.text("blocked", ""),
        moved_from=record.maybe_address("moved_from"),
        importing=record.flag("importing"),
        create_first=record.flag("create_first"),
        protected=record.flag("protected"),
        hold=record.choice("hold", _HOLDS, default=Hold.WHOLE),
        takes_along=_read_counts(record, "takes_along"),
    )


def _read_field(record: Record) -> FieldChange:
    return FieldChange(
        name=record.text("name"),
        before=record.value("before"),
        after=record.value("after"),
        edits=record.each("edits", EDIT, read=_read_edit),
        hidden=record.number("hidden", 0),
        forces_replacement=record.flag("forces_replacement"),
        sensitive=record.flag("sensitive"),
    )


def _read_edit(record: Record) -> Edit:
    return Edit(
        mark=record.choice("mark", _MARKS),
        path=record.path("path"),
        before=record.value("before"),
        after=record.value("after"),
    )


def _read_drift(record: Record) -> Drift:
    return Drift(
        address=record.address("address"),
        sort=record.choice("sort", _SORTS),
        id=record.text("id"),
        fields=record.each("fields", FIELD, read=_read_field),
        unmanaged=record.each("unmanaged", FIELD, read=_read_field),
    )


def _read_output(record: Record) -> OutputValue:
    return OutputValue(
        name=record.text("name"),
        value=record.value("value"),
        sensitive=record.flag("sensitive"),
        description=record.text("description", ""),
    )


def _read_check(record: Record) -> CheckResult:
    return CheckResult(
        name=record.text("name"),
        verdict=record.choice("verdict", _VERDICTS),
        message=record.text("message", ""),
    )


def _read_violation(record: Record) -> Violation:
    return Violation(
        code=record.text("code"),
        message=record.text("message"),
        hint=record.text("hint", ""),
        addresses=record.addresses("addresses"),
    )


def _read_estimate(record: Record) -> Estimate:
    return Estimate(
        calls=record.number("calls"),
        reads=record.number("reads", 0),
        changes=record.number("changes"),
        waves=record.number("waves"),
        seconds=record.decimal("seconds"),
        per_minute=record.number("per_minute"),
        refresh_calls=record.number("refresh_calls"),
    )


def _read_counts(record: Record, name: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word, count in record.members(name).items():
        if not isinstance(count, int) or isinstance(count, bool):
            message = f"`{name}.{word}` is not a whole number"
            raise Malformed(message)
        counts[word] = count
    return counts
