"""How answers, and the lack of them, become values and faults."""

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from descope_state.sdk import faults
from descope_state.sdk.http import (
    Answer,
    Endpoint,
    HttpTransport,
    Settling,
    over_http,
    parse,
    retry_after,
)

pytestmark = pytest.mark.anyio

READ = Endpoint(method="POST", path="/v1/things/search", reading=True)
WRITE = Endpoint(method="POST", path="/v1/things/create", family="things")
ERROR = b'{"errorCode":"E011003","errorMessage":"The name field is required"}'
Json = Any
Serve = Callable[[httpx.Request], Any]


def describe(body: Json) -> str:
    return str(body.get("errorMessage", "")) if isinstance(body, dict) else ""


SETTLING = Settling(describe=describe, secrets=("Kplanted",))


class Gate:
    def __init__(self) -> None:
        self.families: list[str] = []

    @asynccontextmanager
    async def passing(self, family: str, *, reading: bool = False) -> AsyncIterator[None]:
        del reading
        self.families.append(family)
        yield


@asynccontextmanager
async def serving(serve: Serve, **changes: Json) -> AsyncIterator[HttpTransport]:
    async with httpx.AsyncClient(
        base_url="https://service.example", transport=httpx.MockTransport(serve)
    ) as client:
        plain: dict[str, Any] = {
            "headers": {"authorization": "Bearer Kplanted"},
            "gate": Gate(),
            "settling": SETTLING,
        }
        yield HttpTransport(client=client, **{**plain, **changes})


async def fault_of(serve: Serve, endpoint: Endpoint, **changes: Json) -> faults.Fault:
    async with serving(serve, **changes) as transport:
        with pytest.raises(faults.Fault) as caught:
            await transport.send(endpoint, body={"name": "x"})
    assert "planted" not in caught.value.message
    assert caught.value.__cause__ is None
    return caught.value


@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (300, faults.Rejected, faults.Rejected),
        (307, faults.Rejected, faults.Rejected),
        (400, faults.Rejected, faults.Rejected),
        (401, faults.Unauthorized, faults.Unauthorized),
        (402, faults.NotLicensed, faults.NotLicensed),
        (403, faults.NotLicensed, faults.NotLicensed),
        (404, faults.NotFound, faults.NotFound),
        (408, faults.Unavailable, faults.Indeterminate),
        (409, faults.Conflict, faults.Conflict),
        (413, faults.Rejected, faults.Rejected),
        (425, faults.Unavailable, faults.Indeterminate),
        (429, faults.Throttled, faults.Throttled),
        (500, faults.Unavailable, faults.Indeterminate),
        (502, faults.Unavailable, faults.Indeterminate),
        (503, faults.Unavailable, faults.Indeterminate),
        (504, faults.Unavailable, faults.Indeterminate),
        (520, faults.Unavailable, faults.Indeterminate),
        (521, faults.Unavailable, faults.Unavailable),
        (522, faults.Unavailable, faults.Indeterminate),
        (524, faults.Unavailable, faults.Indeterminate),
        (530, faults.Unavailable, faults.Unavailable),
    ],
)
def test_a_status_is_a_fault(
    status: int, read: type[faults.Fault], write: type[faults.Fault]
) -> None:
    for endpoint, kind in ((READ, read), (WRITE, write)):
        with pytest.raises(faults.Fault) as caught:
            SETTLING.settle(endpoint, Answer(status=status, content=ERROR))
        assert type(caught.value) is kind
        assert endpoint.path in caught.value.message
        assert "The name field is required" in caught.value.message


def test_a_404_from_a_stranger_does_not_mean_that_the_object_is_gone() -> None:
    for content in (b"<html>", b"{}", b"", b'{"code":5}', b"\xff"):
        fault = SETTLING.fault(WRITE, Answer(status=404, content=content))
        assert type(fault) is faults.Rejected
        assert "check the endpoint" in fault.hint


def test_what_a_service_says_is_short_and_holds_no_secret() -> None:
    said = "key Kplanted\n\tis wrong " + "x" * 1000
    content = json.dumps({"errorMessage": said}).encode()
    message = SETTLING.fault(READ, Answer(status=400, content=content)).message
    assert "key (secret) is wrong" in message
    assert len(message) < 400
    assert "planted" not in repr(SETTLING)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"", {}),
        (b"  ", {}),
        (b"{}", {}),
        (b"[]", []),
        (b"null", None),
        (b"1e3", 1000.0),
        (b'{"a":12345678901234567890123}', {"a": 12345678901234567890123}),
        (b'{"id":"1e9999"}', {"id": "1e9999"}),
    ],
)
def test_good_json_is_a_value(content: bytes, value: Json) -> None:
    assert SETTLING.settle(WRITE, Answer(status=200, content=content)) == value


@pytest.mark.parametrize(
    "content",
    [
        b"<html>",
        b"{",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":[1e400]}',
        b'{"a":-1E+999}',
        b"\xff\xfe",
        b"[" * 5000,
        b'"\\ud800"',
        b"1" * 400 + b".0",
    ],
)
def test_bad_json_is_an_open_question_for_a_write(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whatever the parser says is not shown
        parse(content)
    for endpoint, kind in ((READ, faults.Unavailable), (WRITE, faults.Indeterminate)):
        with pytest.raises(kind, match="not JSON"):
            SETTLING.settle(endpoint, Answer(status=200, content=content))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("999999", 999_999.0),
        ("-3", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        ("Sat, 21 Nov 2026 03:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 02:00:00 GMT", 0.0),
    ],
)
def test_retry_after_has_many_forms(text: str, seconds: float | None) -> None:
    headers = {"retry-after": text, "date": "Sat, 21 Nov 2026 03:00:00 GMT"}
    assert retry_after(headers) == seconds


