"""The rules of the emulated service, one by one."""

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from dstate_descope.emulator.api import answer
from dstate_descope.emulator.request import Request
from dstate_descope.emulator.world import World
from tests.provider.connections import CREDENTIALS, NOON, PROJECT, call, new_world

Json = Any
RECORDED = json.loads((Path(__file__).parent / "samples/recorded-requests.json").read_text())


@pytest.fixture
def world() -> World:
    return new_world()


def rows(world: World, table: str) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in getattr(world, table).values()}


def good(world: World, line: str, body: object = None, **query: str) -> Json:
    response = call(world, line, body, **query)
    assert response.status == 200, response.body
    return response.body


def refused(world: World, line: str, body: object = None) -> tuple[int, str, str]:
    before = (world.revision, world.tables())
    response = call(world, line, body)
    assert (world.revision, world.tables()) == before, "a refused call changed something"
    return response.status, response.body["errorCode"], response.body["errorMessage"]


def prepared(world: World) -> None:
    """Give the recorded calls what they refer to."""
    world.applications += ("app1",)
    for name in ("doc.read", "a", "b"):
        good(world, "POST /v1/mgmt/permission/create", {"name": name})
    for name in ("editor", "a", "b"):
        good(world, "POST /v1/mgmt/role/create", {"name": name})
    for name in ("acme", "T2parent"):
        good(world, "POST /v1/mgmt/tenant/create", {"name": f"the {name}", "id": name})
    good(world, "POST /v1/mgmt/role/create", {"name": "editor", "tenantId": "acme"})
    _renamed(world.permissions, "doc.read", "PERM2fake")
    _renamed(world.roles, "editor", "ROL2fake")


def _renamed(table: dict[str, dict[str, Any]], name: str, identifier: str) -> None:
    row = next(row for row in table.values() if row["name"] == name)
    table[identifier] = {**table.pop(row["id"]), "id": identifier}


@pytest.mark.parametrize("sample", RECORDED, ids=lambda sample: f"{sample['sdk']}-{sample['op']}")
def test_what_the_sdks_send_is_understood(world: World, sample: dict[str, Any]) -> None:
    prepared(world)
    body = sample.get("body")
    if sample["path"].endswith("/create"):
        _make_room(world, sample["path"].split("/")[3], body)
    elif sample["path"].endswith("/create/batch"):
        _make_room(world, sample["path"].split("/")[3], {"name": "a"})
        _make_room(world, sample["path"].split("/")[3], {"name": "b"})
    elif sample["path"].endswith("/update/batch"):
        _make_room(world, sample["path"].split("/")[3], {"name": "b"})
    good(world, f"{sample['method']} {sample['path']}", body, **sample.get("query", {}))


def _make_room(world: World, noun: str, body: Json) -> None:
    table = getattr(world, f"{noun}s")
    wanted = (body["name"], body.get("tenantId") or "")
    for row in list(table.values()):
        same_level = (row["name"], row.get("tenantId", "")) == wanted
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


