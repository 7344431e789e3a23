"""Every kind of the provider, driven through its whole life on both roads to a service."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from descope_state.sdk.conformance import Sample, check
from descope_state.sdk.provider import Kind, Provider, Session
from dstate_descope import Descope
from dstate_descope.kinds.permission import Permission, PermissionKind
from dstate_descope.kinds.role import Role, RoleKind
from dstate_descope.kinds.tenant import Tenant, TenantKind
from tests.provider.connections import embedded, new_world, over_http

pytestmark = pytest.mark.anyio

SAMPLES: dict[str, list[Sample[Any]]] = {
    "permission": [
        Sample(
            made=Permission(name="reports.read"),
            changed=Permission(name="reports.view", description="Look at any report"),
        ),
    ],
    "role": [
        Sample(
            made=Role(name="Analyst", permissions=["docs.read", "User Admin"]),
            changed=Role(
                name="Reader",
                description="Reads",
                permissions=["docs.write", "docs.read"],
                default=True,
                private=True,
            ),
        ),
        Sample(
            made=Role(name="Analyst", tenant="acme", description="Reads", default=True),
            changed=Role(name="Auditor", tenant="acme", permissions=["docs.read"]),
        ),
    ],
    "tenant": [
        Sample(
            made=Tenant(name="Globex"),
            changed=Tenant(
                name="Globex Inc",
                self_provisioning_domains=["globex.example", "globex.test"],
                attributes={"plan": "gold", "seats": 5, "beta": True, "regions": ["eu", "us"]},
                disabled=True,
                enforce_sso=True,
                enforce_sso_exclusions=["U2x"],
                federated_application_ids=["descope-default-oidc"],
                role_inheritance="userOnly",
                default_roles=["Tenant Admin", "Editor"],
            ),
        ),
        Sample(
            made=Tenant(
                id="globex-labs",
                name="Globex Labs",
                parent="acme",
                self_provisioning_domains=["labs.example"],
                attributes={"plan": "gold"},
                disabled=True,
                enforce_sso=True,
                enforce_sso_exclusions=["U2x"],
                federated_application_ids=["descope-default-oidc"],
                role_inheritance="none",
                default_roles=["Editor"],
            ),
            changed=Tenant(id="globex-labs", name="Globex Works", parent="acme"),
        ),
    ],
}


@pytest.fixture(params=["embedded", "http"])
async def session(request: pytest.FixtureRequest) -> AsyncIterator[Session]:
    road = embedded() if request.param == "embedded" else over_http(new_world())
    async with road as opened:
        for name in ("docs.read", "docs.write"):
            await opened.kinds["permission"].create(Permission(name=name))
        await opened.kinds["role"].create(Role(name="Editor"))
        await opened.kinds["tenant"].create(Tenant(id="acme", name="Acme"))
        yield opened


@pytest.mark.parametrize("name", sorted(SAMPLES))
async def test_the_kind_keeps_the_contract(session: Session, name: str) -> None:
    assert await check(session.kinds[name], SAMPLES[name]) == ()


def test_no_kind_is_left_out() -> None:
    assert {kind.name for kind in Descope.kinds} == SAMPLES.keys()


def test_the_types_are_those_of_the_contract() -> None:
    """What mypy accepts here, it accepts in the engine; at run time only the names are there."""
    provider: Provider = Descope()
    kinds: list[type[Kind[Any]]] = [PermissionKind, RoleKind, TenantKind]
    assert isinstance(provider, Provider)
    assert tuple(kinds) == provider.kinds
