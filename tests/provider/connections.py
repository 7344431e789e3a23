"""Ways to reach an emulated project in a test: in process, or over HTTP that respx answers."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import respx

from descope_state.sdk.provider import Session, Target
from dstate_descope import Descope
from dstate_descope.emulator.api import answer
from dstate_descope.emulator.embedded import EmbeddedTransport
from dstate_descope.emulator.request import Request, Response
from dstate_descope.emulator.world import World, fresh
from dstate_descope.plugin import DescopeSession

Json = Any
PROJECT = "P2fakeProjectId0000000000000"
KEY = "K2fakeManagementKey"
CREDENTIALS = f"Bearer {PROJECT}:{KEY}"
NOON = 1_760_000_000


@dataclass(slots=True)
class CountingGate:
    """Lets everything through and remembers what it was."""

    families: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def passing(self, family: str, *, reading: bool = False) -> AsyncIterator[None]:
        del reading
        self.families.append(family)
        yield


def new_world() -> World:
    return fresh(PROJECT, lambda: NOON)


def call(world: World, line: str, body: object = None, **query: str) -> Response:
    """Send `METHOD /path` to the emulator as the project's own key."""
    method, path = line.split()
    return answer(
        world,
        Request(method=method, path=path, query=query, body=body, authorization=CREDENTIALS),
    )


def target(**changes: Json) -> Target:
    plain: dict[str, Any] = {
        "environment": "local",
        "endpoint": "emulator",
        "project_id": "",
        "key": "",
        "folder": None,
        "gate": CountingGate(),
    }
    return Target(**{**plain, **changes})


@asynccontextmanager
async def embedded(folder: Path | None = None, tier: int = 1) -> AsyncIterator[Session]:
    reached = target(folder=None if folder is None else str(folder))
    async with Descope().connect(reached) as session:
        assert isinstance(session, DescopeSession)
        assert isinstance(session.transport, EmbeddedTransport)
        if tier > 1:
            session.transport.world().tier = tier
        yield session


def served_by(world: World, log: list[dict[str, Any]]) -> Callable[[httpx.Request], httpx.Response]:
    """Answer HTTP requests from an emulated world, and write them down."""

    def serve(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        line = {"method": request.method, "path": request.url.path}
        query = dict(request.url.params)
        said = {"query": query, "body": body}
        log.append({**line, **{name: value for name, value in said.items() if value}})
        response = answer(
            world,
            Request(**line, query=query, body=body, authorization=request.headers["authorization"]),
        )
        return httpx.Response(response.status, json=response.body)

    return serve


@asynccontextmanager
async def over_http(
    world: World, log: list[dict[str, Any]] | None = None
) -> AsyncIterator[Session]:
    reached = target(endpoint="", project_id=PROJECT, key=KEY)
    with respx.mock(base_url="https://api.descope.com") as router:
        router.route().mock(side_effect=served_by(world, [] if log is None else log))
        async with Descope().connect(reached) as session:
            yield session