class TestPermissions:
    """Permissions."""

    def test_names_are_unique(self, world: World) -> None:
        body = {"name": "docs.read"}
        good(world, "POST /v1/mgmt/permission/create", body)
        assert refused(world, "POST /v1/mgmt/permission/create", body)[:2] == (400, "E400409")
        rename = {"name": "docs.read", "newName": "User Admin"}
        assert refused(world, "POST /v1/mgmt/permission/update", rename)[:2] == (400, "E400409")

    def test_an_update_wipes_what_it_does_not_say(self, world: World) -> None:
        good(world, "POST /v1/mgmt/permission/create", {"name": "p", "description": "long"})
        good(world, "POST /v1/mgmt/permission/update", {"name": "p", "newName": "p"})
        assert rows(world, "permissions")["p"]["description"] == ""

    def test_roles_follow_a_rename_and_lose_what_is_deleted(self, world: World) -> None:
        for name in ("p", "q"):
            good(world, "POST /v1/mgmt/permission/create", {"name": name})
        good(world, "POST /v1/mgmt/role/create", {"name": "r", "permissionNames": ["p", "q"]})
        good(world, "POST /v1/mgmt/permission/update", {"name": "p", "newName": "z"})
        assert rows(world, "roles")["r"]["permissionNames"] == ["q", "z"]
        good(world, "POST /v1/mgmt/permission/delete", {"name": "z"})
        assert rows(world, "roles")["r"]["permissionNames"] == ["q"]

    def test_the_system_keeps_its_own(self, world: World) -> None:
        for body in ({"name": "Impersonate"}, {"id": next(iter(world.permissions))}):
            assert refused(world, "POST /v1/mgmt/permission/delete", body)[0] == 400
        rename = {"name": "Impersonate", "newName": "Pretend"}
        assert refused(world, "POST /v1/mgmt/permission/update", rename)[0] == 400
        batch = {"names": ["Impersonate"]}
        assert refused(world, "POST /v1/mgmt/permission/delete/batch", batch)[0] == 400
        good(world, "POST /v1/mgmt/permission/delete/batch", {})
        assert len(world.permissions) == 3

    def test_a_batch_is_all_or_nothing(self, world: World) -> None:
        batch = {"permissions": [{"name": "new"}, {"name": "User Admin"}]}
        assert refused(world, "POST /v1/mgmt/permission/create/batch", batch)[1] == "E400409"
        batch = {"permissions": [{"name": "new"}, {"name": "newer", "description": "x"}]}
        good(world, "POST /v1/mgmt/permission/create/batch", batch)
        changes = {"permissions": [{"name": "new", "newName": "a"}, {"name": "no", "newName": "b"}]}
        assert refused(world, "POST /v1/mgmt/permission/update/batch", changes)[0] == 404
        good(world, "POST /v1/mgmt/permission/delete/batch", {"names": ["new", "no"]})
        assert "new" not in rows(world, "permissions")

    def test_a_missing_one_is_not_found(self, world: World) -> None:
        assert refused(world, "POST /v1/mgmt/permission/delete", {"id": "PERM9"})[0] == 404


