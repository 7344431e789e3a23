"""Every kind of the provider, driven through its whole life on both roads to a service."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from descope_state.sdk.conformance import check
from descope_state.sdk.provider import Kind, Provider, Session
from dstate_descope import Descope
from dstate_descope.kinds.flow import FlowKind
from dstate_descope.kinds.password_settings import PasswordSettingsKind
from dstate_descope.kinds.permission import Permission, PermissionKind
from dstate_descope.kinds.project import ProjectKind
from dstate_descope.kinds.role import Role
from dstate_descope.kinds.tenant import Tenant
from tests.provider.connections import embedded, new_world, over_http
from tests.provider.kind_samples import SAMPLES

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["embedded", "http"])
async def session(request: pytest.FixtureRequest) -> AsyncIterator[Session]:
    world = new_world()
    world.tier = 2
    road = embedded(tier=2) if request.param == "embedded" else over_http(world)
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
    kinds: list[type[Kind[Any]]] = [PermissionKind, FlowKind, PasswordSettingsKind, ProjectKind]
    assert isinstance(provider, Provider)
    assert set(kinds) <= set(provider.kinds)
