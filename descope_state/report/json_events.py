"""What happens, as a stream of JSON objects in the shape of Terraform's machine-readable UI.

One object is one line. The time is an argument: this module asks no clock.
"""

from collections.abc import Iterator

from descope_state.errors import Problem
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Drift, DriftSort
from descope_state.model.plan import CheckResult, OutputValue, Plan, Summary, Verdict, Violation
from descope_state.report.json_text import Json
from descope_state.report.problems import pointed
from descope_state.report.terraform_words import (
    COMPATIBLE_VERSION,
    action,
    kept_blocks,
    reasons,
)

MODULE = "dstate.ui"
UI_VERSION = "1.2"

Event = dict[str, Json]


def event(name: str, message: str, *, timestamp: str, level: str = "info", **more: Json) -> Event:
    """Make one event; every other function here ends in this one."""
    return {
        "@level": level,
        "@message": message,
        "@module": MODULE,
        "@timestamp": timestamp,
        "type": name,
        **more,
    }


def version_event(version: str, *, timestamp: str) -> Event:
    """Say who speaks, and which version of the format; always the first line."""
    return event(
        "version",
        f"dstate {version}",
        timestamp=timestamp,
        dstate=version,
        terraform=COMPATIBLE_VERSION,
        ui=UI_VERSION,
    )


def plan_events(plan: Plan, *, timestamp: str) -> Iterator[Event]:
    """Tell a whole plan: drift, changes, counts, outputs, and what stands in the way."""
    providers = {change.address: change.provider for change in plan.changes}
    for drift in plan.drift:
        yield _drift_event(drift, providers.get(drift.address, ""), timestamp=timestamp)
    yield from _change_events(plan, timestamp=timestamp)
    yield summary_event(plan.summary, timestamp=timestamp)
    if plan.outputs:
        yield _outputs_event(plan.outputs, timestamp=timestamp)
    for check in plan.checks:
        if check.verdict is not Verdict.PASSED:
            yield _check_event(check, timestamp=timestamp)
    for violation in plan.violations:
        yield _violation_event(violation, timestamp=timestamp)


def summary_event(summary: Summary, *, timestamp: str, operation: str = "plan") -> Event:
    """Count, in the words that Terraform's readers look for."""
    imported = f"{summary.importing} to import, " if summary.importing else ""
    counts: dict[str, Json] = {
        "add": summary.add,
        "change": summary.change,
        "import": summary.importing,
        "remove": summary.destroy,
        "operation": operation,
        "dstate": {
            "forget": summary.forget,
            "move": summary.move,
            "blocked": summary.blocked,
        },
    }
    message = (
        f"Plan: {imported}{summary.add} to add, {summary.change} to change, "
        f"{summary.destroy} to destroy."
    )
    return event("change_summary", message, timestamp=timestamp, changes=counts)


def diagnostic_event(problem: Problem, *, timestamp: str) -> Event:
    """Tell one problem, with the place it was found at where there is one."""
    body = diagnostic(problem)
    return _diagnostic(problem.message, body, warning=problem.warning, timestamp=timestamp)


def diagnostic(problem: Problem) -> dict[str, Json]:
    """Spell one problem as `validate -json` does."""
    severity = "warning" if problem.warning else "error"
    said: dict[str, Json] = {"severity": severity, "summary": problem.message}
    body: dict[str, Json] = {"detail": problem.hint, "dstate": {"code": problem.code}}
    if problem.origin is not None:
        here: dict[str, Json] = {
            "line": problem.origin.line,
            "column": problem.origin.column,
            "byte": problem.byte,
        }
        body["range"] = {"filename": problem.origin.file, "start": here, "end": dict(here)}
        found = pointed(problem)
        if found is not None and problem.excerpt:
            body["snippet"] = _snippet(*found, line=problem.origin.line)
    return {**said, **body}


