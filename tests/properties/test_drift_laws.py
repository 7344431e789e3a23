"""Laws of drift: an untouched project has none, however its lists come; looking has a price."""

import asyncio
import io
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from descope_state.app.drifting import Looked, Looking, look
from descope_state.app.planning import Reading
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening
from descope_state.cli.attendant import Attendant
from descope_state.cli.terminal import Terminal
from descope_state.core.telling import status_of
from descope_state.errors import Exit
from descope_state.model.finding import Sort
from descope_state.sdk.faults import Unauthorized
from descope_state.sdk.provider import Limit, Session, Target
from tests.support.effort import examples
from tests.support.provider import Call, FakeProvider, FakeSession, FakeWorld
from tests.support.remembered import KEY, LINEAGE, state_files
from tests.support.scenario import NOW
from tests.support.virtual_time import VirtualLoop

OBJECTS = 1_000
REPEATED = examples(4, 100, soak=1_000)
ENVIRONMENTS = ("test", "devtest", "dev", "staging", "prod")
SECONDS = 10.0


class Worlds(FakeProvider):
    """The fake provider with a world for each environment."""

    def __init__(self, worlds: dict[str, FakeWorld]) -> None:
        super().__init__(FakeWorld())
        self.worlds = worlds

    def connect(self, target: Target) -> AbstractAsyncContextManager[Session]:
        return self._served(target)

    @asynccontextmanager
    async def _served(self, target: Target) -> AsyncIterator[Session]:
        """Let a world with limits be on a host, whose limits all environments share."""
        world = self.worlds[target.environment]
        async with FakeProvider(world).connect(target) as session:
            assert isinstance(session, FakeSession)
            host = "https://fake.example" if world.limits else session.base_url
            yield replace(session, base_url=host)


def _surroundings(folder: Path, worlds: dict[str, FakeWorld], loop: VirtualLoop) -> Surroundings:
    return Surroundings(
        environ={"DSTATE_BUDGET_DIR": str(folder / "budget")},
        folder=folder,
        now=lambda: NOW,
        providers=lambda: {"fake": Worlds(worlds)},
        version="1",
        lineage=lambda: LINEAGE,
        key=lambda: KEY,
        run=loop.run_until_complete,
    )


def _stack(folder: Path, resources: dict[str, Any], *names: str) -> None:
    settings = {
        "dstate": 1,
        "name": "demo",
        "environments": {name: {"endpoint": "memory"} for name in names},
        "backend": {"path": "state"},
    }
    (folder / "dstate.yaml").write_text(json.dumps(settings))
    (folder / "all.yaml").write_text(json.dumps({"resources": resources}))


