"""The stream of events in the shape of Terraform's machine-readable UI."""

import json
from typing import Any

from descope_state.errors import Origin, Problem
from descope_state.model.address import Address
from descope_state.model.change import Action
from descope_state.model.outcome import Fate, Outcome, Result
from descope_state.model.plan import Summary
from descope_state.report.apply_events import (
    applied_event,
    complete_event,
    errored_event,
    progress_event,
    start_event,
)
from descope_state.report.json_events import (
    diagnostic_event,
    plan_events,
    summary_event,
    version_event,
)
from descope_state.report.json_text import one_line
from tests.support.json_shapes import differences, event_shapes, read
from tests.unit.report import golden_file, samples

RECORDED = {
    "version",
    "planned_change",
    "change_summary",
    "resource_drift",
    "outputs",
    "diagnostic",
}
NOW = "2026-11-21T02:00:00.000000Z"


def told() -> list[Any]:
    return list(plan_events(samples.rich_plan(), timestamp=NOW))


def test_a_rich_plan_is_told_as_in_its_golden_file() -> None:
    events = [version_event("0.1.0", timestamp=NOW), *told()]
    text = "".join(f"{one_line(each)}\n" for each in events)
    golden_file.check("plan.events.jsonl", text)
    assert "canary" not in text


def test_every_event_has_the_five_common_keys() -> None:
    common = {"@level", "@message", "@module", "@timestamp", "type"}
    assert [each for each in told() if not common <= each.keys()] == []


def test_a_resource_is_named_in_all_the_ways_of_the_format() -> None:
    (created,) = [each for each in told() if each["@message"].endswith("Plan to create")]
    assert created["change"]["resource"] == {
        "addr": 'tenant.customer["globex"]',
        "module": "",
        "resource": 'tenant.customer["globex"]',
        "implied_provider": "descope",
        "resource_type": "tenant",
        "resource_name": "customer",
        "resource_key": "globex",
    }


def test_unchanged_resources_are_not_told() -> None:
    assert [each for each in told() if "role.same" in each["@message"]] == []


def test_moves_imports_and_replacements_say_more() -> None:
    changes = {
        each["change"]["action"]: each["change"]
        for each in told()
        if each["type"] == "planned_change"
    }
    assert changes["move"]["previous_resource"]["addr"] == "tenant.old"
    assert changes["import"]["importing"] == {"id": "T9"}
    assert changes["replace"]["reason"] == "cannot_update"
    assert changes["delete"]["reason"] == "delete_because_no_resource_config"
    assert "remove" in changes


def test_what_stands_in_the_way_is_a_diagnostic() -> None:
    found = [each["diagnostic"] for each in told() if each["type"] == "diagnostic"]
    assert [each["severity"] for each in found] == ["warning", "warning", "warning", "error"]
    assert found[0]["address"] == "theme.default"
    assert "Pro plan" in found[0]["detail"]
    assert "--override max_deletes=7" in found[3]["detail"]


def test_the_summary_says_what_terraforms_readers_look_for() -> None:
    event = summary_event(Summary(add=3, change=1, importing=2), timestamp=NOW)
    assert event["@message"] == "Plan: 2 to import, 3 to add, 1 to change, 0 to destroy."


def test_events_have_the_shape_of_terraforms() -> None:
    """Recorded from Terraform itself by `make policy`; what is ours alone stands under `dstate`."""
    place = Origin(file="a.yaml", line=3, column=5)
    problem = Problem(code="E1", message="bad", origin=place, excerpt="a: b")
    events = [
        version_event("0.1.0", timestamp=NOW),
        diagnostic_event(problem, timestamp=NOW),
        *told(),
    ]
    shapes = event_shapes(json.loads(one_line(each)) for each in events)
    assert [*differences(shapes, read(golden_file.recorded_shapes()["events"]))] == []
    assert {each["type"] for each in events} == RECORDED


def test_the_summary_keeps_what_terraform_does_not_count_apart() -> None:
    changes: Any = summary_event(Summary(forget=1, move=2, blocked=3), timestamp=NOW)["changes"]
    assert changes["dstate"] == {"forget": 1, "move": 2, "blocked": 3}


def test_a_problem_with_a_place_has_range_and_snippet() -> None:
    problem = Problem(
        code="E1101",
        message="`nmae` is not a field",
        origin=Origin(file="a.yaml", line=3, column=5),
        hint="Did you mean `name`?",
        excerpt="    nmae: A",
        byte=44,
    )
    event: Any = diagnostic_event(problem, timestamp=NOW)
    assert event["@level"] == "error"
    assert event["diagnostic"]["range"]["start"] == {"line": 3, "column": 5, "byte": 44}
    assert event["diagnostic"]["dstate"] == {"code": "E1101"}
    snippet = event["diagnostic"]["snippet"]
    assert snippet["code"][snippet["highlight_start_offset"] :] == "nmae: A"


def test_a_caret_in_an_excerpt_is_the_highlight_of_the_snippet() -> None:
    problem = Problem(
        code="E1",
        message="bad",
        origin=Origin(file="a.yaml", line=3, column=99),
        excerpt="a: b\n   ^",
    )
    event: Any = diagnostic_event(problem, timestamp=NOW)
    snippet = event["diagnostic"]["snippet"]
    assert snippet["code"] == "a: b"
    assert snippet["highlight_start_offset"] == 3


def test_a_warning_without_a_place_has_no_range() -> None:
    event: Any = diagnostic_event(Problem(code="W1", message="old", warning=True), timestamp=NOW)
    assert event["@level"] == "warn"
    assert "range" not in event["diagnostic"]


def test_the_course_of_an_apply() -> None:
    change = samples.change(Address("tenant", "a"), Action.CREATE, after={})
    events: list[Any] = [
        start_event(change, timestamp=NOW),
        progress_event(change, timestamp=NOW, elapsed=10.2),
        complete_event(change, timestamp=NOW, elapsed=11.6, id="T1"),
        errored_event(change, timestamp=NOW, elapsed=2),
    ]
    assert [(each["type"], each["@message"]) for each in events] == [
        ("apply_start", "tenant.a: Creating..."),
        ("apply_progress", "tenant.a: Still creating... [10s elapsed]"),
        ("apply_complete", "tenant.a: Creation complete after 12s [id=T1]"),
        ("apply_errored", "tenant.a: Creation errored after 2s"),
    ]
    assert events[2]["hook"]["id_value"] == "T1"
    assert events[3]["@level"] == "error"


def test_the_end_of_an_apply() -> None:
    actions = (Action.CREATE, Action.DELETE, Action.DELETE)
    results = tuple(
        Result(address=Address("tenant", f"t{number}"), action=action, fate=Fate.DONE)
        for number, action in enumerate(actions)
    )
    event = applied_event(Outcome(run="r", results=results), timestamp=NOW)
    assert event["@message"] == "Apply complete! Resources: 1 added, 0 changed, 2 destroyed."
