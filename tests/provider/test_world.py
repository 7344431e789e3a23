"""The file of an emulated project: when it is written, how, and what is made of a broken one."""

import stat
from pathlib import Path

import pytest

from descope_state.sdk.faults import Fault, Indeterminate, Rejected
from dstate_descope import Descope
from dstate_descope.emulator.switches import Switches
from dstate_descope.emulator.world import fresh, load, save
from dstate_descope.kinds.permission import Permission
from dstate_descope.kinds.role import Role
from dstate_descope.kinds.tenant import Tenant
from tests.provider.connections import PROJECT, call, embedded, new_world, target

pytestmark = pytest.mark.anyio


def held(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_looking_writes_nothing(tmp_path: Path) -> None:
    async with embedded(tmp_path) as session:
        await session.tier()
        for kind in session.kinds.values():
            assert await kind.find("nothing") is None
        with pytest.raises(Fault):
            await session.kinds["role"].create(Role(name="r", permissions=["no such"]))
    assert held(tmp_path) == []


async def test_a_change_is_there_in_the_next_session(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "local"
    async with embedded(folder) as session:
        made = await session.kinds["tenant"].create(Tenant(name="Acme"))
    async with embedded(folder) as session:
        assert await session.kinds["tenant"].read(made.id) == made
    assert held(folder) == ["emulator.json"]
    assert stat.S_IMODE((folder / "emulator.json").stat().st_mode) == 0o600


async def test_two_sessions_see_each_other(tmp_path: Path) -> None:
    async with embedded(tmp_path) as first, embedded(tmp_path) as second:
        await first.kinds["permission"].create(Permission(name="a"))
        await second.kinds["permission"].create(Permission(name="b"))
        names = {row.config.name async for row in first.kinds["permission"].list()}
        assert {"a", "b"} <= names


async def test_a_broken_file_is_refused_and_kept(tmp_path: Path) -> None:
    for content in ("", "[]", "{}", '{"format": 2}', '{"format": 1, "permissions": [7]}', "\x00"):
        file = tmp_path / "emulator.json"
        file.write_text(content)
        async with embedded(tmp_path) as session:
            with pytest.raises(Rejected, match="not the file of an emulated project"):
                await session.kinds["role"].find("x")
        assert file.read_text() == content


async def test_the_file_of_another_project_is_refused(tmp_path: Path) -> None:
    save(new_world(), tmp_path / "emulator.json")
    pinned = target(folder=str(tmp_path), project_id="P2anotherProject")
    async with Descope().connect(pinned) as session:
        with pytest.raises(Rejected, match=PROJECT):
            await session.kinds["role"].find("x")


async def test_a_file_that_cannot_be_written_is_an_open_question(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("in the way")
    async with embedded(tmp_path / "folder" / "inner") as session:
        with pytest.raises(Indeterminate, match="could not be kept"):
            await session.kinds["role"].create(Role(name="r"))


def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    world = new_world()
    world.tier = 3
    world.switches = Switches(declared_tenant_attributes="plan")
    assert call(world, "POST /v1/mgmt/tenant/create", {"name": "Acme"}).status == 200
    file = tmp_path / "world.json"
    save(world, file)
    save(world, file)
    assert load(file, world.clock) == world


def test_a_fresh_project_does_not_depend_on_the_hour() -> None:
    early, late = fresh(PROJECT, lambda: 1), fresh(PROJECT, lambda: 2)
    assert early.kept() == late.kept()


def test_a_duplicate_is_a_rejection_not_a_conflict() -> None:
    """The real service answers 400 here; nothing may come to rely on 409."""
    response = call(new_world(), "POST /v1/mgmt/permission/create", {"name": "User Admin"})
    assert response.status == 400
