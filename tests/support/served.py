"""Real servers on this machine, for the real transport: the emulator, or one that says anything."""

import asyncio
import queue
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
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
def wired(
    folder: Path, *, limits: Limits | None = None, tier: int = 1, make: type[Service] = Service
) -> Iterator[Wired]:
    """Serve an emulator from a thread, and write a stack that points at it."""
    world = fresh(PROJECT)
    world.tier = tier
    service = make(world=world, monotonic=time.monotonic, limits=limits)
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


Heard = tuple[int, asyncio.AbstractEventLoop, asyncio.Event]


@contextmanager
def saying(
    answer: bytes | Callable[[bytes], Sequence[bytes]],
    *,
    pause: float = 0.0,
    tls: ssl.SSLContext | None = None,
) -> Iterator[str]:
    """Serve the same bytes to whoever calls, whatever they are; pieces come with a pause."""
    listening: queue.Queue[Heard] = queue.Queue()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await _request(reader)
        for piece in answer(request) if callable(answer) else [answer]:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        writer.close()
        await writer.wait_closed()

    async def serve() -> None:
        over = asyncio.Event()
        speaking: set[asyncio.Task[None]] = set()

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(speak(reader, writer))
            speaking.add(task)
            # Whoever hung up before the end has heard what they wanted.
            with suppress(OSError, asyncio.CancelledError):
                await task
            speaking.discard(task)
            writer.transport.abort()

        async with await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls) as server:
            port = server.sockets[0].getsockname()[1]
            listening.put((port, asyncio.get_running_loop(), over))
            await over.wait()
        for task in speaking:
            task.cancel()
        await asyncio.gather(*speaking, return_exceptions=True)
        # A connection is let go of in the next round of the loop, and closed in the one after.
        for _ in range(3):
            await asyncio.sleep(0)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    port, loop, over = listening.get(timeout=10)
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)


async def _request(reader: asyncio.StreamReader) -> bytes:
    """Read a whole request: a connection that is closed on unread bytes is reset."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: *([0-9]+)", head, re.IGNORECASE)
        return head + await reader.readexactly(int(length[1]) if length else 0)
    except asyncio.IncompleteReadError as error:
        return error.partial


def http(body: bytes, *, status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """Spell an HTTP answer."""
    told = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status}\r\n{head}connection: close\r\n\r\n".encode() + body
