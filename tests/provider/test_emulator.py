"""The rules of the emulated service, one by one."""

import json
from pathlib import Path
from typing import Any

import pytest

from dstate_descope.emulator.api import answer
from dstate_descope.emulator.request import Request
from dstate_descope.emulator.world import World
from tests.provider.connections import CREDENTIALS, NOON, PROJECT, call, new_world
from tests.provider.emulation import good, refused

Json = Any
RECORDED = json.loads((Path(__file__).parent / "samples/recorded-requests.json").read_text())


@pytest.fixture
def world() -> World:
    return new_world()


SEEDS: list[tuple[str, Json, str, str]] = [
    (
        "sso/idp/app/oidc/create",
        {"name": "one", "loginPageUrl": "https://l.example"},
        "sso",
        "app1",
    ),
    ("accesskey/create", {"name": "key"}, "keys", "K2x"),
    ("thirdparty/app/create", {"name": "one"}, "inbound", "TPA1"),
    ("outbound/app/create", {"name": "one"}, "outbound", "out1"),
    ("list", {"name": "deny", "type": "ips"}, "lists", "L1"),
    ("jwt/templates/create", {"template": {"name": "one", "type": "user"}}, "templates", "JWT1"),
]
# What the emulator answers with a refusal, and the plan or the project would not change that.
REFUSED = {
    "/v1/mgmt/project/clone": 501,
    "/v1/mgmt/project/export": 501,
    "/v1/mgmt/project/import": 501,
    "/v1/mgmt/project/snapshot/export": 501,
    "/v1/mgmt/project/snapshot/import": 501,
    "/v1/mgmt/project/snapshot/validate": 501,
    "/v1/mgmt/flow/run": 501,
    "/v1/mgmt/jwt/templates/library/apply": 501,
    "/v1/auth/accesskey/exchange": 501,
    "/v1/mgmt/project/delete": 400,
}


def prepared(world: World) -> None:
    """Give the recorded calls what they refer to."""
    world.tier = 2
    for path, body, table, identifier in SEEDS:
        good(world, f"POST /v1/mgmt/{path}", body)
        _renamed(
            world.tables[table], {"keys": "key", "lists": "deny"}.get(table, "one"), identifier
        )
    for name in ("doc.read", "a", "b"):
        good(world, "POST /v1/mgmt/permission/create", {"name": name})
    for name in ("editor", "a", "b"):
        good(world, "POST /v1/mgmt/role/create", {"name": name})
    for name in ("acme", "T2parent"):
        good(world, "POST /v1/mgmt/tenant/create", {"name": f"the {name}", "id": name})
    good(world, "POST /v1/mgmt/role/create", {"name": "editor", "tenantId": "acme"})
    _renamed(world.permissions, "doc.read", "PERM2fake")
    _renamed(world.roles, "editor", "ROL2fake")
    for identifier in ("K2mk", "K1"):
        key = good(world, "PUT /v1/mgmt/managementkey", {"name": identifier})["key"]
        _renamed(world.tables["management_keys"], key["name"], identifier)
    invited = {"descopers": [{"loginId": "ana@example.com"}]}
    person = good(world, "PUT /v1/mgmt/descoper", invited)["descopers"][0]
    world.tables["descopers"]["U1"] = {**person, "id": "U1"}
    dsl = "model AuthZ 1.0\ntype user\ntype doc\nrelation owner: user"
    good(world, "POST /v1/mgmt/fga/schema", {"dsl": dsl})


def _renamed(table: dict[str, dict[str, Any]], name: str, identifier: str) -> None:
    row = next(row for row in table.values() if row["name"] == name)
    table[identifier] = {**table.pop(row["id"]), "id": identifier}


@pytest.mark.parametrize("sample", RECORDED, ids=lambda sample: f"{sample['sdk']}-{sample['op']}")
def test_what_the_sdks_send_is_understood(world: World, sample: dict[str, Any]) -> None:
    prepared(world)
    path, body = sample["path"], sample.get("body")
    _make_room(world, path, body)
    if "/saml/" in path:
        world.tables["sso"]["app1"]["appType"] = "saml"
    response = call(world, f"{sample['method']} {path}", body, **sample.get("query", {}))
    assert response.status == REFUSED.get(path, 200), response.body


def _make_room(world: World, path: str, body: Json) -> None:
    """Take away what a recorded creation or renaming would collide with."""
    if body and path.endswith(("/create", "/v1/mgmt/list")):
        _remove(world, path.split("/")[3], body)
    elif path.endswith(("/create/batch", "/update/batch")):
        for name in ("a", "b")[path.endswith("/update/batch") :]:
            _remove(world, path.split("/")[3], {"name": name})


