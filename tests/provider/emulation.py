"""Calls to the emulator that are expected to succeed, or to be refused without a trace."""

from typing import Any

from dstate_descope.emulator.world import World
from tests.provider.connections import call

Json = Any


def rows(world: World, table: str) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in getattr(world, table).values()}


def good(world: World, line: str, body: object = None, **query: str) -> Json:
    response = call(world, line, body, **query)
    assert response.status == 200, response.body
    return response.body


def refused(world: World, line: str, body: object = None) -> tuple[int, str, str]:
    before = (world.revision, world.kept())
    response = call(world, line, body)
    assert (world.revision, world.kept()) == before, "a refused call changed something"
    return response.status, response.body["errorCode"], response.body["errorMessage"]
