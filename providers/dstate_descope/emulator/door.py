"""The emulator as the command line meets it: served, dumped, reset, called."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from descope_state.sdk.emulation import Call, Home, Json, Serving
from dstate_descope.emulator.api import answer
from dstate_descope.emulator.database import Database
from dstate_descope.emulator.faults import Faults, parse
from dstate_descope.emulator.limits import DOCUMENTED, Limits, bound
from dstate_descope.emulator.request import GOOD, Request
from dstate_descope.emulator.service import Service, Services
from dstate_descope.emulator.switches import QUESTIONS, Switches
from dstate_descope.emulator.world import World, fresh, head, load, read, save
from dstate_descope.naming import FILE, emulated_project


class DescopeEmulator:
    """The Descope that runs on a laptop."""

    def serve(self, serving: Serving, *, ready: Callable[[str], None]) -> None:
        """Serve any number of projects; each is made when its credentials first turn up."""
        from dstate_descope.emulator.server import serve  # noqa: PLC0415  # it loads uvicorn

        database = Database(Path(serving.database)) if serving.database else None
        bounds = {**DOCUMENTED, **dict(map(bound, serving.limits))}
        limits = Limits(bounds=bounds) if serving.limited else None
        faults = Faults(faults=tuple(map(parse, serving.faults)))
        switches = read_switches(serving.switches)
        seed = _seed(serving.seed)

        def make(project: str) -> Service:
            world = database.load(project) if database else None
            if world is None:
                world = _seeded(project, seed)
            world.tier, world.switches = serving.tier, switches
            return Service(
                world=world,
                monotonic=time.monotonic,
                limits=limits,
                faults=faults,
                lag=serving.lag,
                key=serving.key,
                keep=database.keep if database else lambda _world: None,
            )

        try:
            serve(Services(make=make), port=serving.port, ready=ready)
        finally:
            if database:
                database.close()

    def dump(self, home: Home) -> Json:
        """Give all that a project holds, in the form of its file."""
        world = _opened(home)
        return head(world) | {name: list(table.values()) for name, table in world.tables.items()}

    def reset(self, home: Home) -> None:
        """Make a project what it was when it was new."""
        _keep(home, fresh(_project(home)))

    def copy(self, home: Home, *, into: Home) -> None:
        """Give another home the same project as it is now."""
        _keep(into, _opened(home))

    def call(self, home: Home, call: Call) -> tuple[int, Json]:
        """Send one call, with credentials that are always right."""
        world = _opened(home)
        path, _, query = call.path.partition("?")
        pairs = (pair.partition("=") for pair in query.split("&") if pair)
        request = Request(
            method=call.method.upper(),
            path=path,
            query={name: value for name, _, value in pairs},
            body=call.body,
            authorization=f"Bearer {world.project_id}:Kemulator",
            actor=call.actor,
        )
        revision = world.revision
        response = answer(world, request)
        if world.revision != revision:
            _keep(home, world)
        return response.status, response.body

    def questions(self) -> dict[str, tuple[str, str]]:
        """Give each switch with its default and what it asks."""
        defaults = {name: json.dumps(value) for name, value in asdict(Switches()).items()}
        return {name: (defaults[name], QUESTIONS[name]) for name in QUESTIONS}


def read_switches(texts: tuple[str, ...]) -> Switches:
    """Read switches as they are written on the command line; ValueError says why one is none."""
    values: dict[str, Any] = {}
    kinds: dict[str, type[Any]] = {name: type(value) for name, value in asdict(Switches()).items()}
    for text in texts:
        name, _, value = text.partition("=")
        if name not in kinds:
            message = f"`{name}` is no switch; there are {', '.join(kinds)}"
            raise ValueError(message)
        if kinds[name] is bool and value not in ("true", "false"):
            message = f"`{name}` is either true or false, not `{value}`"
            raise ValueError(message)
        values[name] = value == "true" if kinds[name] is bool else kinds[name](value)
    return Switches(**values)


def _project(home: Home) -> str:
    folder = "" if home.database else home.folder
    known = emulated_project(home.environment, folder, remembered=home.remembered)
    return home.project_id or known


def _opened(home: Home) -> World:
    if home.database:
        with _database(home) as database:
            world = database.load(_project(home))
        return world or fresh(_project(home))
    file = Path(home.folder, FILE)
    return load(file) if file.exists() else fresh(_project(home))


def _keep(home: Home, world: World) -> None:
    if home.database:
        with _database(home) as database:
            database.load(world.project_id)
            database.keep(world)
        return
    save(world, Path(home.folder, FILE))


def _database(home: Home) -> closing[Database]:
    return closing(Database(Path(home.database)))


def _seed(path: str) -> Json:
    """Read what new projects are to hold: a dump, or a list of calls to make."""
    return json.loads(Path(path).read_text(encoding="utf-8")) if path else None


def _seeded(project: str, seed: Json) -> World:
    if isinstance(seed, dict):
        return read({**seed, "projectId": project})
    world = fresh(project)
    for number, call in enumerate(seed or [], 1):
        response = answer(
            world,
            Request(
                method=call.get("method", "POST"),
                path=call["path"],
                body=call.get("body"),
                authorization=f"Bearer {project}:Kseed",
                actor=call.get("actor", ""),
            ),
        )
        if response.status != GOOD:
            said = response.body.get("errorMessage", "")
            message = f"call {number} of the seed was answered {response.status}: {said}"
            raise ValueError(message)
    return world
