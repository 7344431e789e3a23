"""Drift as one JSON document; `docs/reference/drift-json.md` says what each field means."""

from collections.abc import Sequence

from descope_state.errors import DstateError, Exit
from descope_state.model.finding import Blame, Facet, Finding, Ignored, Rule, Sighting, Sort
from descope_state.model.value import Value, plain
from descope_state.report import values
from descope_state.report.drift import moment
from descope_state.report.json_events import diagnostic
from descope_state.report.json_text import Json

FORMAT_VERSION = "1.0"
Shape = dict[str, Json]


def drift_document(
    sightings: Sequence[Sighting], *, status: Exit, version: str, timestamp: str
) -> Shape:
    """Spell what was found in all environments."""
    return {
        **_head(version, timestamp),
        "exit_status": int(status),
        "summary": _summary(sightings),
        "environments": [_environment(sighting) for sighting in sightings],
    }


def error_document(error: DstateError, *, version: str, timestamp: str) -> Shape:
    """Say that nothing could be looked at, in the same shape."""
    return {
        **_head(version, timestamp),
        "exit_status": int(error.status),
        "summary": _summary(()),
        "environments": [],
        "diagnostics": [diagnostic(problem) for problem in error.problems],
    }


def _head(version: str, timestamp: str) -> Shape:
    return {"format_version": FORMAT_VERSION, "dstate_version": version, "checked_at": timestamp}


def _summary(sightings: Sequence[Sighting]) -> Shape:
    counts: Shape = {
        sort.value: sum(one.judgement.counts.get(sort, 0) for one in sightings) for sort in Sort
    }
    return {
        **counts,
        "ignored": sum(len(one.judgement.ignored) for one in sightings),
        "rules_expired": sum(len(one.judgement.expired) for one in sightings),
        "alarms": sum(len(one.judgement.alarms) for one in sightings),
        "could_not_tell": sum(one.error is not None for one in sightings),
    }


def _environment(sighting: Sighting) -> Shape:
    judgement = sighting.judgement
    error = sighting.error
    return {
        "name": sighting.environment,
        "project_id": sighting.project_id,
        "protected": sighting.protected,
        "applied": error is None and not sighting.unapplied,
        "status": status_word(sighting),
        "calls": sighting.calls,
        "findings": [finding_shape(finding) for finding in judgement.findings],
        "ignored": [_ignored(one) for one in judgement.ignored],
        "rules_expired": [rule_shape(rule) for rule in judgement.expired],
        "alarms": [
            {
                "code": alarm.code,
                "message": alarm.message,
                "hint": alarm.hint,
                "addresses": [str(address) for address in alarm.addresses],
            }
            for alarm in judgement.alarms
        ],
        "diagnostics": [] if error is None else [diagnostic(one) for one in error.problems],
    }


def status_word(sighting: Sighting) -> str:
    """Say in one word how an environment is."""
    if sighting.error is not None:
        return "could_not_tell"
    if sighting.judgement.alarms:
        return "alarm"
    return "drift" if sighting.drifted else "clean"


def finding_shape(finding: Finding) -> Shape:
    """Spell one finding."""
    return {
        "sort": finding.sort.value,
        "subject": finding.subject,
        "address": None if finding.address is None else str(finding.address),
        "kind": finding.kind,
        "id": finding.id,
        "identity": finding.identity,
        "wanted": finding.wanted,
        "fields": [_facet(facet) for facet in finding.facets],
        "who": None if finding.who is None else _who(finding.who),
    }


def _facet(facet: Facet) -> Shape:
    secret = facet.change.sensitive
    return {
        "name": facet.change.name,
        "remembered": _value(facet.change.before, secret=secret),
        "live": _value(facet.change.after, secret=secret),
        "wanted": _value(facet.wanted, secret=secret),
        "stack": facet.wish.value,
        "sensitive": secret,
    }


def _value(value: Value, *, secret: bool) -> Json:
    return values.concealed(value) if secret and value is not None else plain(value)


def _who(who: Blame) -> Shape:
    return {
        "actor": who.actor or None,
        "at": moment(who.at) if who.at else None,
        "action": who.action or None,
        "confidence": who.confidence.value,
        "why": who.why,
    }


def _ignored(one: Ignored) -> Shape:
    return {"finding": finding_shape(one.finding), "rule": rule_shape(one.rule)}


def rule_shape(rule: Rule) -> Shape:
    """Spell one rule."""
    return {
        "address": rule.about,
        "environments": list(rule.environments),
        "reason": rule.reason,
        "owner": rule.owner,
        "until": rule.until,
        "file": "drift.yaml",
        "line": rule.line,
    }
