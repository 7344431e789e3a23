"""What the emulated service keeps true between permissions, roles and tenants."""

from typing import Any, ClassVar

import pytest

from dstate_descope.emulator.switches import Switches
from dstate_descope.emulator.world import World
from tests.provider.connections import new_world
from tests.provider.emulation import good, refused, rows

Json = Any


@pytest.fixture
def world() -> World:
    return new_world()


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
        world.switches = Switches(declared_tenant_attributes="plan")
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