def resource(address: Address, provider: str) -> dict[str, Json]:
    """Name a resource in all the ways the format asks for."""
    return {
        "addr": str(address),
        "module": "",
        "resource": str(address),
        "implied_provider": provider,
        "resource_type": address.kind,
        "resource_name": address.name,
        "resource_key": address.key,
    }


def _drift_event(drift: Drift, provider: str, *, timestamp: str) -> Event:
    verb = "delete" if drift.sort is DriftSort.DELETED else "update"
    return event(
        "resource_drift",
        f"{drift.address}: Drift detected ({verb})",
        timestamp=timestamp,
        change={"resource": resource(drift.address, provider), "action": verb},
    )


def _change_events(plan: Plan, *, timestamp: str) -> Iterator[Event]:
    kept = kept_blocks(plan.changes)
    for change in plan.changes:
        if change.blocked:
            yield _blocked_event(change, timestamp=timestamp)
        elif change.action is not Action.NOOP or change.importing or change.moved_from:
            yield _change_event(change, kept, timestamp=timestamp)


def _change_event(change: Change, kept: frozenset[Address], *, timestamp: str) -> Event:
    verb = _verb(change)
    body: dict[str, Json] = {"resource": resource(change.address, change.provider)}
    if change.moved_from is not None:
        body["previous_resource"] = resource(change.moved_from, change.provider)
    body["action"] = verb
    _, why = reasons(change, kept)
    if why:
        body["reason"] = why
    if change.importing:
        body["importing"] = {"id": change.id}
    if change.takes_along:
        body["dstate"] = {"takes_along": dict(change.takes_along)}
    message = f"{change.address}: Plan to {verb}"
    return event("planned_change", message, timestamp=timestamp, change=body)


def _verb(change: Change) -> str:
    if change.action is not Action.NOOP:
        return action(change)
    return "move" if change.moved_from is not None else "import"


def _blocked_event(change: Change, *, timestamp: str) -> Event:
    message = f"{change.address}: blocked, dstate will not {action(change)} it"
    body: dict[str, Json] = {
        "address": str(change.address),
        "detail": change.blocked,
        "dstate": {"code": "blocked"},
    }
    return _diagnostic(message, body, warning=True, timestamp=timestamp)


def _outputs_event(outputs: tuple[OutputValue, ...], *, timestamp: str) -> Event:
    shown: dict[str, Json] = {
        output.name: {"action": "create", "sensitive": output.sensitive} for output in outputs
    }
    return event("outputs", f"Outputs: {len(shown)}", timestamp=timestamp, outputs=shown)


def _check_event(check: CheckResult, *, timestamp: str) -> Event:
    failed = check.verdict is Verdict.FAILED
    message = f"Check {'failed' if failed else 'cannot be judged before apply'}: {check.name}"
    body: dict[str, Json] = {"address": f"check.{check.name}", "detail": check.message}
    return _diagnostic(message, body, warning=True, timestamp=timestamp)


def _violation_event(violation: Violation, *, timestamp: str) -> Event:
    addresses: list[Json] = [str(address) for address in violation.addresses]
    body: dict[str, Json] = {
        "detail": violation.hint,
        "dstate": {"code": violation.code, "addresses": addresses},
    }
    message = f"Apply will refuse this plan: {violation.message}"
    return _diagnostic(message, body, warning=False, timestamp=timestamp)


def _diagnostic(message: str, body: dict[str, Json], *, warning: bool, timestamp: str) -> Event:
    severity, level = ("warning", "warn") if warning else ("error", "error")
    return event(
        "diagnostic",
        f"{severity.capitalize()}: {message}",
        timestamp=timestamp,
        level=level,
        diagnostic={"severity": severity, "summary": message, **body},
    )


def _snippet(source: str, place: int, *, line: int) -> dict[str, Json]:
    start = min(max(place, 0), len(source))
    return {
        "context": None,
        "code": source,
        "start_line": line,
        "highlight_start_offset": start,
        "highlight_end_offset": min(start + 1, len(source)),
        "values": [],
    }