def _remove(world: World, noun: str, body: Json) -> None:
    table = world.tables.get(f"{noun}s", {})
    wanted = (body.get("name"), body.get("tenantId") or "")
    for row in list(table.values()):
        same_level = (row.get("name"), row.get("tenantId", "")) == wanted
        if (noun != "permission" and row["id"] == body.get("id")) or same_level:
            del table[row["id"]]


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", f"Basic {PROJECT}:K1", f"Bearer {PROJECT}", "Bearer Pother:K1", f"{PROJECT}:K1"],
)
def test_a_wrong_key_is_refused(world: World, authorization: str) -> None:
    request = Request(method="GET", path="/v1/mgmt/role/all", authorization=authorization)
    response = answer(world, request)
    assert (response.status, response.body["errorCode"]) == (401, "E011008")


def test_a_key_without_project_is_accepted(world: World) -> None:
    request = Request(method="GET", path="/v1/mgmt/role/all", authorization="Bearer K1")
    assert answer(world, request).status == 200


def test_an_unknown_call_is_answered_in_the_same_form(world: World) -> None:
    assert refused(world, "GET /v1/mgmt/nonsense")[:2] == (404, "E404000")
    assert refused(world, "GET /v1/mgmt/role/create")[:2] == (404, "E404000")


@pytest.mark.parametrize("tier", [1, 2, 3, 4])
def test_the_licence_is_what_the_world_says(world: World, tier: int) -> None:
    world.tier = tier
    assert good(world, "GET /v1/mgmt/license") == {"rateLimitTier": f"tier{tier}"}


@pytest.mark.parametrize(
    "line",
    [
        f"POST /v1/mgmt/{noun}/{verb}"
        for noun in ("permission", "role", "tenant")
        for verb in ("create", "update", "delete")
    ],
)
def test_unknown_missing_and_misshapen_fields_are_refused(world: World, line: str) -> None:
    field = "id" if line.endswith("tenant/delete") else "name"
    assert refused(world, line, {"colour": "red"})[1:] == (
        "E011001",
        'unknown field "colour"',
    )
    for empty in (None, {}, {field: None}, {field: ""}):
        status, code, message = refused(world, line, empty)
        assert (status, code) == (400, "E011003")
        assert message.endswith("field is required")
    assert refused(world, line, {field: 7})[:2] == (400, "E011004")
    assert refused(world, line, ["name"])[:2] == (400, "E011001")


def test_the_missing_field_is_named(world: World) -> None:
    message = "The name field is required"
    assert refused(world, "POST /v1/mgmt/tenant/create", {})[2] == message
    message = "The id field is required"
    assert refused(world, "POST /v1/mgmt/tenant/delete", {})[2] == message


@pytest.mark.parametrize(("noun", "longest"), [("permission", 100), ("role", 100), ("tenant", 254)])
def test_names_have_a_longest_length(world: World, noun: str, longest: int) -> None:
    line = f"POST /v1/mgmt/{noun}/create"
    assert refused(world, line, {"name": "x" * (longest + 1)})[1] == "E011003"
    good(world, line, {"name": "x" * longest})


def test_zero_values_are_emitted(world: World) -> None:
    permission = {"name": "p", "description": "", "systemDefault": False}
    good(world, "POST /v1/mgmt/permission/create", {"name": "p", "description": None})
    listed = good(world, "GET /v1/mgmt/permission/all")["permissions"][-1]
    assert {**permission, "id": listed["id"]} == listed
    role = good(world, "POST /v1/mgmt/role/create", {"name": "r"})
    assert role == {
        "id": role["id"],
        "name": "r",
        "description": "",
        "permissionNames": [],
        "createdTime": NOON,
        "tenantId": "",
        "default": False,
        "private": False,
    }
    made = good(world, "POST /v1/mgmt/tenant/create", {"name": "t"})
    assert good(world, "GET /v1/mgmt/tenant", id=made["id"]) == {
        "id": made["id"],
        "name": "t",
        "selfProvisioningDomains": [],
        "customAttributes": {},
        "authType": "none",
        "domains": [],
        "createdTime": NOON,
        "disabled": False,
        "enforceSSO": False,
        "enforceSSOExclusions": [],
        "federatedAppIds": [],
        "defaultRoles": [],
        "parent": "",
        "successors": [],
        "roleInheritance": "",
    }


def test_ids_are_the_same_in_every_run() -> None:
    first, second = new_world(), new_world()
    for world in (first, second):
        good(world, "POST /v1/mgmt/role/create", {"name": "r"})
        good(world, "POST /v1/mgmt/tenant/create", {"name": "t"})
    assert list(first.roles) == list(second.roles)
    assert list(first.tenants) == list(second.tenants)
    assert next(iter(first.tenants)).startswith("T")


def test_the_credentials_of_the_tests_are_those_of_the_recordings() -> None:
    assert f"{PROJECT}:K2fakeManagementKey" in CREDENTIALS
