"""A plan over the fake provider in a process of its own: what `benchmarks` measures from outside.

`plan FOLDER N` is the whole command, `map FOLDER N` the same for one block over a map; `world N` is
what of that the fake itself costs: making its objects and listing them.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.fake_stack import Objects, customers, objects
from tests.support.provider import KINDS, FakeProvider, FakeWorld, OpenGate


def world(held: Objects) -> FakeWorld:
    """Make the service's world."""
    return FakeWorld(objects=held, trusted=True)


def plan(root: Path, held: Objects, *, arguments: list[str]) -> int:
    """Plan as the installed command does, but for the provider."""
    from descope_state.__main__ import unhurried_collector  # noqa: PLC0415  # not of `world`
    from descope_state.app.surroundings import Surroundings  # noqa: PLC0415  # as above
    from descope_state.cli.main import run  # noqa: PLC0415  # as above
    from descope_state.cli.terminal import Terminal  # noqa: PLC0415  # as above
    from descope_state.version import __version__  # noqa: PLC0415  # as above

    unhurried_collector()
    surroundings = Surroundings(
        environ={},
        folder=root,
        now=lambda: "2026-01-01T00:00:00Z",
        providers=lambda: {"fake": FakeProvider(world(held))},
        version=__version__,
        lineage=lambda: "large",
        key=lambda: bytes(32),
    )
    terminal = Terminal(
        surroundings=surroundings, out=sys.stdout, err=sys.stderr, width=100, colour=False
    )
    return run(["plan", "-detailed-exitcode", *arguments], terminal)


async def _listed(made: FakeWorld) -> int:
    gate = OpenGate()
    total = 0
    for kind in KINDS:
        async for _ in kind(made, gate).list():
            total += 1
    return total


def main(arguments: list[str]) -> int:
    """Run one of the verbs."""
    verb, *rest = arguments
    verbs: Mapping[str, Callable[[], int | None]] = {
        "plan": lambda: plan(Path(rest[0]), objects(int(rest[1])), arguments=rest[2:]),
        "map": lambda: plan(Path(rest[0]), customers(int(rest[1])), arguments=rest[2:]),
        "world": lambda: asyncio.run(_listed(world(objects(int(rest[0]))))) and None,
    }
    return verbs[verb]() or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
