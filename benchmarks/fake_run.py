"""A plan over the fake provider in a process of its own: what `benchmarks` measures from outside.

`plan FOLDER N` is the whole command, `map FOLDER N` the same for one block over a map; `world N` is
what of that the fake itself costs: making its objects and listing them. `apply FOLDER N`,
`destroy FOLDER N` and `latent FOLDER N` apply to a copy of the folder; the last over a service that
takes 80 ms for each call.
"""

import asyncio
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from benchmarks.fake_stack import Objects, customers, objects
from descope_state.store.disk import DISK, Disk
from descope_state.store.system import REAL, System
from tests.support.provider import KINDS, Call, FakeProvider, FakeWorld, OpenGate, Override


def world(held: Objects) -> FakeWorld:
    """Make the service's world."""
    return FakeWorld(objects=held, trusted=True)


def plan(root: Path, held: Objects, *, arguments: list[str]) -> int:
    """Plan as the installed command does, but for the provider."""
    return command(root, world(held), arguments=["plan", "-detailed-exitcode", *arguments])


def applied(root: Path, held: Objects, *, verb: str, latency: float = 0.0) -> int:
    """Apply or destroy in a copy of a folder, and print what it took beside CPU time."""
    made = world(held)
    if latency:
        for kind in KINDS:
            made.on[kind.name, "create"] = _late(latency)
            made.on[kind.name, "create_many"] = _late(latency)
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "stack"
        shutil.copytree(root, copy)
        begun = time.monotonic()
        status = command(copy, made, arguments=[verb, "-auto-approve"])
        sys.stderr.write(f"wall {time.monotonic() - begun:.3f}\n")
    return status


class _Counting:
    """Counts what is written and made durable, and how much of it is the journal's."""

    def __init__(self) -> None:
        self.bytes = self.journal = self.fsyncs = 0
        self._journals: set[int] = set()

    def __getattr__(self, name: str) -> object:
        return getattr(REAL, name)

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        handle = REAL.open(path, flags, mode)
        (self._journals.add if path.name == "journal.jsonl" else self._journals.discard)(handle)
        return handle

    def write(self, handle: int, data: bytes) -> int:
        self.bytes += len(data)
        self.journal += len(data) if handle in self._journals else 0
        return REAL.write(handle, data)

    def fsync(self, handle: int) -> None:
        self.fsyncs += 1
        REAL.fsync(handle)


def counted(root: Path) -> int:
    """Apply, and print what was written under the state's folder."""
    counting = _Counting()
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "stack"
        shutil.copytree(root, copy)
        disk = Disk(system=cast("System", counting))
        status = command(copy, world({}), arguments=["apply", "-auto-approve"], disk=disk)
    sys.stderr.write(
        f"bytes {counting.bytes} journal {counting.journal} fsyncs {counting.fsyncs}\n"
    )
    return status


def _late(seconds: float) -> Override:
    async def late(call: Call) -> object:
        await asyncio.sleep(seconds)
        return call.proceed()

    return late


def command(root: Path, made: FakeWorld, *, arguments: list[str], disk: Disk = DISK) -> int:
    """Run a command line as the installed command does, but for the provider."""
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
        providers=lambda: {"fake": FakeProvider(made)},
        version=__version__,
        lineage=lambda: "large",
        key=lambda: bytes(32),
        disk=disk,
    )
    terminal = Terminal(
        surroundings=surroundings, out=sys.stdout, err=sys.stderr, width=100, colour=False
    )
    return run(arguments, terminal)


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
        "apply": lambda: applied(Path(rest[0]), objects(int(rest[1])), verb="apply"),
        "fresh": lambda: applied(Path(rest[0]), {}, verb="apply"),
        "destroy": lambda: applied(Path(rest[0]), objects(int(rest[1])), verb="destroy"),
        "grown": lambda: plan(Path(rest[0]), objects(int(rest[1])), arguments=[]) and None,
        "counted": lambda: counted(Path(rest[0])),
        "latent": lambda: applied(Path(rest[0]), {}, verb="apply", latency=0.08),
        "world": lambda: asyncio.run(_listed(world(objects(int(rest[0]))))) and None,
    }
    return verbs[verb]() or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
