"""dstate on an emulated project in this process, where others change things as well, in time."""

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from descope_state.app.surroundings import Surroundings
from descope_state.cli.main import run
from descope_state.cli.terminal import Terminal
from descope_state.sdk.http import Answer, Endpoint, Settling
from descope_state.sdk.provider import Gate, Session, Target
from dstate_descope import Descope, wire
from dstate_descope.emulator.api import answer
from dstate_descope.emulator.request import GOOD, Request
from dstate_descope.emulator.world import World, fresh
from dstate_descope.plugin import _session
from tests.support.spoken import Said

Json: TypeAlias = Any

PROJECT = "P2fakeProjectId0000000000000"
KEY = "K2fakeManagementKey"
HOUR = 3_600
WIDE = 100


@dataclass(slots=True)
class Clock:
    """What time it is, for the service and for dstate."""

    seconds: int = 1_767_225_600

    def now(self) -> str:
        moment = datetime.fromtimestamp(self.seconds, UTC)
        return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


class _Open:
    @asynccontextmanager
    async def passing(self, family: str, *, reading: bool = False) -> AsyncIterator[None]:
        del family, reading
        yield


@dataclass(slots=True, kw_only=True)
class ActingTransport:
    """Sends calls to a world in somebody's name."""

    world: World
    gate: Gate
    actor: str

    async def send(
        self, endpoint: Endpoint, *, query: Mapping[str, str] | None = None, body: Json = None
    ) -> Json:
        async with self.gate.passing(endpoint.family, reading=endpoint.reading):
            request = Request(
                method=endpoint.method,
                path=endpoint.path,
                query=query or {},
                body=None if body is None else json.loads(json.dumps(body)),
                authorization=f"Bearer {PROJECT}:{KEY}",
                actor=self.actor,
            )
            response = answer(self.world, request)
        if response.status == GOOD:
            return response.body
        content = json.dumps(response.body).encode()
        settling = Settling(describe=wire.describe)
        raise settling.fault(endpoint, Answer(status=response.status, content=content))


def session_of(world: World, *, actor: str, gate: Gate | None = None) -> Session:
    """Open a connection to a world in somebody's name."""
    transport = ActingTransport(world=world, gate=gate or _Open(), actor=actor)
    return _session(
        transport, project_id=PROJECT, base_url="emulator", limits=(), lag=0, headers={}
    )


class EmulatedProvider(Descope):
    """Descope, whose every environment is one emulated world."""

    keyless: ClassVar[frozenset[str]] = frozenset({"emulator"})

    def __init__(self, world: World) -> None:
        self.world = world

    def connect(self, target: Target) -> AbstractAsyncContextManager[Session]:
        return self._connected(target)

    @asynccontextmanager
    async def _connected(self, target: Target) -> AsyncIterator[Session]:
        yield session_of(self.world, actor="dstate's key", gate=target.gate)


@dataclass(slots=True)
class Emulated:
    """A stack in a folder, and the world that it is about."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.world = fresh(PROJECT, lambda: self.clock.seconds)
        self.world.tier = 2

    def session(self, actor: str) -> Session:
        """Let somebody speak to the project."""
        return session_of(self.world, actor=actor)

    def stack(self, resources: Mapping[str, Any]) -> None:
        """Write the stack."""
        settings = {
            "dstate": 1,
            "name": "demo",
            "environments": {"local": {"endpoint": "emulator"}},
            "safety": {"max_deletes": 100, "max_delete_percent": 100},
        }
        (self.folder / "dstate.yaml").write_text(json.dumps(settings))
        (self.folder / "all.yaml").write_text(json.dumps({"resources": resources}))

    def later(self, seconds: int = HOUR) -> None:
        """Let time go by."""
        self.clock.seconds += seconds

    def said(self, *arguments: str) -> Said:
        """Run a command line."""
        out, err = io.StringIO(), io.StringIO()
        terminal = Terminal(
            surroundings=Surroundings(
                environ={},
                folder=self.folder,
                now=self.clock.now,
                providers=lambda: {"descope": EmulatedProvider(self.world)},
                version="1",
                lineage=lambda: "11111111-2222-4333-8444-555555555555",
                key=lambda: bytes(range(32)),
                wall=lambda: float(self.clock.seconds),
                run_id=lambda: f"run-{self.clock.seconds}",
            ),
            out=out,
            err=err,
            width=WIDE,
            colour=False,
        )
        status = run(list(arguments), terminal)
        return Said(status=int(status), out=out.getvalue(), err=err.getvalue())

    def found(self, *arguments: str) -> list[dict[str, Any]]:
        """Look for drift and give the findings."""
        came = self.said("drift", "--json", *arguments)
        (environment,) = json.loads(came.out)["environments"]
        assert environment["diagnostics"] == [], came.err
        findings: list[dict[str, Any]] = environment["findings"]
        return findings
