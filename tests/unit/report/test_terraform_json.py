"""A plan as `terraform show -json` would print it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from descope_state.model.address import Address
from descope_state.model.change import Action, Change, FieldChange, Reason
from descope_state.model.plan import OutputValue, Plan
from descope_state.model.value import Fingerprint, Ref, Secret, Unknown
from descope_state.report.json_text import one_line
from descope_state.report.terraform_json import represent
from descope_state.report.terraform_types import type_of
from descope_state.sdk.schema import Schema
from tests.support.json_shapes import differences, gathered, read
from tests.unit.report import golden_file, kinds, samples
from tests.unit.report.golden_file import recorded_shapes

Answer = Any


def represented(*changes: Change, outputs: tuple[OutputValue, ...] = ()) -> Answer:
    plan = Plan(bindings=samples.BINDINGS, changes=changes, outputs=outputs)
    return represent(plan, kinds.SCHEMAS)


def row(change: Change) -> Answer:
    return represented(change)["resource_changes"][0]


def test_a_rich_plan_is_as_in_its_golden_file() -> None:
    text = one_line(represent(samples.rich_plan(), kinds.SCHEMAS))
    golden_file.check("plan.terraform.json", f"{text}\n")
    assert "canary" not in text


def test_every_change_has_both_sides_and_all_masks() -> None:
    answer: Answer = represent(samples.rich_plan(), kinds.SCHEMAS)
    wanted = {
        "actions",
        "before",
        "after",
        "after_unknown",
        "before_sensitive",
        "after_sensitive",
    }
    rows = [*answer["resource_changes"], *answer["resource_drift"]]
    assert len(rows) > 8
    assert [each["address"] for each in rows if not wanted <= each["change"].keys()] == []


@pytest.mark.parametrize(
    ("action", "actions"),
    [
        (Action.NOOP, ["no-op"]),
        (Action.CREATE, ["create"]),
        (Action.UPDATE, ["update"]),
        (Action.REPLACE, ["delete", "create"]),
        (Action.DELETE, ["delete"]),
        (Action.ADOPT, ["no-op"]),
        (Action.FORGET, ["forget"]),
        (Action.MOVE, ["no-op"]),
    ],
)
def test_actions(action: Action, actions: list[str]) -> None:
    change = samples.change(samples.ACME, action, before={"name": "A"}, after={"name": "A"})
    assert row(change)["change"]["actions"] == actions


def test_create_before_destroy_turns_the_actions_round() -> None:
    change = samples.change(samples.ACME, Action.REPLACE, before={}, after={}, create_first=True)
    assert row(change)["change"]["actions"] == ["create", "delete"]


def test_a_replacement_names_its_paths_and_why() -> None:
    change = row(samples.replacement())
    assert change["change"]["replace_paths"] == [["name"]]
    assert change["action_reason"] == "replace_because_cannot_update"
    assert change["change"]["after_unknown"] == {"id": True}


def test_a_creation_does_not_know_what_the_service_makes() -> None:
    change = row(
        samples.change(
            samples.ACME,
            Action.CREATE,
            after={"name": "A", "contacts": [{"email": Unknown("x"), "pin": "canary"}]},
        )
    )["change"]
    assert change["before"] is None
    assert change["before_sensitive"] is False
    assert change["after"] == {"name": "A", "contacts": [{"pin": None}]}
    assert change["after_unknown"] == {
        "id": True,
        "version": True,
        "contacts": [{"email": True}],
    }
    assert change["after_sensitive"] == {"contacts": [{"pin": True}]}


def test_an_update_does_not_know_what_changes_by_itself() -> None:
    change = samples.change(
        samples.ACME,
        Action.UPDATE,
        id="T1",
        before={"name": "A", "version": 4},
        after={"name": "B", "version": 4},
    )
    body = row(change)["change"]
    assert body["before"] == {"id": "T1", "name": "A", "version": 4}
    assert body["after"] == {"id": "T1", "name": "B"}
    assert body["after_unknown"] == {"version": True}


def test_secrets_are_null_and_masked_on_both_sides() -> None:
    change = samples.change(
        samples.ACME,
        Action.UPDATE,
        before={"client_secret": Fingerprint("f"), "note": "canary"},
        after={"client_secret": Secret("env:X", "f"), "note": "canary"},
        fields=(FieldChange(name="note", before="canary", after="canary", sensitive=True),),
    )
    body = row(change)["change"]
    assert body["before"]["client_secret"] is None
    assert body["after"]["note"] is None
    assert body["before_sensitive"] == {"client_secret": True, "note": True}
    assert body["after_sensitive"] == {"client_secret": True, "note": True}
    assert "canary" not in one_line(represented(change))


def test_a_deletion_has_no_other_side() -> None:
    change = row(samples.deletion())
    assert change["change"]["after"] is None
    assert change["change"]["after_unknown"] == {}
    assert change["action_reason"] == "delete_because_no_resource_config"


def test_an_instance_that_goes_while_others_stay_has_its_own_reason() -> None:
    gone = samples.change(
        Address("tenant", "customer", "b"), Action.DELETE, reason=Reason.REMOVED, before={}
    )
    stays = samples.change(Address("tenant", "customer", "a"), Action.NOOP, before={})
    answer = represented(stays, gone)
    assert answer["resource_changes"][1]["action_reason"] == "delete_because_each_key"
    assert answer["resource_changes"][1]["index"] == "b"


def test_imports_and_moves_say_where_from() -> None:
    imported, moved, *_ = samples.small_ones()
    assert row(imported)["change"]["importing"] == {"id": "T9"}
    assert row(moved)["previous_address"] == "tenant.old"


def test_what_is_blocked_does_nothing_and_is_listed_apart() -> None:
    update = samples.change(
        samples.ACME, Action.UPDATE, before={"name": "A"}, after={"name": "B"}, blocked="why"
    )
    creation = replace(samples.creation(), blocked="paid")
    answer = represented(update, creation)
    (only,) = answer["resource_changes"]
    assert only["change"]["actions"] == ["no-op"]
    assert only["change"]["after"] == only["change"]["before"]
    assert [each["reason"] for each in answer["dstate"]["blocked"]] == ["why", "paid"]
    assert answer["complete"] is False
    assert answer["applyable"] is False
    assert len(answer["planned_values"]["root_module"]["resources"]) == 1


def test_an_unchanged_resource_is_kept_and_nothing_is_applyable() -> None:
    answer: Answer = represent(samples.empty_plan(), kinds.SCHEMAS)
    assert answer["resource_changes"][0]["change"]["actions"] == ["no-op"]
    assert answer["applyable"] is False
    assert answer["complete"] is True


def test_the_configuration_tells_constants_from_references() -> None:
    unknown = Unknown("role.a.name", refs=(Ref("role", "a", None, "name"),))
    change = samples.change(
        Address("tenant", "acme"),
        Action.CREATE,
        after={"name": "A", "client_secret": Secret("env:X"), "roles": [unknown]},
        stated=("name", "client_secret", "roles"),
    )
    block = represented(change)["configuration"]["root_module"]["resources"][0]
    assert block["expressions"] == {
        "name": {"constant_value": "A"},
        "client_secret": {},
        "roles": {"references": ["role.a.name", "role.a"]},
    }


def test_instances_of_one_block_are_one_entry_without_constants() -> None:
    changes = [
        samples.change(
            Address("tenant", "c", key), Action.CREATE, after={"name": key}, stated=("name",)
        )
        for key in ("a", "b")
    ]
    (block,) = represented(*changes)["configuration"]["root_module"]["resources"]
    assert block["address"] == "tenant.c"
    assert block["expressions"] == {"name": {}}
    assert block["for_each_expression"] == {}


def test_outputs_hide_what_is_sensitive_and_what_is_unknown() -> None:
    outputs = (
        OutputValue(name="plain", value=[1]),
        OutputValue(name="later", value=Unknown("x")),
        OutputValue(name="token", value="canary", sensitive=True),
    )
    answer = represented(outputs=outputs)
    assert answer["planned_values"]["outputs"] == {
        "plain": {"sensitive": False, "type": ["tuple", ["number"]], "value": [1]},
        "later": {"sensitive": False},
        "token": {"sensitive": True, "type": "dynamic", "value": None},
    }
    assert answer["output_changes"]["later"]["after_unknown"] is True
    assert answer["output_changes"]["token"]["after_sensitive"] is True


def test_an_output_is_sensitive_and_known_as_a_whole() -> None:
    outputs = (
        OutputValue(name="partly", value={"a": 1, "b": [Unknown("x")]}),
        OutputValue(name="known", value={"a": [True]}),
        OutputValue(name="hidden", value={"a": Secret("env:X")}),
    )
    answer = represented(outputs=outputs)
    assert answer["planned_values"]["outputs"]["partly"] == {"sensitive": False}
    partly, known, hidden = answer["output_changes"].values()
    assert partly["after_unknown"] == {"b": [True]}
    assert (known["after_unknown"], known["after_sensitive"]) == (False, False)
    assert (hidden["before_sensitive"], hidden["after_sensitive"]) == (True, True)


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (True, "bool"),
        (1, "number"),
        (1.5, "number"),
        ("a", "string"),
        (None, "dynamic"),
        ([1, "a"], ["tuple", ["number", "string"]]),
        ({"a": [None]}, ["object", {"a": ["tuple", ["dynamic"]]}]),
    ],
)
def test_types_are_spelled_as_terraform_spells_them(value: Answer, spelled: Answer) -> None:
    assert type_of(value) == spelled


def test_the_configuration_names_what_outputs_refer_to() -> None:
    waiting = Unknown("role.a.id", refs=(Ref("role", "a", None, "id"),))
    answer = represented(
        outputs=(
            OutputValue(name="plain", value=1, description="One."),
            OutputValue(name="later", value=[waiting], sensitive=True),
        )
    )
    assert answer["configuration"]["root_module"]["outputs"] == {
        "plain": {"expression": {}, "description": "One."},
        "later": {"expression": {"references": ["role.a.id", "role.a"]}, "sensitive": True},
    }


def test_what_is_forgotten_says_why() -> None:
    change = samples.change(samples.ACME, Action.FORGET, reason=Reason.REMOVED, before={})
    assert row(change)["action_reason"] == "delete_because_no_resource_config"


def test_only_the_prior_state_names_dependencies() -> None:
    needed = (Address("role", "a"),)
    change = samples.change(samples.ACME, Action.NOOP, before={"name": "A"}, depends_on=needed)
    alone = samples.change(Address("tenant", "b"), Action.NOOP, before={"name": "B"})
    answer = represented(change, alone)
    planned = answer["planned_values"]["root_module"]["resources"]
    prior = answer["prior_state"]["values"]["root_module"]["resources"]
    assert [each.get("depends_on") for each in (*planned, *prior)] == [None, None, ["role.a"], None]


@pytest.mark.parametrize(
    ("address", "field", "ref"),
    [
        (Address("role", "a"), "tenant", Ref("tenant", "acme", None, "id")),
        (Address("tenant", "a"), "name", Ref("role", "b", None, "id")),
    ],
)
def test_a_reference_between_types_that_are_fields_as_well_stands_apart(
    address: Address, field: str, ref: Ref
) -> None:
    """terraform-compliance would put an object where a text already is, and die of it."""
    change = samples.change(
        address, Action.CREATE, after={field: Unknown("x", refs=(ref,))}, stated=(field,)
    )
    schemas = {"role": roles_of_tenants(), "tenant": kinds.SCHEMAS["tenant"]}
    plan = Plan(bindings=samples.BINDINGS, changes=(change,))
    answer: Answer = represent(plan, schemas)
    (block,) = answer["configuration"]["root_module"]["resources"]
    names = [f"{ref.kind}.{ref.name}.id", f"{ref.kind}.{ref.name}"]
    assert block["expressions"] == {field: {"dstate": {"refers_to": names}}}


def roles_of_tenants() -> Schema:
    tenant = replace(kinds.SCHEMAS["tenant"].fields["name"], name="tenant")
    return replace(kinds.SCHEMAS["tenant"], kind="role", fields={"tenant": tenant})


def test_the_shape_is_terraforms() -> None:
    """Recorded from Terraform itself by `make policy`."""
    shown = json.loads(one_line(represent(samples.rich_plan(), kinds.SCHEMAS)))
    assert [*differences(gathered([shown]), read(recorded_shapes()["plan"]))] == []


def test_checks_have_terraforms_states() -> None:
    checks: Answer = represent(samples.rich_plan(), kinds.SCHEMAS)["checks"]
    assert [check["status"] for check in checks] == ["pass", "fail", "unknown"]
    assert checks[1]["instances"][0]["problems"][0]["message"].startswith("every production")