def _large(number: int) -> tuple[FakeWorld, dict[str, Any], list[dict[str, Any]]]:
    """Make a world of objects with sets, server-made and volatile fields, managed all of them."""
    world, entries = FakeWorld(), []
    resources: dict[str, dict[str, Any]] = {"label": {}, "group": {}, "site": {}, "document": {}}
    for one in range(number // 4):
        bodies: dict[str, dict[str, Any]] = {
            "label": {"name": f"L{one}", "description": "text"},
            "group": {"name": f"G{one}", "labels": [f"L{one}", "L0", "L1"]},
            "site": {"name": f"S{one}", "title": "t"},
            "document": {"name": f"D{one}", "content": {"a": [1, 2], "etag": 1}},
        }
        for kind, body in bodies.items():
            world.put(kind, f"{kind}-{one}", **body)
            resources[kind][f"n{one}"] = body
            entries.append({"address": f"{kind}.n{one}", "id": f"{kind}-{one}"})
    return world, resources, entries


def _look(folder: Path, worlds: dict[str, FakeWorld], loop: VirtualLoop) -> tuple[Looked, ...]:
    looking = Looking(opening=Opening(), every=True, reading=Reading())
    out = io.StringIO()
    surroundings = _surroundings(folder, worlds, loop)
    terminal = Terminal(surroundings=surroundings, out=out, err=out, width=80, colour=False)
    looked = look(surroundings, looking, watch=Attendant(terminal=terminal))
    assert out.getvalue() == "", "there was nothing to talk about"
    return looked


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


def test_an_untouched_project_of_a_thousand_objects_never_drifts(
    tmp_path: Path, loop: VirtualLoop
) -> None:
    world, resources, entries = _large(OBJECTS)
    _stack(tmp_path, resources, "test")
    state_files({"state": entries}, folder=tmp_path, world=world)
    for again in range(REPEATED):
        world.shuffled = again
        for number in range(OBJECTS // 4):
            world.change("site", f"site-{number}", version=again)
            world.change("document", f"document-{number}", content={"etag": again, "a": [1, 2]})
            labels = ["L0", "L1", f"L{number}"]
            world.change(
                "group", f"group-{number}", labels=labels[again % 3 :] + labels[: again % 3]
            )
        (looked,) = _look(tmp_path, {"test": world}, loop)
        assert looked.sighting.judgement.findings == ()
        assert status_of([looked.sighting], strict=True) is Exit.DONE
    world.change("document", "document-7", content={"etag": 0, "a": [2, 1]})
    (looked,) = _look(tmp_path, {"test": world}, loop)
    assert [one.subject for one in looked.sighting.judgement.findings] == ["document.n7"]


async def _slow(call: Call) -> object:
    await asyncio.sleep(SECONDS)
    return call.proceed()


def _five(folder: Path) -> dict[str, FakeWorld]:
    rows = [("label", "one"), ("label", "two"), ("page", "home"), ("page", "shop")]
    resources: dict[str, Any] = {"label": {}, "page": {}}
    worlds = {}
    for kind, name in rows:
        resources[kind][name] = {"name": name}
    _stack(folder, resources, *ENVIRONMENTS)
    for environment in ENVIRONMENTS:
        world = worlds[environment] = FakeWorld()
        for kind, name in rows:
            world.put(kind, f"{kind}-{name}", name=name)
        world.put("page", "stranger", name="stranger")
        entries = [{"address": f"{kind}.{name}", "id": f"{kind}-{name}"} for kind, name in rows]
        data = {"state": entries, "environment": environment}
        state_files(data, folder=folder, world=world)
        world.on = {(kind, "list"): _slow for kind in ("label", "page")}
    return worlds


def test_all_environments_are_read_at_once_and_each_list_once(
    tmp_path: Path, loop: VirtualLoop
) -> None:
    worlds = _five(tmp_path)
    began = loop.time()
    _look(tmp_path, worlds, loop)
    assert loop.time() - began == pytest.approx(SECONDS, abs=0.1)
    for world in worlds.values():
        assert world.calls == Counter(
            {("label", "list"): 1, ("page", "list"): 1, ("page", "read"): 2, ("account", "tier"): 1}
        )


def test_all_environments_share_the_limits_of_their_service(
    tmp_path: Path, loop: VirtualLoop
) -> None:
    worlds = _five(tmp_path)
    limits = [Limit(family=family, calls=4, seconds=60.0) for family in ("general", "content")]
    sent: dict[str, list[float]] = {"general": [], "content": []}

    def noting(call: Call) -> object:
        sent["content" if call.kind == "page" else "general"].append(loop.time())
        return call.proceed()

    for world in worlds.values():
        world.limits = tuple(limits)
        operations = [("label", "list"), ("page", "list"), ("page", "read"), ("account", "tier")]
        world.on = dict.fromkeys(operations, noting)
    _look(tmp_path, worlds, loop)
    assert [len(times) for times in sent.values()] == [2 * len(worlds), 3 * len(worlds)]
    for limit in limits:
        times = sent[limit.family]
        for began in times:
            assert sum(began <= at < began + limit.seconds for at in times) <= limit.calls
        assert times[-1] - times[0] < limit.seconds * (len(times) / limit.calls + 1)


def test_an_environment_that_cannot_be_read_hides_no_other(
    tmp_path: Path, loop: VirtualLoop
) -> None:
    worlds = _five(tmp_path)

    def refuse(_call: Call) -> object:
        message = "the service does not know this key"
        raise Unauthorized(message)

    worlds["dev"].on["label", "list"] = refuse
    worlds["prod"].change("label", "label-one", description="Theirs")
    worlds["staging"].drop("label", "label-two")
    looked = [one.sighting for one in _look(tmp_path, worlds, loop)]
    found = {one.environment: [f.sort for f in one.judgement.findings] for one in looked}
    stranger = [Sort.UNMANAGED]
    assert found == {
        "test": stranger,
        "devtest": stranger,
        "dev": [],
        "staging": [Sort.DELETED, *stranger],
        "prod": [Sort.CHANGED, *stranger],
    }
    assert [one.environment for one in looked if one.error is not None] == ["dev"]
    assert status_of(looked, strict=False) is Exit.CREDENTIALS
    others = [one for one in looked if one.error is None]
    assert status_of(others, strict=False) is Exit.CHANGES
    assert status_of(others[:2], strict=False) is Exit.DONE
    assert status_of(others[:2], strict=True) is Exit.CHANGES
