"""The one place that sends requests: pace, deadline, size, strict JSON, and status to fault.

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
from typing import TYPE_CHECKING, Any, Protocol

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
)
from descope_state.sdk.provider import Gate

if TYPE_CHECKING:
    import ssl

    import httpx

Json = Any
Describe = Callable[[Json], str]

SECONDS = 60.0
CONNECT_SECONDS = 10.0
LARGEST = 32 * 1024 * 1024
_TEXT = 300
# A number that may overflow to infinity has three digits of exponent or hundreds of its own.
_HUGE = re.compile(rb"[0-9][eE]\+?[0-9]{3}|[0-9]{300}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call that a service offers; `reading` ones may be repeated without harm."""

    method: str
    path: str
    family: str = "general"
    reading: bool = False

    def __str__(self) -> str:
        return f"`{self.method} {self.path}`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: header names in small letters, the body as bytes."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""


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
        for secret in filter(None, self.secrets):
            text = text.replace(secret, "(secret)")
        return " ".join(text.split())[:_TEXT]


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
    """Read JSON strictly: no NaN, no infinity, bounded depth; nothing at all is an empty object."""
    if not content.strip():
        return {}
    from pydantic_core import from_json  # noqa: PLC0415  # start-up: only when something is read

    value = from_json(content, allow_inf_nan=False)
    if _HUGE.search(content) and not _finite(value):
        message = "a number is too large"
        raise ValueError(message)
    return value


def _finite(value: Json) -> bool:
    match value:
        case dict():
            return all(map(_finite, value.values()))
        case list():
            return all(map(_finite, value))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTransport:
    """Sends calls over HTTP: one gate per send, one deadline per call, no redirects, no retries.

    `headers` is read at every send, so that its owner may add to it later.
    """

    client: "httpx.AsyncClient" = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    gate: Gate
    settling: Settling
    seconds: float = SECONDS
    largest: int = LARGEST

    async def send(
        self, endpoint: Endpoint, *, query: Mapping[str, str] | None = None, body: Json = None
    ) -> Json:
        """Send one call and give the JSON of its answer; an empty answer is an empty object."""
        request = self.client.build_request(
            endpoint.method,
            endpoint.path,
            params=query,
            headers=dict(self.headers),
            content=None if body is None else json.dumps(body, allow_nan=False).encode(),
        )
        async with self.gate.passing(endpoint.family, reading=endpoint.reading):
            return self.settling.settle(endpoint, await self._answer(endpoint, request))

    async def _answer(self, endpoint: Endpoint, request: "httpx.Request") -> Answer:
        import asyncio  # noqa: PLC0415  # start-up: commands that connect to nothing skip it

        import httpx  # noqa: PLC0415  # start-up: the embedded emulator never needs it

        try:
            async with asyncio.timeout(self.seconds):
                return await self._exchange(endpoint, request)
        except TimeoutError:
            message = f"{endpoint} was not answered within {self.seconds:g} s"
            raise unsettled(endpoint, message) from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as e:
            message = f"{endpoint} did not reach {request.url.host} ({type(e).__name__})"
            hint = "check the network, the endpoint and any proxy"
            raise Unavailable(message, hint=hint) from None
        except httpx.RequestError as error:
            message = f"{endpoint} got no whole answer ({type(error).__name__})"
            raise unsettled(endpoint, message) from None

    async def _exchange(self, endpoint: Endpoint, request: "httpx.Request") -> Answer:
        response = await self.client.send(request, stream=True, follow_redirects=False)
        try:
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > self.largest:
                    message = f"{endpoint} was answered with more than {self.largest} bytes"
                    raise Rejected(message) if endpoint.reading else Indeterminate(message)
        finally:
            await response.aclose()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=headers, content=bytes(content))


@asynccontextmanager
async def over_http(
    base_url: str,
    *,
    headers: Mapping[str, str],
    gate: Gate,
    settling: Settling,
    seconds: float = SECONDS,
) -> AsyncIterator[HttpTransport]:
    """Open a connection pool to one base URL; secrets belong in the Authorization header only."""
    import logging  # noqa: PLC0415  # start-up: as httpx

    import httpx  # noqa: PLC0415  # start-up: as above

    for name in ("httpx", "httpcore"):
        # Both print whole URLs, which hold ids that are nobody's business.
        logging.getLogger(name).setLevel(logging.WARNING)
    client = httpx.AsyncClient(
        base_url=base_url,
        verify=_trust(base_url),
        timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
        follow_redirects=False,
    )
    async with client:
        yield HttpTransport(
            client=client, headers=headers, gate=gate, settling=settling, seconds=seconds
        )


def _trust(base_url: str) -> "ssl.SSLContext":
    """Load the certificate authorities (30 to 130 ms) only where TLS will be spoken."""
    import ssl  # noqa: PLC0415  # start-up: as httpx

    import httpx  # noqa: PLC0415  # start-up: as above

    if base_url.startswith("https:"):
        return httpx.create_ssl_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
