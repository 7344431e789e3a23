"""Real servers on this machine, for the real transport: the emulator, or one that says anything."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from dstate_descope.emulator.faults import Faults, parse
from dstate_descope.emulator.limits import Limits
from dstate_descope.emulator.server import _Noted, application
from dstate_descope.emulator.service import Service
from dstate_descope.emulator.world import World, fresh
from tests.support.spoken import Said, said

PROJECT = "P2fakeProjectId0000000000000"
KEY = "K2fakeManagementKey"
SETTINGS = """\
dstate: 1
name: wired
environments:
  remote: {{endpoint: "{url}"}}
safety: {{max_deletes: 1000, max_delete_percent: 100}}
"""


@dataclass(slots=True, kw_only=True)
class Wired:
    """A stack whose environment is a served emulator, and the command line beside it."""

    folder: Path
    url: str
    service: Service
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.service.world

    def write(self, text: str) -> None:
        (self.folder / "stack.yaml").write_text(text)

    def disturb(self, *faults: str) -> None:
        self.service.faults = Faults(faults=tuple(map(parse, faults)))

    def said(self, *arguments: str) -> Said:
        return said(list(arguments), folder=self.folder, environ=self.environ)

    def apply(self, *options: str) -> Said:
        return self.said("apply", "-auto-approve", *options)

    def names(self, table: str) -> list[str]:
        return sorted(row["name"] for row in self.world.tables[table].values())


@contextmanager
def wired(folder: Path, *, limits: Limits | None = None, tier: int = 1) -> Iterator[Wired]:
    """Serve an emulator from a thread, and write a stack that points at it."""
    world = fresh(PROJECT)
    world.tier = tier
    service = Service(world=world, monotonic=time.monotonic, limits=limits)
    config = uvicorn.Config(
        application(service),
        host="127.0.0.1",
        port=0,
        http=_Noted,
        ws="none",
        lifespan="off",
        log_level="critical",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    (folder / "dstate.yaml").write_text(SETTINGS.format(url=url))
    environ = {
        "DESCOPE_REMOTE_PROJECT_ID": PROJECT,
        "DESCOPE_REMOTE_MANAGEMENT_KEY": KEY,
        "DSTATE_BUDGET_DIR": str(folder / "budget"),
    }
    try:
        yield Wired(folder=folder, url=url, service=service, environ=environ)
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def saying(
    answer: bytes | Callable[[bytes], Sequence[bytes]], *, pause: float = 0.0
) -> Iterator[str]:
    """Serve the same bytes to whoever calls, whatever they are; pieces come with a pause."""
    ready = threading.Event()
    where: dict[str, int] = {}
    loop = asyncio.new_event_loop()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.read(65_536)
        pieces = answer(request) if callable(answer) else [answer]
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
        except ConnectionError:
            pass
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        where["port"] = server.sockets[0].getsockname()[1]
        ready.set()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield f"http://127.0.0.1:{where['port']}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def http(body: bytes, *, status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """Spell an HTTP answer."""
    told = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status}\r\n{head}connection: close\r\n\r\n".encode() + body