class TestRoles:
    """Roles."""

    def test_names_are_unique_within_a_level(self, world: World) -> None:
        good(world, "POST /v1/mgmt/tenant/create", {"name": "Acme", "id": "acme"})
        for body in ({"name": "r"}, {"name": "r", "tenantId": "acme"}):
            good(world, "POST /v1/mgmt/role/create", body)
            assert refused(world, "POST /v1/mgmt/role/create", body)[:2] == (400, "E400409")
        good(world, "POST /v1/mgmt/role/create", {"name": "s", "tenantId": "acme"})
        rename = {"name": "s", "newName": "r", "tenantId": "acme"}
        assert refused(world, "POST /v1/mgmt/role/update", rename)[:2] == (400, "E400409")

    def test_references_must_exist(self, world: World) -> None:
        body = {"name": "r", "permissionNames": ["User Admin", "no such"]}
        status, _, message = refused(world, "POST /v1/mgmt/role/create", body)
        assert (status, "no such" in message) == (400, True)
        change = {"name": "Tenant Admin", "newName": "x", "permissionNames": ["no such"]}
        assert refused(world, "POST /v1/mgmt/role/update", change)[0] == 400
        body = {"name": "r", "tenantId": "nowhere"}
        assert refused(world, "POST /v1/mgmt/role/create", body)[0] == 404

    def test_an_update_wipes_what_it_does_not_say(self, world: World) -> None:
        full = {"description": "d", "permissionNames": ["User Admin"], "default": True}
        made = good(world, "POST /v1/mgmt/role/create", {"name": "r", "private": True, **full})
        changed = good(world, "POST /v1/mgmt/role/update", {"id": made["id"], "newName": "s"})
        assert changed == {
            **made,
            "name": "s",
            "description": "",
            "permissionNames": [],
            "default": False,
            "private": False,
        }

    def test_tenants_follow_a_rename_and_lose_what_is_deleted(self, world: World) -> None:
        good(world, "POST /v1/mgmt/tenant/create", {"name": "Acme", "id": "acme"})
        for name in ("r", "s"):
            good(world, "POST /v1/mgmt/role/create", {"name": name})
        body = {"id": "acme", "defaultRoles": ["r", "s"]}
        good(world, "POST /v1/mgmt/tenant/updateDefaultRoles", body)
        good(world, "POST /v1/mgmt/role/update", {"name": "r", "newName": "z"})
        assert world.tenants["acme"]["defaultRoles"] == ["s", "z"]
        good(world, "POST /v1/mgmt/role/delete", {"name": "z", "tenantId": None})
        assert world.tenants["acme"]["defaultRoles"] == ["s"]

    def test_a_batch_deletion_without_filter_takes_everything(self, world: World) -> None:
        good(world, "POST /v1/mgmt/role/create", {"name": "r"})
        good(world, "POST /v1/mgmt/role/delete/batch", {"roles": ["ignored"]})
        assert world.roles == {}

    def test_a_batch_deletion_keeps_to_its_level(self, world: World) -> None:
        good(world, "POST /v1/mgmt/tenant/create", {"name": "Acme", "id": "acme"})
        for tenant in ("", "acme"):
            good(world, "POST /v1/mgmt/role/create", {"name": "r", "tenantId": tenant})
        good(world, "POST /v1/mgmt/role/delete/batch", {"roleNames": ["r"], "tenantId": None})
        assert rows(world, "roles")["r"]["tenantId"] == "acme"
        good(world, "POST /v1/mgmt/role/delete/batch", {"tenantId": "acme"})
        assert list(rows(world, "roles")) == ["Tenant Admin"]

    def test_a_batch_is_all_or_nothing(self, world: World) -> None:
        batch = {"roles": [{"name": "r"}, {"name": "r"}]}
        assert refused(world, "POST /v1/mgmt/role/create/batch", batch)[1] == "E400409"
        batch = {"roles": [{"name": "r"}, {"name": "s"}]}
        made = good(world, "POST /v1/mgmt/role/create/batch", batch)["roles"]
        assert [row["name"] for row in made] == ["r", "s"]
        swap = {"roles": [{"id": made[0]["id"], "newName": "t"}, {"name": "s", "newName": "r"}]}
        changed = good(world, "POST /v1/mgmt/role/update/batch", swap)["roles"]
        assert [row["name"] for row in changed] == ["t", "r"]

    @pytest.mark.parametrize(
        ("filters", "names"),
        [
            ({}, ["Tenant Admin", "Reader", "Reader"]),
            ({"roleNames": ["Reader"]}, ["Reader", "Reader"]),
            ({"roleNameLike": "ADMIN"}, ["Tenant Admin"]),
            ({"tenantIds": ["acme"]}, ["Reader"]),
            (
                {"tenantIds": ["acme"], "includeProjectRoles": True},
                ["Tenant Admin", "Reader", "Reader"],
            ),
            ({"permissionNames": ["SSO Admin"]}, ["Tenant Admin"]),
            ({"roleIds": ["ROL9"]}, []),
        ],
    )
    def test_a_search_narrows(
        self, world: World, filters: dict[str, Any], names: list[str]
    ) -> None:
        good(world, "POST /v1/mgmt/tenant/create", {"name": "Acme", "id": "acme"})
        for tenant in ("", "acme"):
            good(world, "POST /v1/mgmt/role/create", {"name": "Reader", "tenantId": tenant})
        found = good(world, "POST /v1/mgmt/role/search", filters)["roles"]
        assert [row["name"] for row in found] == names


