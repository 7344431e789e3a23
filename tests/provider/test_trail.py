"""Descope's audit trail in dstate's words: pages, kinds, verbs, and what is not understood."""

from typing import Any

import pytest

from descope_state.sdk.faults import Fault
from descope_state.sdk.provider import Trailed
from dstate_descope import trail
from dstate_descope.trail import understood
from tests.provider.connections import NOON, embedded, new_world, over_http
from tests.provider.emulation import good

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("action", "meant"),
    [
        ("RoleCreate", ("role", "create")),
        ("RoleCreated", ("role", "create")),
        ("role.deleted", ("role", "delete")),
        ("TenantUpdateDefaultRoles", ("tenant", "update")),
        ("TenantSettings", ("tenant_settings", "update")),
        ("AccessKeyDeactivated", ("access_key", "update")),
        ("AccesskeyDeactivate", ("access_key", "update")),
        ("SsoIdpAppOidcUpdate", ("sso_application", "update")),
        ("ThirdpartyAppDelete", ("inbound_application", "delete")),
        ("FlowImport", ("flow", "write")),
        ("UserCustomattributeDelete", ("user_attribute", "delete")),
        ("List", ("list", "create")),
        ("ListUpdate", ("list", "update")),
        ("PasswordSettings", ("password_settings", "update")),
        ("RolePondered", ("role", "")),
        ("LoginSucceed", ("", "")),
        ("", ("", "")),
    ],
)
def test_an_action_is_taken_apart(action: str, meant: tuple[str, str]) -> None:
    assert understood(action) == meant


async def test_all_pages_are_read_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "_PAGE", 3)
    world = new_world()
    for number in range(7):
        good(world, "POST /v1/mgmt/permission/create", {"name": f"p{number}"})
    log: list[dict[str, Any]] = []
    async with over_http(world, log) as session:
        assert isinstance(session, Trailed)
        deeds = await session.trail(0)
        late = await session.trail((NOON + 1) * 1000)
    assert [sorted(deed.subjects) for deed in deeds] == [[f"p{n}"] for n in reversed(range(7))]
    assert {(deed.kind, deed.verb, deed.at) for deed in deeds} == {
        ("permission", "create", NOON * 1000)
    }
    assert late == []
    assert [line["body"]["page"] for line in log] == [0, 1, 2, 0]
    assert {line["path"] for line in log} == {"/v1/mgmt/audit/search"}


async def test_a_batch_names_all_that_it_changed() -> None:
    world = new_world()
    roles = {"roles": [{"name": "a"}, {"name": "b"}]}
    good(world, "POST /v1/mgmt/role/create/batch", roles)
    good(world, "POST /v1/mgmt/role/delete/batch", {"roleNames": ["a"]})
    async with over_http(world) as session:
        assert isinstance(session, Trailed)
        deeds = await session.trail(0)
    assert {(deed.verb, deed.subjects) for deed in deeds} == {
        ("create", frozenset({"a", "b"})),
        ("delete", frozenset({"a"})),
    }


async def test_a_search_has_a_limit_of_its_own() -> None:
    async with embedded() as session:
        assert isinstance(session, Trailed)
        assert await session.trail(0) == []


@pytest.mark.parametrize("body", [{}, {"audits": 5}, {"audits": [{"occurred": "soon"}]}])
async def test_an_answer_that_makes_no_sense_is_a_fault(body: object) -> None:
    class Odd:
        async def send(self, *_: object, **__: object) -> object:
            return body

    with pytest.raises(Fault):
        await trail.deeds(Odd(), 0)
