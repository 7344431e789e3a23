"""The one place that sends requests: pace, deadlines, size, strict JSON, and status to fault.

A provider describes its calls as `Endpoint` values and hands them to a `Transport`. The one made
here speaks HTTP; an emulator in the same process implements the same protocol and settles its
answers by the same rules. httpx is imported when the first connection is opened, never before.
"""

import json
import math
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol, cast

from descope_state.frozen import dataclass
from descope_state.sdk.faults import (
    Conflict,
    Fault,
    Indeterminate,
    NotFound,
    NotLicensed,
    Rejected,
    Throttled,
    Unauthorized,
    Unavailable,
    Untrusted,
)
from descope_state.sdk.hiding import hidden
from descope_state.sdk.hosts import loopback
from descope_state.sdk.provider import Gate
from descope_state.sdk.strict_json import refuse_doubles
from descope_state.sdk.unpacking import unpacker

if TYPE_CHECKING:
    import asyncio

    import httpx

Json = Any
Describe = Callable[[Json], str]

SECONDS = 60.0
CONNECT_SECONDS = 10.0
LARGEST = 32 * 1024 * 1024
MOST_HEADERS = 1_000
_TEXT = 300
_TOO_LARGE = 10**300
# A number that may overflow to infinity has three digits of exponent or hundreds of its own.
_HUGE = re.compile(rb"[0-9][eE]\+?[0-9]{3}|[0-9]{300}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call that a service offers; `reading` ones may be repeated without harm.

    `path` is that of the call itself, with the ids filled in; `family` is the limit it counts for.
    """

    method: str
    path: str
    family: str = "general"
    reading: bool = False

    def __str__(self) -> str:
        return f"`{self.method} {self.path}`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: header names in small letters, the body as bytes.

    What it holds is in no traceback: it may be all that was sent.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)


class Transport(Protocol):
    """What a kind sends its calls through; every failure is a fault."""

    async def send(
        self, endpoint: Endpoint, *, query: Mapping[str, str] | None = None, body: Json = None
    ) -> Json:
        """Send one call and give the JSON of its answer; an empty answer is an empty object."""


def plain(_body: Json) -> str:
    """Describe no error body; for services whose errors have no form."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """How answers become values or faults.

    `describe` reads the text out of an error body and gives "" where the body is not one of the
    service; `secrets` are removed from every text that a service sends back.
    """

    describe: Describe = plain
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def settle(self, endpoint: Endpoint, answer: Answer) -> Json:
        """Give the JSON of a good answer, raise the fault of any other."""
        if 200 <= answer.status < 300:  # noqa: PLR2004  # the class of success
            return _body(endpoint, answer)
        raise self.fault(endpoint, answer)

    def fault(self, endpoint: Endpoint, answer: Answer) -> Fault:
        """Tell what a status that is no success means for the caller."""
        text = self._said(answer)
        said = f": {text}" if text else ""
        message = f"{endpoint} was answered {answer.status}{said}"
        match answer.status:
            case 404 if text:
                return NotFound(message)
            case 429:
                return Throttled(message, after=retry_after(answer.headers))
            case status if status in _FINAL:
                kind, hint = _FINAL[status]
                return kind(message, hint=hint)
            case 521 | 530:
                return Unavailable(message)
            case status if status in (408, 425) or status >= 500:  # noqa: PLR2004  # the server's
                return unsettled(endpoint, message)
            case _:
                return Rejected(message, hint="" if text else _STRANGER)

    def _said(self, answer: Answer) -> str:
        try:
            text = self.describe(parse(answer.content))
        except ValueError:
            return ""
        return " ".join(hidden(text, self.secrets).split())[:_TEXT]


_STRANGER = "the answer is not in the service's own form; check the endpoint and any proxy"
_FINAL: Mapping[int, tuple[type[Fault], str]] = {
    401: (Unauthorized, "check that project id and management key are right and belong together"),
    402: (NotLicensed, "the account's plan does not include this"),
    403: (NotLicensed, "the account's plan or the key's scope does not include this"),
    409: (Conflict, ""),
}


def unsettled(endpoint: Endpoint, message: str) -> Fault:
    """Say that no usable answer came: harmless for a read, an open question for a write."""
    return Unavailable(message) if endpoint.reading else Indeterminate(message)


def parse(content: bytes) -> Json:
    """Read JSON strictly: no NaN, no infinity, no field twice, bounded depth.

    Nothing at all is an empty object.
    """
    if not content.strip():
        return {}
    from pydantic_core import from_json  # noqa: PLC0415  # start-up: only when something is read

    value = from_json(content, allow_inf_nan=False)
    if _HUGE.search(content) and not _bounded(value):
        message = "a number is too large"
        raise ValueError(message)
    refuse_doubles(content)
    return value


def _bounded(value: Json) -> bool:
    """Tell whether all numbers are such that they can be calculated with, and spelled again."""
    match value:
        case dict():
            return all(map(_bounded, value.values()))
        case list():
            return all(map(_bounded, value))
        case int():
            return abs(value) < _TOO_LARGE
        case float():
            return math.isfinite(value)
        case _:
            return True


def _body(endpoint: Endpoint, answer: Answer) -> Json:
    try:
        return parse(answer.content)
    except ValueError:
        message = f"{endpoint} was answered {answer.status} with a body that is not JSON"
        raise unsettled(endpoint, message) from None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After`: seconds, or a date measured against the answer's own clock."""
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        return _until(text, headers.get("date", ""))
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _until(text: str, now: str) -> float | None:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  # start-up: it loads sockets

    try:
        seconds = (parsedate_to_datetime(text) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError, IndexError):
        return None
    return max(seconds, 0.0)


# What a proxy is asked; nothing of the call itself is in it.
_TUNNEL = b"CONNECT"


class _Way:
    """How far a call has come: until its first byte is on the wire, it has surely done nothing.

    Reaching the service has a deadline of its own, through proxy and TLS; the whole call has one.
    """

    def __init__(
        self,
        deadline: "asyncio.Timeout",
        *,
        connect: float,
        seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self.connecting = False
        self._deadline = deadline
        self._connect = connect
        self._clock = clock
        self._end = clock() + seconds

    async def heard(self, event: str, info: Mapping[str, Any]) -> None:
        """Follow what the connection is about."""
        if event == "connection.connect_tcp.started":
            self.connecting = True
            self._deadline.reschedule(min(self._clock() + self._connect, self._end))
        elif event.endswith("send_request_headers.started") and info["request"].method != _TUNNEL:
            self.connecting = False
            self._deadline.reschedule(self._end)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTransport:
    """Sends calls over HTTP: one gate per send, one deadline per call, no redirects, no retries.

    `headers` is read at every send, so that its owner may add to it later. `seconds` is the time
    for a whole call, `connect` for reaching the service, `largest` the size of an answer in bytes.
    """

    client: "httpx.AsyncClient" = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    gate: Gate
    settling: Settling
    seconds: float = SECONDS
    connect: float = CONNECT_SECONDS
    largest: int = LARGEST

    async def send(
        self, endpoint: Endpoint, *, query: Mapping[str, str] | None = None, body: Json = None
    ) -> Json:
        """Send one call and give the JSON of its answer; an empty answer is an empty object."""
        request = self.client.build_request(
            endpoint.method,
            endpoint.path,
            params=query,
            headers={"accept-encoding": "gzip", **self.headers},
            content=None if body is None else json.dumps(body, allow_nan=False).encode(),
        )
        async with self.gate.passing(endpoint.family, reading=endpoint.reading):
            return self.settling.settle(endpoint, await self._answer(endpoint, request))

    async def _answer(self, endpoint: Endpoint, request: "httpx.Request") -> Answer:
        import asyncio  # noqa: PLC0415  # start-up: commands that connect to nothing skip it

        import httpx  # noqa: PLC0415  # start-up: the embedded emulator never needs it

        deadline = asyncio.timeout(self.seconds)
        clock = asyncio.get_running_loop().time
        way = _Way(deadline, connect=self.connect, seconds=self.seconds, clock=clock)
        request.extensions["trace"] = way.heard
        host = request.url.host
        try:
            async with deadline:
                return await self._exchange(endpoint, request)
        except TimeoutError:
            if way.connecting:
                raise _unreached(endpoint, host, why=f"{self.connect:g} s passed") from None
            message = f"{endpoint} was not answered within {self.seconds:g} s"
            raise unsettled(endpoint, message) from None
        except httpx.RequestError as error:
            lost = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
            if way.connecting or isinstance(error, lost):
                raise _unreached(endpoint, host, why=type(error).__name__, error=error) from None
            message = f"{endpoint} got no whole answer ({type(error).__name__})"
            raise unsettled(endpoint, message) from None

    async def _exchange(self, endpoint: Endpoint, request: "httpx.Request") -> Answer:
        response = await self.client.send(request, stream=True, follow_redirects=False)
        try:
            if len(response.headers.raw) > MOST_HEADERS:
                message = f"{endpoint} was answered with more than {MOST_HEADERS} headers"
                raise unsettled(endpoint, message)
            content = await self._content(endpoint, response)
        finally:
            await response.aclose()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=headers, content=content)

    async def _content(self, endpoint: Endpoint, response: "httpx.Response") -> bytes:
        """Read a body and unpack it piece by piece, for a small one may hold a huge one."""
        content = bytearray()
        try:
            unpack = unpacker(response.headers.get("content-encoding", ""))
            async for chunk in cast("httpx.AsyncByteStream", response.stream):
                for piece in unpack.pieces(chunk):
                    content += piece
                    if len(content) > self.largest:
                        message = f"{endpoint} was answered with more than {self.largest} bytes"
                        raise Rejected(message) if endpoint.reading else Indeterminate(message)
            unpack.close()
        except ValueError as error:
            message = f"{endpoint} got no whole answer ({error})"
            raise unsettled(endpoint, message) from None
        return bytes(content)


def _unreached(
    endpoint: Endpoint, host: str, *, why: str, error: Exception | None = None
) -> Unavailable:
    """Say that a call never left; a server that cannot show who it is is told apart."""
    from descope_state.sdk.trust import doubted  # noqa: PLC0415  # start-up: it loads TLS

    doubt = doubted(error)
    if doubt:
        message = f"{endpoint} was not sent: {host} is not to be trusted ({doubt})"
        hint = (
            "check the endpoint; where a proxy of yours opens TLS, name its certificate authority"
            " in `SSL_CERT_FILE` or `REQUESTS_CA_BUNDLE`"
        )
        return Untrusted(message, hint=hint)
    message = f"{endpoint} did not reach {host} ({why})"
    return Unavailable(message, hint="check the network, the endpoint and any proxy")


@asynccontextmanager
async def over_http(
    base_url: str,
    *,
    headers: Mapping[str, str],
    gate: Gate,
    settling: Settling,
    seconds: float = SECONDS,
    connect: float = CONNECT_SECONDS,
) -> AsyncIterator[HttpTransport]:
    """Open a connection pool to one base URL; secrets belong in the Authorization header only.

    Proxies and certificate authorities are those that the environment names.
    """
    import logging  # noqa: PLC0415  # start-up: as httpx

    for name in ("httpx", "httpcore"):
        # Both print whole URLs, which hold ids that are nobody's business.
        logging.getLogger(name).setLevel(logging.WARNING)
    connect = min(connect, seconds)
    async with _client(base_url, seconds=seconds, connect=connect) as client:
        yield HttpTransport(
            client=client,
            headers=headers,
            gate=gate,
            settling=settling,
            seconds=seconds,
            connect=connect,
        )


def _client(base_url: str, *, seconds: float, connect: float) -> "httpx.AsyncClient":
    """Make the client; what is on this machine is never asked for through a proxy."""
    import httpx  # noqa: PLC0415  # start-up: as above

    from descope_state.sdk.trust import trust  # noqa: PLC0415  # start-up: it loads TLS

    try:
        return httpx.AsyncClient(
            base_url=base_url,
            verify=trust(base_url, usual=lambda: httpx.create_ssl_context(trust_env=False)),
            # For the connection and for TLS, each; a handshake that is cancelled leaves its socket.
            timeout=httpx.Timeout(seconds, connect=connect / 2),
            follow_redirects=False,
            trust_env=not loopback(httpx.URL(base_url).host),
        )
    except (ValueError, ImportError) as error:
        message = f"the proxy that the environment names cannot be used ({type(error).__name__})"
        hint = "set `HTTPS_PROXY` to an http:// or https:// URL, or name the host in `NO_PROXY`"
        raise Untrusted(message, hint=hint) from None