def test_a_date_without_a_clock_to_compare_says_nothing() -> None:
    assert retry_after({"retry-after": "Sat, 21 Nov 2026 03:00:30 GMT"}) is None
    assert retry_after({}) is None


async def test_the_wait_that_is_asked_for_is_handed_on() -> None:
    fault = await fault_of(
        lambda _: httpx.Response(429, headers={"Retry-After": "41"}, content=ERROR), WRITE
    )
    assert isinstance(fault, faults.Throttled)
    assert fault.after == 41


async def test_a_call_is_sent_as_described() -> None:
    seen: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"ok": True})

    headers = {"authorization": "Bearer Kplanted"}
    gate = Gate()
    async with serving(serve, headers=headers, gate=gate) as transport:
        assert await transport.send(WRITE, body={"name": "Å"}) == {"ok": True}
        headers["x-later"] = "yes"
        load = Endpoint(method="GET", path="/v1/thing", reading=True)
        await transport.send(load, query={"id": "a b/c"})
        assert "planted" not in repr(transport)
    assert [json.loads(seen[0].content), seen[1].content] == [{"name": "Å"}, b""]
    assert str(seen[1].url) == "https://service.example/v1/thing?id=a+b%2Fc"
    assert seen[1].headers["x-later"] == "yes"
    assert gate.families == ["things", "general"]


@pytest.mark.parametrize(
    ("error", "read", "write"),
    [
        (httpx.ConnectError, faults.Unavailable, faults.Unavailable),
        (httpx.ConnectTimeout, faults.Unavailable, faults.Unavailable),
        (httpx.PoolTimeout, faults.Unavailable, faults.Unavailable),
        (httpx.ProxyError, faults.Unavailable, faults.Unavailable),
        (httpx.ReadTimeout, faults.Unavailable, faults.Indeterminate),
        (httpx.WriteTimeout, faults.Unavailable, faults.Indeterminate),
        (httpx.ReadError, faults.Unavailable, faults.Indeterminate),
        (httpx.WriteError, faults.Unavailable, faults.Indeterminate),
        (httpx.RemoteProtocolError, faults.Unavailable, faults.Indeterminate),
    ],
)
async def test_a_lost_connection_is_a_fault(
    error: type[httpx.TransportError], read: type[faults.Fault], write: type[faults.Fault]
) -> None:
    url = "https://service.example?key=Kplanted"

    def serve(_: httpx.Request) -> httpx.Response:
        raise error(url)

    assert type(await fault_of(serve, READ)) is read
    assert type(await fault_of(serve, WRITE)) is write


async def test_the_deadline_is_for_the_whole_call() -> None:
    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.001)

    def serve(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=drip())

    fault = await fault_of(serve, WRITE, seconds=0.02)
    assert type(fault) is faults.Indeterminate
    assert "within 0.02 s" in fault.message
    assert type(await fault_of(serve, READ, seconds=0.02)) is faults.Unavailable


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_a_body_has_a_largest_size_after_unpacking(encoding: str) -> None:
    content = b"[" + b" " * 100_000 + b"]"
    sent = gzip.compress(content) if encoding == "gzip" else content

    def serve(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-encoding": encoding}, content=sent)

    assert type(await fault_of(serve, READ, largest=1000)) is faults.Rejected
    assert type(await fault_of(serve, WRITE, largest=1000)) is faults.Indeterminate
    async with serving(serve, largest=200_000) as transport:
        assert await transport.send(READ) == []


async def test_a_body_that_cannot_be_unpacked_is_no_answer() -> None:
    def serve(_: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip")
        )

    assert type(await fault_of(serve, WRITE)) is faults.Indeterminate


async def test_a_redirect_is_not_followed() -> None:
    seen: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(302, headers={"location": "https://elsewhere.example/"})

    assert type(await fault_of(serve, READ)) is faults.Rejected
    assert seen == ["https://service.example/v1/things/search"]


async def test_cancelling_is_not_swallowed() -> None:
    started = asyncio.Event()

    async def serve(_: httpx.Request) -> httpx.Response:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with serving(serve) as transport:
        task = asyncio.ensure_future(transport.send(WRITE))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "https://127.0.0.1:1"])
async def test_nobody_listening_is_unavailable_and_nothing_is_logged(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    headers = {"authorization": "Bearer Kplanted"}
    async with over_http(url, headers=headers, gate=Gate(), settling=SETTLING) as transport:
        with pytest.raises(faults.Unavailable, match=r"127\.0\.0\.1") as caught:
            await transport.send(WRITE, body={})
    assert "check the network" in caught.value.hint
    assert [entry for entry in caplog.records if entry.name.startswith("http")] == []


async def test_tls_distrusts_strangers_even_when_only_http_was_asked_for() -> None:
    async with over_http(
        "http://127.0.0.1:1", headers={}, gate=Gate(), settling=SETTLING
    ) as transport:
        assert isinstance(transport, HttpTransport)
        assert transport.client.follow_redirects is False
