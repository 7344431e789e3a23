"""The official SDK for Python against the emulator, unchanged, over a socket.

Every story is told twice: once by the client that waits, once by the one that awaits.
"""

import inspect
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import descope
import pytest
from descope import AuthException, RateLimitException
from descope.management.common import (
    AssociatedTenant,
    DescoperAttributes,
    DescoperCreate,
    DescoperRBAC,
    MgmtKeyReBac,
    MgmtKeyStatus,
    URLParam,
)

pytestmark = pytest.mark.anyio

Do = Callable[..., Awaitable[Any]]
KEY = "K2fakeManagementKey"
ROUNDS = iter(range(1, 1000))


@contextmanager
def served(*options: str) -> Iterator[str]:
    """Run the command that serves, as anybody would, and end it by its own process id."""
    command = [sys.executable, "-m", "descope_state", "emulator", "start", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served("--tier", "pro", "--no-limits") as address:
        yield address


@pytest.fixture(params=["sync", "async"])
async def do(request: pytest.FixtureRequest, url: str) -> AsyncIterator[Do]:
    """Call a method of the management client by its dotted name, in a project of its own."""
    project = f"P2sdk{next(ROUNDS):04d}{os.getpid():08d}0000000"
    async with client(request.param, project, url) as call:
        yield call


class client:  # noqa: N801  # it reads as the verb it is
    """Either client of the SDK, as something that is awaited."""

    def __init__(self, sort: str, project: str, url: str, key: str = KEY) -> None:
        make = descope.DescopeClient if sort == "sync" else descope.DescopeClientAsync
        self._client = make(project_id=project, management_key=key, base_url=url)

    async def __aenter__(self) -> Do:
        if hasattr(self._client, "__aenter__"):
            await self._client.__aenter__()

        async def call(name: str, /, *args: object, **more: object) -> object:
            method: Any = self._client.mgmt
            for part in name.split("."):
                method = getattr(method, part)
            answer = method(*args, **more)
            return await answer if inspect.isawaitable(answer) else answer

        return call

    async def __aexit__(self, *why: object) -> None:
        if hasattr(self._client, "__aexit__"):
            await self._client.__aexit__(*why)


async def test_permissions(do: Do) -> None:
    await do("permission.create", "a", "first")
    await do("permission.create_batch", [{"name": "b"}, {"name": "c", "description": "third"}])
    await do("permission.update", "a", "a2", "changed")
    held = {row["name"]: row for row in (await do("permission.load_all"))["permissions"]}
    assert held["a2"]["description"] == "changed"
    assert held["Impersonate"]["systemDefault"] is True
    assert held["b"]["systemDefault"] is False
    await do("permission.update_by_id", held["b"]["id"], "b2")
    await do("permission.update_batch", [{"name": "c", "newName": "c2"}])
    await do("permission.delete_batch", ["a2", "c2"])
    await do("permission.delete_by_id", held["b"]["id"])
    left = (await do("permission.load_all"))["permissions"]
    assert {row["name"] for row in left} == {"Impersonate", "User Admin", "SSO Admin"}


async def test_roles(do: Do) -> None:
    await do("tenant.create", "Acme", "acme")
    await do("role.create", "editor", "Edits", ["User Admin"])
    await do("role.create", "editor", tenant_id="acme", private=True)
    await do("role.create_batch", [{"name": "x"}, {"name": "y", "permissionNames": ["SSO Admin"]}])
    await do("role.update", "editor", "writer", "Writes", ["SSO Admin"])
    found = (await do("role.search", role_names=["writer"]))["roles"]
    assert [row["permissionNames"] for row in found] == [["SSO Admin"]]
    assert found[0]["id"].startswith("ROL")
    assert found[0]["tenantId"] == ""
    await do("role.update_by_id", found[0]["id"], "author")
    emptied = (await do("role.search", role_names=["author"]))["roles"]
    assert emptied[0]["permissionNames"] == []
    assert emptied[0]["description"] == ""
    await do("role.delete", "editor", tenant_id="acme")
    await do("role.delete_batch", ["x", "y"])
    await do("role.delete_by_id", emptied[0]["id"])
    assert [row["name"] for row in (await do("role.load_all"))["roles"]] == ["Tenant Admin"]


async def test_tenants(do: Do) -> None:
    made = await do("tenant.create", "Acme", None, ["acme.example"], {"plan": "gold"})
    tenant = made["id"]
    assert tenant.startswith("T")
    loaded = await do("tenant.load", tenant)
    assert loaded["selfProvisioningDomains"] == ["acme.example"]
    assert loaded["successors"] == []
    assert loaded["parent"] == ""
    await do("tenant.patch_tenant", tenant, name="Acme Inc")
    assert (await do("tenant.load", tenant))["customAttributes"] == {"plan": "gold"}
    await do("tenant.update", tenant, "Acme Ltd")
    assert (await do("tenant.load", tenant))["customAttributes"] == {}
    await do("tenant.update_default_roles", tenant, ["Tenant Admin"])
    assert (await do("tenant.load", tenant))["defaultRoles"] == ["Tenant Admin"]
    await do(
        "tenant.update_settings",
        tenant,
        ["acme.test"],
        session_settings_enabled=True,
        refresh_token_expiration=30,
        refresh_token_expiration_unit="days",
    )
    settings = await do("tenant.load_settings", tenant)
    assert settings["enabled"] is True
    assert settings["refreshTokenExpiration"] == 30
    assert (await do("tenant.load", tenant))["selfProvisioningDomains"] == ["acme.test"]
    found = await do("tenant.search_all", names=["Acme Ltd"])
    assert [row["id"] for row in found["tenants"]] == [tenant]
    await do("tenant.delete", tenant)
    assert (await do("tenant.load_all"))["tenants"] == []


async def test_flows_and_the_theme(do: Do) -> None:
    names = {row["id"] for row in (await do("flow.list_flows"))["flows"]}
    assert len(names) > 5
    assert "sign-up-or-in" in names
    exported = await do("flow.export_flow", "sign-up-or-in")
    again = await do("flow.import_flow", "sign-up-or-in", exported["flow"], exported["screens"])
    assert again["flow"]["version"] == exported["flow"]["version"] + 1
    assert again["flow"]["dsl"] == exported["flow"]["dsl"]
    assert isinstance(again["flow"]["modifiedTime"], str)
    await do("flow.import_flow", "mine", {"name": "Mine", "dsl": {"a": 1}}, [{"id": "SC1"}])
    await do("flow.delete_flows", ["mine"])
    theme = (await do("flow.export_theme"))["theme"]
    written = (await do("flow.import_theme", theme))["theme"]
    assert written["version"] == theme["version"] + 1
    assert written["cssTemplate"] == theme["cssTemplate"]


async def test_access_keys(do: Do) -> None:
    await do("tenant.create", "Acme", "acme")
    made = await do("access_key.create", "ci", 0, ["Tenant Admin"], description="Builds")
    key = made["key"]["id"]
    assert made["cleartext"]
    tenants = [AssociatedTenant("acme", ["Tenant Admin"])]
    other = await do("access_key.create", "robot", 0, None, tenants, permitted_ips=["10.0.0.1"])
    await do("access_key.update", key, "ci-2", "Builds more")
    loaded = (await do("access_key.load", key))["key"]
    assert (loaded["name"], loaded["roleNames"]) == ("ci-2", ["Tenant Admin"])
    assert "cleartext" not in loaded
    turned = await do("access_key.rotate", key)
    assert turned["key"]["id"] == key
    assert turned["cleartext"] != made["cleartext"]
    await do("access_key.deactivate", key)
    assert (await do("access_key.load", key))["key"]["status"] == "inactive"
    await do("access_key.activate", key)
    await do("access_key.deactivate_batch", [key])
    await do("access_key.activate_batch", [key])
    found = (await do("access_key.search_all_access_keys", ["acme"]))["keys"]
    assert [row["id"] for row in found] == [other["key"]["id"]]
    assert found[0]["keyTenants"][0]["tenantName"] == "Acme"
    await do("access_key.delete", key)
    await do("access_key.delete_batch", [other["key"]["id"]])
    assert (await do("access_key.search_all_access_keys"))["keys"] == []


async def test_sso_applications(do: Do) -> None:
    login = "https://login.example"
    oidc = await do("sso_application.create_oidc_application", "Portal", login, id="portal")
    assert oidc == {"id": "portal"}
    saml = await do(
        "sso_application.create_saml_application",
        "Wiki",
        login,
        use_metadata_info=True,
        metadata_url="https://wiki.example/meta",
    )
    fed = await do(
        "sso_application.create_wsfed_application", "Old", login, "urn:old", "https://o.example"
    )
    await do("sso_application.update_oidc_application", "portal", "Portal 2", login)
    loaded = await do("sso_application.load", "portal")
    assert (loaded["name"], loaded["appType"]) == ("Portal 2", "oidc")
    assert loaded["oidcSettings"]["loginPageUrl"] == login
    apps = (await do("sso_application.load_all"))["apps"]
    assert {app["appType"] for app in apps} == {"oidc", "saml", "wsfed"}
    secret = await do("sso_application.get_application_secret", "portal")
    assert await do("sso_application.rotate_application_secret", "portal") != secret
    for app in ("portal", saml["id"], fed["id"]):
        await do("sso_application.delete", app)
    assert len((await do("sso_application.load_all"))["apps"]) == 1


async def test_inbound_applications(do: Do) -> None:
    made = await do("third_party_application.create", "Zap", "https://login.example")
    assert made["clientId"]
    app = made["id"]
    await do("third_party_application.patch", app, description="Automation")
    await do("third_party_application.update", app, "Zap 2", "https://login.example")
    loaded = await do("third_party_application.load", app)
    assert (loaded["name"], loaded["description"]) == ("Zap 2", "")
    assert loaded["clientId"] == made["clientId"]
    assert (await do("third_party_application.get_secret", app))["cleartext"] == made["cleartext"]
    turned = await do("third_party_application.rotate_secret", app)
    assert turned["cleartext"] != made["cleartext"]
    await do("third_party_application.delete", app)
    other = await do("third_party_application.create", "Zip", "https://login.example")
    await do("third_party_application.delete_batch", [other["id"]])
    assert (await do("third_party_application.load_all"))["apps"] == []


async def test_outbound_applications(do: Do) -> None:
    parameters = [URLParam("prompt", "consent")]
    made = await do(
        "outbound_application.create_application",
        "Drive",
        client_secret="s",
        authorization_url_params=parameters,
    )
    app = made["app"]["id"]
    assert made["app"]["authorizationUrlParams"] == [{"key": "prompt", "value": "consent"}]
    await do("outbound_application.update_application", app, "Drive 2", client_secret="t")
    loaded = (await do("outbound_application.load_application", app))["app"]
    assert loaded["name"] == "Drive 2"
    assert "clientSecret" not in loaded
    assert len((await do("outbound_application.load_all_applications"))["apps"]) == 1
    await do("outbound_application.delete_application", app)


async def test_lists(do: Do) -> None:
    made = (await do("list.create", "deny", "ips", "Who may not", ["10.0.0.1"]))["list"]
    await do("list.add_ips", made["id"], ["10.0.0.2"])
    assert await do("list.check_ip", made["id"], "10.0.0.2") is True
    await do("list.remove_ips", made["id"], ["10.0.0.1"])
    assert (await do("list.load_by_name", "deny"))["list"]["data"] == ["10.0.0.2"]
    await do("list.update", made["id"], "denied", "ips", "x", [])
    assert (await do("list.load", made["id"]))["list"]["name"] == "denied"
    texts = (await do("list.create", "words", "texts"))["list"]
    await do("list.add_texts", texts["id"], ["a", "b"])
    assert await do("list.check_text", texts["id"], "a") is True
    await do("list.remove_texts", texts["id"], ["a"])
    await do("list.clear", texts["id"])
    row = {"id": texts["id"], "name": "words", "type": "texts", "data": ["z"]}
    await do("list.import_lists", [row])
    assert {one["name"] for one in (await do("list.load_all"))["lists"]} == {"denied", "words"}
    await do("list.delete", made["id"])


async def test_the_fga_schema(do: Do) -> None:
    schema = "model AuthZ 1.0\n\ntype user\n\ntype doc\n  relation owner: user\n"
    await do("fga.save_schema", schema)
    tie = {
        "resource": "d1",
        "resourceType": "doc",
        "relation": "owner",
        "target": "u1",
        "targetType": "user",
    }
    await do("fga.create_relations", [tie])
    assert [one["allowed"] for one in await do("fga.check", [tie])] == [True]
    preview = await do("fga.save_schema_dryrun", "model AuthZ 1.0\n\ntype user\n")
    assert preview["deletesPreview"]["types"] == ["doc"]
    await do("fga.delete_relations", [tie])
    assert [one["allowed"] for one in await do("fga.check", [tie])] == [False]
    await do("authz.save_schema", {"name": "Files", "namespaces": []}, upgrade=True)
    assert (await do("authz.load_schema"))["name"] == "Files"
    await do("authz.delete_schema")


async def test_attributes_passwords_scopes_and_the_project(do: Do) -> None:
    await do("user.create_custom_attribute", "plan", "Plan", "singleselect", options=["a"])
    held = await do("user.load_custom_attributes")
    assert (held["total"], held["data"][0]["type"]) == ("1", 4)
    await do("user.delete_custom_attribute", "plan")
    await do("tenant.create", "Acme", "acme")
    await do("password.configure_settings", "acme", {"enabled": True, "minLength": 10})
    assert (await do("password.get_settings", "acme"))["minLength"] == 10
    assert (await do("password.get_settings"))["minLength"] == 8
    mapping = {"scope": "s", "claims": {"a": "b"}, "description": "d"}
    await do("scope_claim_mapping.set", [mapping])
    assert (await do("scope_claim_mapping.get"))["mappings"] == [mapping]
    await do("scope_claim_mapping.delete")
    await do("project.update_name", "Acme")
    await do("project.update_tags", ["live"])
    project = (await do("project.list_projects"))["projects"][0]
    assert (project["name"], project["tags"]) == ("Acme", ["live"])


async def test_the_company(do: Do) -> None:
    rights = MgmtKeyReBac(company_roles=["company-full-access"])
    made = await do("management_key.create", "mk", rights)
    key = made["key"]["id"]
    status = MgmtKeyStatus.INACTIVE
    await do("management_key.update", key, "mk2", "d", [], status)
    assert (await do("management_key.load", key))["key"]["status"] == "inactive"
    assert len((await do("management_key.search"))["keys"]) == 1
    assert (await do("management_key.delete", [key]))["total"] == 1
    people = [DescoperCreate("ana@example.com", rbac=DescoperRBAC(is_company_admin=True))]
    person = (await do("descoper.create", people))["descopers"][0]["id"]
    await do("descoper.update", person, DescoperAttributes(display_name="Ana"))
    assert (await do("descoper.load", person))["descoper"]["loginIds"] == ["ana@example.com"]
    assert (await do("descoper.list"))["total"] == 1
    await do("descoper.delete", person)


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcfromtimestamp:DeprecationWarning")
async def test_the_audit_trail(do: Do) -> None:
    await do("role.create", "r")
    await do("audit.create_event", "Custom", "info", "me", "acme")
    found = (await do("audit.search", actions=["RoleCreate", "Custom"]))["audits"]
    assert {row["action"] for row in found} == {"RoleCreate", "Custom"}
    assert all(row["projectId"].startswith("P2sdk") for row in found)


async def test_what_is_not_there_is_a_404_and_a_duplicate_a_400(do: Do) -> None:
    with pytest.raises(AuthException) as missing:
        await do("tenant.load", "nobody")
    assert missing.value.status_code == 404
    assert '"errorCode": "E404000"' in (missing.value.error_message or "")
    await do("role.create", "r")
    with pytest.raises(AuthException) as taken:
        await do("role.create", "r")
    assert taken.value.status_code == 400


@pytest.mark.parametrize("sort", ["sync", "async"])
async def test_the_free_plan_has_no_sso_applications(sort: str) -> None:
    with served("--tier", "free") as address:
        async with client(sort, "P2sdkFree000000", address) as do:
            create = "sso_application.create_oidc_application"
            with pytest.raises(AuthException) as refused:
                await do(create, "Portal", "https://login.example")
    assert refused.value.status_code == 403
    assert "license" in (refused.value.error_message or "")


@pytest.mark.parametrize("sort", ["sync", "async"])
async def test_too_many_calls_are_refused_with_the_time_to_wait(sort: str) -> None:
    with served("--limit", "general=5/60") as address:
        async with client(sort, "P2sdkLimit00000", address) as do:
            # The licence was asked first, and counts.
            for _ in range(4):
                await do("permission.load_all")
            with pytest.raises(RateLimitException) as refused:
                await do("permission.load_all")
    assert refused.value.rate_limit_parameters == {"Retry-After": 60}
    assert str(refused.value.status_code) == "E130429"


@pytest.mark.parametrize("sort", ["sync", "async"])
async def test_a_wrong_key_is_refused(sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSTATE_EMULATOR_KEY", "KtheOnlyOne")
    with served() as address:
        async with client(sort, "P2sdkKey000000", address, key="Kanother") as do:
            with pytest.raises(AuthException) as refused:
                await do("permission.load_all")
    assert refused.value.status_code == 401
