"""Reading a project: one list per kind, single reads only where a list is partial."""

import asyncio
from collections.abc import Mapping

import pytest

from descope_state.core.observation import Observation
from descope_state.runtime.gate import Gate
from descope_state.runtime.refresh import refresh
from descope_state.sdk.faults import Unavailable
from descope_state.sdk.provider import Limit, Target, Tier
from tests.support.pipeline import CATALOG
from tests.support.provider import Call, FakeProvider, FakeWorld
from tests.support.virtual_time import run


def seen(
    world: FakeWorld,
    kinds: set[str],
    managed: Mapping[str, set[str]] | None = None,
    *,
    parallelism: int = 10,
) -> Observation:
    async def look() -> Observation:
        gate = Gate()
        target = Target(
            environment="dev", endpoint="memory", project_id="", key="", folder=None, gate=gate
        )
        async with FakeProvider(world).connect(target) as session:
            return await refresh(
                session,
                kinds=kinds,
                managed=managed or {},
                catalog=CATALOG,
                gate=gate,
                parallelism=parallelism,
            )

    return run(look())


def test_every_kind_in_play_is_listed_once_and_no_other() -> None:
    world = FakeWorld()
    world.put("label", "L1", name="a")
    world.put("group", "G1", name="g")
    found = seen(world, {"label", "site"})
    assert set(found.live) == {"label", "site"}
    assert set(found.live["label"]) == {"L1"}
    assert sorted(world.requests) == ["list label", "list site", "tier account"]
    assert found.calls == 3


def test_of_a_partial_list_only_what_is_managed_is_read_whole() -> None:
    world = FakeWorld()
    for number in range(3):
        world.put("page", f"P{number}", name=f"p{number}", body=f"body {number}")
    found = seen(world, {"page"}, {"page": {"P0", "P2", "gone"}})
    assert sorted(one for one in world.requests if one.startswith("read")) == [
        "read page P0",
        "read page P2",
    ]
    bodies = {id_: live.attributes["body"] for id_, live in found.live["page"].items()}
    assert bodies == {"P0": "body 0", "P1": "", "P2": "body 2"}


def test_what_goes_between_the_list_and_the_read_is_gone() -> None:
    world = FakeWorld()
    world.put("page", "P0", name="p0")
    world.on["page", "read"] = lambda _call: None
    assert seen(world, {"page"}, {"page": {"P0"}}).live["page"] == {}


def test_what_the_account_allows_comes_along() -> None:
    limits = (Limit(family="general", calls=5, seconds=1),)
    world = FakeWorld(tier=Tier.PRO, limits=limits, baseline={"label": frozenset({"a"})})
    found = seen(world, set())
    assert (found.tier, found.limits, found.baseline) == (2, limits, world.baseline)
    assert (found.project_id, found.base_url, found.refreshed) == ("Pfake", "memory", True)


@pytest.mark.parametrize("parallelism", [1, 2])
def test_no_more_reads_go_side_by_side_than_asked_for(parallelism: int) -> None:
    world = FakeWorld()
    running = most = 0

    async def slow(call: Call) -> object:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(5):
            await asyncio.sleep(0)
        running -= 1
        return call.proceed()

    for number in range(6):
        world.put("page", f"P{number}", name=f"p{number}")
    world.on["page", "read"] = slow
    world.on["label", "list"] = slow
    world.on["group", "list"] = slow
    everything = {f"P{number}" for number in range(6)}
    seen(world, {"page", "label", "group"}, {"page": everything}, parallelism=parallelism)
    assert most == parallelism


def test_one_kind_that_cannot_be_read_means_that_nothing_is_known() -> None:
    world = FakeWorld()
    world.put("label", "L1", name="a")

    def fail(_call: Call) -> object:
        message = "503"
        raise Unavailable(message)

    world.on["site", "list"] = fail
    with pytest.raises(Unavailable, match="503"):
        seen(world, {"label", "site"})
