"""Puts a socket in front of the emulated service, for clients that know nothing of dstate."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from socket import socket
from typing import ClassVar, cast

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.responses import StreamingResponse
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from dstate_descope.emulator.faults import Fault
from dstate_descope.emulator.request import Json, Refusal, Request
from dstate_descope.emulator.service import Service, Services

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_LARGEST = 32 * 1024 * 1024
# Who makes a change, where a client wants the audit trail to say somebody else than the key.
ACTOR = "x-dstate-actor"


class _Noted(H11Protocol):
    """Remembers each connection, so that one can be cut as a broken network cuts it."""

    open_ones: ClassVar[dict[tuple[str, int], asyncio.Transport]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self.open_ones[transport.get_extra_info("peername")[:2]] = self.transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.open_ones.pop(self.transport.get_extra_info("peername")[:2], None)
        super().connection_lost(exc)


def application(service: Service | Services) -> Starlette:
    """Make the ASGI application of a service."""

    async def handle(request: HttpRequest) -> HttpResponse:
        try:
            call = await _call(request)
        except ValueError:
            refusal = Refusal("The body is not JSON", code="E011001").response()
            return _spelled(refusal.status, refusal.body, {})
        source = request.client.host if request.client else ""
        outcome = service.outcome(call, source=source)
        fault = outcome.fault
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.reset:
            _cut(request, fault, body=outcome.response.body)
            return HttpResponse(status_code=500)
        response = outcome.response
        if fault.drip or fault.body:
            content = _spoiled(json.dumps(response.body).encode(), fault)
            kind = "text/html" if fault.body == "html" else "application/json"
            return StreamingResponse(
                _dripping(content, fault.drip),
                status_code=response.status,
                headers={**response.headers, "content-type": kind},
            )
        return _spelled(response.status, response.body, response.headers)

    return Starlette(routes=[Route("/{path:path}", handle, methods=_METHODS)])


async def _call(request: HttpRequest) -> Request:
    content = await request.body()
    if len(content) > _LARGEST:
        message = "too large"
        raise ValueError(message)
    body: Json = json.loads(content) if content.strip() else None
    return Request(
        method=request.method,
        path=request.url.path,
        query=dict(request.query_params),
        body=body,
        authorization=request.headers.get("authorization", ""),
        actor=request.headers.get(ACTOR, ""),
    )


def _spelled(status: int, body: Json, headers: Mapping[str, str]) -> HttpResponse:
    return HttpResponse(
        json.dumps(body),
        status_code=status,
        headers=dict(headers),
        media_type="application/json",
    )


def _spoiled(content: bytes, fault: Fault) -> bytes:
    match fault.body:
        case "truncated":
            return content[: len(content) // 2]
        case "garbage":
            return b"\x00\xff{not json"
        case "empty":
            return b""
        case "html":
            return b"<html><body>Bad gateway</body></html>"
        case _:
            return content


async def _dripping(content: bytes, seconds: float) -> AsyncIterator[bytes]:
    if not seconds:
        yield content
        return
    for index in range(len(content)):
        yield content[index : index + 1]
        await asyncio.sleep(seconds)


def _cut(request: HttpRequest, fault: Fault, *, body: Json) -> None:
    """Cut the connection, after as much of the answer as the fault lets through."""
    address = request.client
    transport = _Noted.open_ones.get((address.host, address.port)) if address else None
    if transport is None:
        return
    content = json.dumps(body).encode()
    if fault.reset == "headers":
        transport.write(b"HTTP/1.1 200 OK\r\ncontent-ty")
    if fault.reset == "body":
        head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(content)}\r\n\r\n".encode()
        transport.write(head + content[: len(content) // 2])
    transport.abort() if fault.reset in ("before", "after") else transport.close()


class _Server(uvicorn.Server):
    """Says when it listens, and where."""

    def __init__(self, config: uvicorn.Config, *, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.servers:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._ready(f"http://{host}:{port}")


def serve(service: Service | Services, *, port: int, ready: Callable[[str], None] = print) -> None:
    """Serve until interrupted; `ready` is told the address once somebody may call."""
    config = uvicorn.Config(
        application(service),
        # Whoever reaches it may do anything: it is for this machine alone.
        host="127.0.0.1",
        port=port,
        http=_Noted,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    _Server(config, ready=ready).run()
