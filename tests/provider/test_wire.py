"""What the provider sends, word for word, and what it makes of answers that lie."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import respx

from descope_state.sdk.faults import Conflict, Fault, Indeterminate, Rejected, Unavailable
from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote, Session
from dstate_descope import Descope, wire
from dstate_descope.emulator.api import ROUTES, reads
from dstate_descope.emulator.request import Request
from dstate_descope.kinds.permission import Permission
from dstate_descope.kinds.role import Role
from dstate_descope.kinds.tenant import Tenant
from tests.provider.connections import KEY, PROJECT, new_world, over_http, target

pytestmark = pytest.mark.anyio

Story = Callable[[Session], Awaitable[None]]
HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "samples/recorded-requests.json").read_text())
ENDPOINTS = {name: value for name, value in vars(wire).items() if isinstance(value, Endpoint)}


async def _permissions(session: Session) -> None:
    kind = session.kinds["permission"]
    made = await kind.create(Permission(name="doc.read", description="Read documents"))
    changed = Permission(name="doc.view", description="View")
    await kind.update(made, changed, frozenset({"name", "description"}))
    await kind.delete(made)


async def _roles(session: Session) -> None:
    kind = session.kinds["role"]
    full = Role(
        name="editor", description="Edits", permissions=["User Admin"], tenant="acme", private=True
    )
    await session.kinds["tenant"].create(Tenant(id="acme", name="Acme"))
    made = await kind.create(full)
    await kind.update(made, made.config.model_copy(update={"name": "e2"}), frozenset({"name"}))
    await kind.read(made.id)
    await kind.delete(made)
    plain = await kind.create(Role(name="viewer"))
    await kind.delete(plain)


async def _tenants(session: Session) -> None:
    kind = session.kinds["tenant"]
    made = await kind.create(
        Tenant(
            id="acme",
            name="Acme",
            self_provisioning_domains=["acme.example"],
            attributes={"plan": "gold"},
            enforce_sso_exclusions=["U2x"],
            default_roles=["Tenant Admin"],
        )
    )
    renamed = made.config.model_copy(update={"name": "Acme Inc"})
    await kind.update(made, renamed, frozenset({"name"}))
    without = renamed.model_copy(update={"default_roles": []})
    await kind.update(made, without, frozenset({"default_roles"}))
    await kind.find("Acme Inc")
    child = await kind.create(Tenant(name="Child", parent="acme"))
    await kind.delete(child)
    await kind.delete(made)


async def _listing(session: Session) -> None:
    await session.tier()
    for kind in session.kinds.values():
        _ = [row async for row in kind.list()]


@pytest.mark.parametrize(
    ("name", "story"),
    [
        ("permissions", _permissions),
        ("roles", _roles),
        ("tenants", _tenants),
        ("listing", _listing),
    ],
)
async def test_the_requests_are_the_golden_ones(name: str, story: Story) -> None:
    log: list[dict[str, Any]] = []
    async with over_http(new_world(), log) as session:
        await story(session)
    lines = "".join(json.dumps(entry, sort_keys=True) + "\n" for entry in log)
    golden = HERE / "golden" / f"{name}.jsonl"
    assert lines == golden.read_text()


# The Go SDK, the command line and the Terraform provider use these; nobody has recorded them.
IN_OTHERS = {
    ("POST", "/v2/mgmt/flow/export"),
    ("POST", "/v2/mgmt/flow/import"),
    ("POST", "/v2/mgmt/theme/export"),
    ("POST", "/v2/mgmt/theme/import"),
    ("POST", "/v2/mgmt/user/search"),
    ("POST", "/v1/mgmt/sso/idp/app/wsfed/update"),
}


def test_every_endpoint_is_one_that_the_sdks_use() -> None:
    known = {(row["method"], row["path"]) for row in RECORDED} | IN_OTHERS
    assert {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS.values()} <= known


def test_every_endpoint_is_emulated_and_reads_are_told_from_writes() -> None:
    world = new_world()
    for endpoint in ENDPOINTS.values():
        assert (endpoint.method, endpoint.path) in ROUTES
        request = Request(method=endpoint.method, path=endpoint.path)
        assert endpoint.reading == reads(request), endpoint
    assert world.revision == 0


async def test_headers_carry_the_credentials_and_later_the_licence() -> None:
    with respx.mock(base_url="https://api.descope.com") as router:
        route = router.get("/v1/mgmt/license").respond(json={"rateLimitTier": "tier2"})
        reached = target(endpoint="descope", project_id=PROJECT, key=KEY)
        async with Descope().connect(reached) as session:
            await session.tier()
            await session.tier()
    first, second = (call.request.headers for call in route.calls)
    assert first["authorization"] == f"Bearer {PROJECT}:{KEY}"
    assert first["x-descope-project-id"] == PROJECT
    assert "x-descope-license" not in first
    assert second["x-descope-license"] == "tier2"


LIST = "/v1/mgmt/role/all"
CREATE = "/v1/mgmt/role/create"
ROLE = {"id": "ROL1", "name": "x"}


async def _outcome(path: str, body: object, verb: str, status: int = 200) -> Fault | object:
    """Do one thing with roles while one path gives a prepared answer."""
    with respx.mock(base_url="https://api.descope.com", assert_all_called=False) as router:
        router.route(path=path).respond(status, json=body)
        if path != LIST:
            router.route(path=LIST).respond(json={"roles": []})
        reached = target(endpoint="", project_id=PROJECT, key=KEY)
        async with Descope().connect(reached) as session:
            kind = session.kinds["role"]
            try:
                match verb:
                    case "list":
                        return [row async for row in kind.list()]
                    case "find":
                        return await kind.find("a/b")
                    case "create":
                        return await kind.create(Role(name="x"))
                    case _:
                        remote = Remote(id="ROL1", config=Role(name="x"))
                        await kind.delete(remote)
                        return None
            except Fault as fault:
                return fault


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"roles": None},
        {"roles": [7]},
        {"roles": [{"name": "no id"}]},
        {"roles": [{**ROLE, "name": 7}]},
        {"roles": [{**ROLE, "default": "yes"}]},
        {"roles": [{**ROLE, "permissionNames": "User Admin"}]},
        {"roles": [{**ROLE, "permissionNames": [1]}]},
        {"roles": [{**ROLE, "createdTime": "noon"}]},
        {"roles": [{**ROLE, "createdTime": True}]},
    ],
)
async def test_a_list_that_makes_no_sense_is_not_an_empty_list(body: object) -> None:
    fault = await _outcome(LIST, body, "list")
    assert isinstance(fault, Unavailable)
    assert "GET /v1/mgmt/role/all" in fault.message


async def test_absent_and_null_fields_are_zero_and_large_numbers_may_be_strings() -> None:
    row = {**ROLE, "permissionNames": None, "createdTime": "1760000000", "newField": 1}
    listed = await _outcome(LIST, {"roles": [row]}, "list")
    config = Role(id="ROL1", name="x", created_time=1_760_000_000)
    assert listed == [Remote(id="ROL1", config=config)]


async def test_the_same_object_twice_is_one_object() -> None:
    listed = await _outcome(LIST, {"roles": [ROLE, {**ROLE, "description": "new"}]}, "list")
    assert listed == [Remote(id="ROL1", config=Role(id="ROL1", name="x", description="new"))]


async def test_two_objects_with_one_identity_are_not_guessed_between() -> None:
    rows = [{"id": "ROL1", "name": "a/b"}, {"id": "ROL2", "name": "b", "tenantId": "a"}]
    fault = await _outcome(LIST, {"roles": rows}, "find")
    assert isinstance(fault, Conflict)
    assert "`ROL1`, `ROL2`" in fault.message


async def test_a_creation_that_was_answered_with_nonsense_is_an_open_question() -> None:
    fault = await _outcome(CREATE, {"id": 7}, "create")
    assert isinstance(fault, Indeterminate)


async def test_a_creation_that_was_answered_with_nothing_is_looked_up() -> None:
    fault = await _outcome(CREATE, {}, "create")
    assert isinstance(fault, Indeterminate)
    assert "cannot be read yet" in fault.message


async def test_deleting_what_is_gone_is_a_success_only_in_the_services_own_words() -> None:
    gone = {"errorCode": "E404000", "errorMessage": "gone"}
    assert await _outcome("/v1/mgmt/role/delete", gone, "delete", 404) is None
    fault = await _outcome("/v1/mgmt/role/delete", {"code": 5}, "delete", 404)
    assert isinstance(fault, Rejected)


class TestTenantSteps:
    """A tenant takes several calls; a later one that fails must not say that nothing happened."""

    async def _create(self, failing: str, status: int) -> Remote[Tenant] | Fault:
        error = {"errorCode": "E1", "errorMessage": "no"}
        with respx.mock(base_url="https://api.descope.com", assert_all_called=False) as router:
            router.route(path=failing).respond(status, json=error)
            router.post("/v1/mgmt/tenant/create").respond(json={"id": "T1"})
            router.post("/v1/mgmt/tenant/updateDefaultRoles").respond(json={})
            router.get("/v1/mgmt/tenant").respond(json={"id": "T1", "name": "x"})
            reached = target(endpoint="", project_id=PROJECT, key=KEY)
            async with Descope().connect(reached) as session:
                config = Tenant(name="x", default_roles=["r"])
                try:
                    made: Remote[Tenant] = await session.kinds["tenant"].create(config)
                except Fault as fault:
                    return fault
                return made

    @pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
    async def test_default_roles_that_fail(self, status: int) -> None:
        fault = await self._create("/v1/mgmt/tenant/updateDefaultRoles", status)
        assert isinstance(fault, Indeterminate)
        assert "`T1`" in fault.message

    async def test_a_first_step_that_fails_is_what_it_is(self) -> None:
        assert isinstance(await self._create("/v1/mgmt/tenant/create", 400), Rejected)

    async def test_a_read_that_lags_leaves_what_was_sent(self) -> None:
        made = await self._create("/v1/mgmt/tenant", 404)
        assert made == Remote(id="T1", config=Tenant(id="T1", name="x", default_roles=["r"]))


async def test_an_unknown_way_of_inheriting_is_said_rather_than_guessed() -> None:
    tenant = {"id": "T1", "name": "x", "roleInheritance": "sideways"}
    with respx.mock(base_url="https://api.descope.com") as router:
        router.get("/v1/mgmt/tenant/all").respond(json={"tenants": [tenant]})
        reached = target(endpoint="", project_id=PROJECT, key=KEY)
        async with Descope().connect(reached) as session:
            with pytest.raises(Unavailable, match="roleInheritance"):
                assert [row async for row in session.kinds["tenant"].list()] == []


async def test_a_permission_that_cannot_be_read_yet_is_an_open_question() -> None:
    with respx.mock(base_url="https://api.descope.com") as router:
        router.post("/v1/mgmt/permission/create").respond(json={})
        router.get("/v1/mgmt/permission/all").respond(json={"permissions": []})
        reached = target(endpoint="", project_id=PROJECT, key=KEY)
        async with Descope().connect(reached) as session:
            with pytest.raises(Indeterminate, match="cannot be read yet"):
                await session.kinds["permission"].create(Permission(name="p"))


@pytest.mark.parametrize(
    ("changed", "kind"),
    [({"default_roles"}, Rejected), ({"default_roles", "name"}, Indeterminate)],
)
async def test_an_update_is_final_only_while_nothing_was_written(
    changed: set[str], kind: type[Fault]
) -> None:
    world = new_world()
    async with over_http(world) as session:
        tenants = session.kinds["tenant"]
        made = await tenants.create(Tenant(id="acme", name="Acme"))
        wanted = made.config.model_copy(update={"name": "New", "default_roles": ["nobody"]})
        with pytest.raises(Fault) as caught:
            await tenants.update(made, wanted, frozenset(changed))
    assert type(caught.value) is kind
    assert (world.tenants["acme"]["name"] == "New") is ("name" in changed)
