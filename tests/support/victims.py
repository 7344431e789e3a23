"""Real processes that run the real command and are struck down: at a boundary, or at any instant.

Each is forked from a process that has loaded everything, works on real files, and speaks to the
embedded emulator, whose world is a file and so outlives the process.
"""

import io
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from descope_state.app.registry import installed
from descope_state.app.surroundings import Surroundings
from descope_state.cli.main import run
from descope_state.cli.terminal import Terminal
from descope_state.model.codec import decode_state
from descope_state.model.state import problems
from descope_state.store.disk import Disk
from descope_state.store.system import REAL, System
from descope_state.version import __version__
from dstate_descope.emulator import embedded

SYSTEM_CALLS = frozenset({"open", "write", "fsync", "replace", "link", "unlink", "mkdir"})
APPLY = ("apply", "-auto-approve")
Boundary = Callable[[str], None]


class WatchedSystem:
    """The real system, with a look at every call that matters before it is made."""

    def __init__(self, boundary: Boundary) -> None:
        self._boundary = boundary

    def __getattr__(self, name: str) -> Callable[..., object]:
        call: Callable[..., object] = getattr(REAL, name)
        if name not in SYSTEM_CALLS:
            return call

        def watched(*arguments: object) -> object:
            self._boundary(name)
            return call(*arguments)

        return watched


@dataclass(slots=True)
class KillAt:
    """Kills the process at its n-th boundary."""

    number: int
    seen: int = 0

    def __call__(self, name: str) -> None:
        del name
        self.seen += 1
        if self.seen == self.number:
            os.kill(os.getpid(), signal.SIGKILL)


def stack(folder: Path, *, permissions: int, roles: int = 0, tenants: int = 0) -> None:
    """Write a stack of so many resources for the embedded emulator."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["dstate: 1", "name: victims", "environments: {local: {endpoint: emulator}}"]
    lines += ["safety: {max_deletes: 1000, max_delete_percent: 100}", "backend: {path: state}"]
    (folder / "dstate.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = ["resources:", "  permission:"]
    rows += [f"    p{number}: {{name: perm.{number}}}" for number in range(permissions)]
    if roles:
        rows.append("  role:")
        rows += [
            f"    r{number}: {{name: Role {number},"
            f' permissions: ["${{permission.p{number % permissions}.name}}"]}}'
            for number in range(roles)
        ]
    if tenants:
        rows.append("  tenant:")
        rows += [f"    t{number}: {{name: Victim {number}}}" for number in range(tenants)]
    (folder / "stack.yaml").write_text("\n".join(rows) + "\n", encoding="utf-8")


def terminal_in(folder: Path, *, disk: Disk) -> tuple[Terminal, io.StringIO]:
    """Give a terminal in a folder, and what it will have said."""
    out = io.StringIO()
    terminal = Terminal(
        surroundings=Surroundings(
            environ={},
            folder=folder,
            now=lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            providers=installed,
            version=__version__,
            lineage=lambda: "L",
            key=lambda: bytes(32),
            disk=disk,
        ),
        out=out,
        err=out,
        width=100,
        colour=False,
    )
    return terminal, out


def dstate(folder: Path, *arguments: str, boundary: Boundary | None = None) -> tuple[int, str]:
    """Run a command line in this process; gives its status and all it said."""
    watched = cast("System", WatchedSystem(boundary)) if boundary else REAL
    terminal, said = terminal_in(folder, disk=Disk(system=watched))
    if boundary is not None:
        _watch_calls(boundary)
    return int(run(list(arguments), terminal)), said.getvalue()


def _watch_calls(boundary: Boundary) -> None:
    """Look at every call to the service, before it is sent and once it is answered."""
    send: Any = embedded.EmbeddedTransport.send

    async def watched(self: object, *arguments: object, **more: object) -> object:
        boundary("send")
        answer = await send(self, *arguments, **more)
        boundary("answered")
        return answer

    embedded.EmbeddedTransport.send = watched  # type: ignore[method-assign]  # in a child that is to die


@dataclass(slots=True, kw_only=True)
class Victim:
    """A child that runs a command."""

    pid: int
    reader: int = field(repr=False)
    over: bool = False

    def ended(self) -> bool:
        """Tell whether it has said all that it had to say."""
        ready, _, _ = select.select([self.reader], [], [], 0)
        return bool(ready)

    def wait(self) -> tuple[int, str]:
        """Wait for its end: the exit status, or minus the signal, and what it said."""
        said = b""
        while chunk := os.read(self.reader, 65536):
            said += chunk
        os.close(self.reader)
        self.over = True
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status), said.decode()

    def strike(self, number: int) -> None:
        """Send a signal."""
        os.kill(self.pid, number)


def begun(folder: Path, *arguments: str, boundary: Boundary | None = None) -> Victim:
    """Fork a child that runs a command line."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return Victim(pid=pid, reader=reader)
    status = 70
    try:
        os.close(reader)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        status, said = dstate(folder, *arguments, boundary=boundary)
        os.write(writer, said.encode()[-60000:])
    except BaseException as error:  # noqa: BLE001  # a child must never run the parent's tests
        os.write(writer, f"{type(error).__name__}: {error}".encode())
    finally:
        sys.stdout.flush()
        os._exit(status)


def ran(folder: Path, *arguments: str, boundary: Boundary | None = None) -> tuple[int, str]:
    """Run a command line in a child to its end."""
    return begun(folder, *arguments, boundary=boundary).wait()


def survived(folder: Path) -> None:
    """Look whether everything that was made is known, once, and nothing is left to settle."""
    status, said = ran(folder, *APPLY)
    assert status == 0, said
    assert dstate(folder, "plan", "-detailed-exitcode")[0] == 0
    state = folder / "state" / "local"
    snapshot = decode_state((state / "state.json").read_bytes())
    assert problems(snapshot) == ()
    assert snapshot.pending == ()
    known = {(address.kind, entry.id) for address, entry in snapshot.entries.items()}
    assert made(folder) == known
    assert not (state / "journal.jsonl").exists()
    assert [path.name for path in state.iterdir() if path.name.startswith(".")] == []


def made(folder: Path) -> set[tuple[str, str]]:
    """Give every object of ours that the emulator holds; what a new project has is not ours."""
    world = json.loads((folder / "state" / "local" / "emulator.json").read_bytes())
    found = set()
    for kind, names in (("permission", "permissions"), ("role", "roles"), ("tenant", "tenants")):
        rows = world[names]
        for row in rows.values() if isinstance(rows, dict) else rows:
            if ours(row):
                found.add((kind, row["id"]))
    return found


def ours(row: dict[str, object]) -> bool:
    """Tell whether a stack of victims made it."""
    return str(row.get("name", "")).startswith(("perm.", "Role ", "Victim "))