class TestTenants:
    """Tenants."""

    FULL: ClassVar[dict[str, Json]] = {
        "name": "Acme",
        "id": "acme",
        "selfProvisioningDomains": ["acme.example"],
        "customAttributes": {"plan": "gold"},
        "authType": "saml",
        "disabled": True,
        "enforceSSO": True,
        "enforceSSOExclusions": ["U2x"],
        "federatedAppIds": ["descope-default-oidc"],
        "roleInheritance": "userOnly",
    }

    def test_ids_names_and_domains_are_unique(self, world: World) -> None:
        good(world, "POST /v1/mgmt/tenant/create", self.FULL)
        body: Json
        for body in (
            {"name": "other", "id": "acme"},
            {"name": "Acme"},
            {"name": "other", "selfProvisioningDomains": ["b.example", "acme.example"]},
        ):
            assert refused(world, "POST /v1/mgmt/tenant/create", body)[:2] == (400, "E400409")
        good(world, "POST /v1/mgmt/tenant/create", {"name": "Other", "id": "other"})
        for line in ("POST /v1/mgmt/tenant/update", "PATCH /v1/mgmt/tenant/patch"):
            assert refused(world, line, {"id": "other", "name": "Acme"})[1] == "E400409"

    def test_an_update_wipes_all_but_parent_roles_and_birth(self, world: World) -> None:
        good(world, "POST /v1/mgmt/tenant/create", {"name": "Root", "id": "root"})
        good(world, "POST /v1/mgmt/tenant/create", {**self.FULL, "parent": "root"})
        body = {"id": "acme", "defaultRoles": ["Tenant Admin"]}
        good(world, "POST /v1/mgmt/tenant/updateDefaultRoles", body)
        good(world, "POST /v1/mgmt/tenant/create", {"name": "Bare", "id": "bare"})
        good(world, "POST /v1/mgmt/tenant/update", {"id": "acme", "name": "Acme"})
        bare = good(world, "GET /v1/mgmt/tenant", id="bare")
        kept = {"parent": "root", "defaultRoles": ["Tenant Admin"], "id": "acme", "name": "Acme"}
        assert good(world, "GET /v1/mgmt/tenant", id="acme") == {**bare, **kept}

    def test_a_patch_changes_only_what_it_says(self, world: World) -> None:
        good(world, "POST /v1/mgmt/tenant/create", self.FULL)
        before = good(world, "GET /v1/mgmt/tenant", id="acme")
        body: Json = {"id": "acme", "authType": "", "enforceSSOExclusions": [], "name": None}
        good(world, "PATCH /v1/mgmt/tenant/patch", body)
        assert good(world, "GET /v1/mgmt/tenant", id="acme") == {
            **before,
            "enforceSSOExclusions": [],
        }

    def test_references_must_exist(self, world: World) -> None:
        good(world, "POST /v1/mgmt/tenant/create", self.FULL)
        world.attributes = ("plan",)
        body: Json
        for body in (
            {"id": "acme", "name": "Acme", "federatedAppIds": ["nothing"]},
            {"id": "acme", "name": "Acme", "customAttributes": {"size": 1}},
        ):
            assert refused(world, "POST /v1/mgmt/tenant/update", body)[0] == 400
        body = {"id": "acme", "defaultRoles": ["nobody"]}
        assert refused(world, "POST /v1/mgmt/tenant/updateDefaultRoles", body)[0] == 400
        body = {"name": "Child", "parent": "nowhere"}
        assert refused(world, "POST /v1/mgmt/tenant/create", body)[0] == 404

    def test_children_first(self, world: World) -> None:
        good(world, "POST /v1/mgmt/tenant/create", self.FULL)
        good(world, "POST /v1/mgmt/tenant/create", {"name": "C", "id": "c", "parent": "acme"})
        assert good(world, "GET /v1/mgmt/tenant", id="acme")["successors"] == ["c"]
        assert refused(world, "POST /v1/mgmt/tenant/delete", {"id": "acme"})[0] == 400
        good(world, "POST /v1/mgmt/tenant/delete", {"id": "c"})
        good(world, "POST /v1/mgmt/tenant/delete", {"id": "acme", "cascade": True})
        assert refused(world, "POST /v1/mgmt/tenant/delete", {"id": "acme"})[0] == 404

    def test_the_roles_of_a_tenant_go_with_it(self, world: World) -> None:
        good(world, "POST /v1/mgmt/tenant/create", self.FULL)
        good(world, "POST /v1/mgmt/role/create", {"name": "r", "tenantId": "acme"})
        good(world, "POST /v1/mgmt/tenant/delete", {"id": "acme"})
        assert list(rows(world, "roles")) == ["Tenant Admin"]

    @pytest.mark.parametrize(
        ("filters", "ids"),
        [
            ({}, ["acme", "child"]),
            ({"tenantIds": ["child"]}, ["child"]),
            ({"tenantNames": ["Acme"]}, ["acme"]),
            ({"tenantSelfProvisioningDomains": ["acme.example"]}, ["acme"]),
            ({"tenantSSODomains": ["acme.example"]}, []),
            ({"customAttributes": {"plan": "gold"}}, ["acme"]),
            ({"authType": "saml"}, ["acme"]),
            ({"parentTenantId": "acme"}, ["child"]),
            ({"topLevelOnly": True}, ["acme"]),
        ],
    )
    def test_a_search_narrows(self, world: World, filters: dict[str, Any], ids: list[str]) -> None:
        good(world, "POST /v1/mgmt/tenant/create", self.FULL)
        good(world, "POST /v1/mgmt/tenant/create", {"name": "C", "id": "child", "parent": "acme"})
        found = good(world, "POST /v1/mgmt/tenant/search", filters)["tenants"]
        assert [row["id"] for row in found] == ids


def test_the_credentials_of_the_tests_are_those_of_the_recordings() -> None:
    assert f"{PROJECT}:K2fakeManagementKey" in CREDENTIALS
