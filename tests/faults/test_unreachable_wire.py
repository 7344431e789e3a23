"""Hosts that cannot be reached, proxies in between, and servers that are not who they should be."""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NoReturn

import pytest

from descope_state.core.verdict import Verdict, verdict
from descope_state.model.event import Step
from descope_state.runtime.patience import patiently
from descope_state.sdk.faults import Fault, Indeterminate, Unavailable, Untrusted
from descope_state.sdk.http import CONNECT_SECONDS, SECONDS, Endpoint, HttpTransport
from descope_state.sdk.trust import AUTHORITIES
from dstate_descope import wire
from dstate_descope.plugin import base_url
from tests.faults.test_hostile_wire import READ, WRITE, answered
from tests.support.certificates import Authority
from tests.support.effort import examples
from tests.support.served import http, saying
from tests.support.silent_hosts import deaf, silent

pytestmark = pytest.mark.anyio

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
BOTH = pytest.mark.parametrize("endpoint", [READ, WRITE], ids=["read", "write"])


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep this machine's own proxies and authorities out of it."""
    for name in (*PROXIES, *AUTHORITIES):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def test_the_deadlines_are_those_of_the_contract() -> None:
    fields = HttpTransport.__dataclass_fields__
    assert (CONNECT_SECONDS, SECONDS) == (10.0, 60.0)
    assert (fields["connect"].default, fields["seconds"].default) == (10.0, 60.0)


Hang = Callable[[], AbstractContextManager[int]]


@BOTH
@pytest.mark.parametrize(
    ("hang", "scheme", "proxied"),
    [
        (deaf, "http", False),
        (deaf, "https", False),
        (silent, "https", False),
        (deaf, "https", True),
        (silent, "https", True),
    ],
    ids=["connect", "connect for TLS", "TLS", "connect to the proxy", "proxy"],
)
async def test_who_does_not_get_through_gives_up_soon_and_has_done_nothing(
    hang: Hang, scheme: str, monkeypatch: pytest.MonkeyPatch, *, endpoint: Endpoint, proxied: bool
) -> None:
    with hang() as port:
        url = f"{scheme}://127.0.0.1:{port}"
        if proxied:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
            url = "https://api.example"
        began = time.monotonic()
        fault = await answered(url, endpoint, seconds=30.0, connect=0.3)
        assert 0.14 <= time.monotonic() - began < 15
    assert type(fault) is Unavailable
    assert "did not reach" in fault.message


@BOTH
async def test_who_gets_through_and_hears_nothing_does_not_know(endpoint: Endpoint) -> None:
    with silent() as port:
        fault = await answered(f"http://127.0.0.1:{port}", endpoint, seconds=0.4, connect=0.2)
    assert type(fault) is (Unavailable if endpoint.reading else Indeterminate)
    assert "not answered within 0.4 s" in str(fault)


async def test_a_proxy_that_refuses_has_passed_nothing_on(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"
    for answer in (refusal, b"", b"garbage\r\n\r\n"):
        with saying(answer) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy)
            fault = await answered("https://api.example", WRITE)
        assert type(fault) is Unavailable, answer
        assert "proxy" in fault.hint


async def test_a_proxy_of_the_environment_is_asked_for_the_service_and_sees_no_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bytes] = []

    def proxy(request: bytes) -> list[bytes]:
        asked.append(request)
        return [b"HTTP/1.1 502 No\r\ncontent-length: 0\r\n\r\n"]

    with saying(proxy) as url:
        monkeypatch.setenv("HTTPS_PROXY", url)
        assert isinstance(await answered("https://api.example", WRITE), Unavailable)
        monkeypatch.setenv("NO_PROXY", "api.invalid")
        assert isinstance(await answered("https://api.invalid", WRITE), Unavailable)
    assert [one.split(b"\r\n")[0] for one in asked] == [b"CONNECT api.example:443 HTTP/1.1"]
    assert b"Ksecret" not in asked[0]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
async def test_this_machine_is_never_asked_through_a_proxy(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    def proxy(request: bytes) -> list[bytes]:
        asked.append(request)
        return [http(b'{"stolen": true}')]

    with saying(proxy) as url, saying(http(b'{"roles": []}')) as service:
        monkeypatch.setenv(name, url)
        monkeypatch.setenv(name.lower(), url)
        assert await answered(service) == {"roles": []}
    assert asked == []


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "gopher://127.0.0.1:1"])
async def test_a_proxy_that_cannot_be_used_is_named_as_the_reason(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(Untrusted, match="proxy") as caught:
        await answered("https://api.example")
    assert "NO_PROXY" in caught.value.hint


# -- who is on the other end ----------------------------------------------------------------------


Names = Callable[[Authority], ssl.SSLContext]


@BOTH
@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (lambda ours: ours.server(expired=True), "expired"),
        (lambda ours: ours.server(host="127.0.0.2"), "not valid for '127.0.0.1'"),
        (lambda ours: ours.server(self_signed=True), "self-signed"),
    ],
    ids=["expired", "wrong host", "self-signed"],
)
async def test_a_server_that_is_not_who_it_should_be_is_told_nothing(
    shown: Names,
    why: str,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    *,
    endpoint: Endpoint,
) -> None:
    heard: list[bytes] = []

    def note(request: bytes) -> list[bytes]:
        heard.append(request)
        return [http(b"{}")]

    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    with saying(note, tls=shown(authority)) as url:
        fault = await answered(url, endpoint)
    assert type(fault) is Untrusted
    assert why in fault.message
    assert "127.0.0.1 is not to be trusted" in fault.message
    assert "REQUESTS_CA_BUNDLE" in fault.hint
    assert heard in ([], [b""])


@pytest.mark.parametrize("name", AUTHORITIES)
async def test_the_authorities_that_the_environment_names_are_trusted(
    name: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with saying(http(b'{"roles": []}'), tls=authority.server()) as url:
        assert type(await answered(url)) is Untrusted
        named = authority.folder_of_hashes() if name.endswith("DIR") else authority.bundle
        monkeypatch.setenv(name, str(named))
        assert await answered(url) == {"roles": []}


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
async def test_authorities_that_are_not_there_are_named(
    content: bytes | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with pytest.raises(Untrusted, match="REQUESTS_CA_BUNDLE") as caught:
        await answered("https://127.0.0.1:1")
    assert str(path) in caught.value.message


async def test_what_waiting_cannot_heal_is_not_tried_again(authority: Authority) -> None:
    calls = 0

    async def call() -> object:
        nonlocal calls
        calls += 1
        fault = await answered(url)
        assert isinstance(fault, Fault)
        raise fault

    with saying(http(b"{}"), tls=authority.server()) as url, pytest.raises(Untrusted):
        await patiently(call, chance=lambda: 0.0)
    assert calls == 1


@pytest.mark.parametrize("endpoint", ["http://api.descope.com", "http://127.evil.example"])
def test_the_key_goes_in_clear_to_this_machine_alone(endpoint: str) -> None:
    with pytest.raises(Fault, match="in clear"):
        base_url(endpoint, "P2abc")
    for local in ("http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:8080"):
        assert base_url(local, "P2abc") == local


# -- every write, by every way of not getting there ------------------------------------------------

WRITES = tuple(one for one in vars(wire).values() if isinstance(one, Endpoint) and not one.reading)
CHOSEN = WRITES[:: examples(12, 1, soak=1)]


def _no_names(*_: object, **__: object) -> NoReturn:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize("way", ["refused", "no such name", "no TLS there", "proxy refused"])
@pytest.mark.parametrize("endpoint", CHOSEN, ids=lambda one: one.path)
async def test_what_never_left_is_surely_not_done_whatever_it_was(
    monkeypatch: pytest.MonkeyPatch, *, endpoint: Endpoint, way: str
) -> None:
    if way == "no such name":
        monkeypatch.setattr(socket, "getaddrinfo", _no_names)
    with socket.socket() as closed:
        # Bound and not listening: nobody answers there, and nobody else can come to be there.
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        if way == "proxy refused":
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with saying(http(b"{}")) as plain:
            url = {
                "refused": f"http://127.0.0.1:{port}",
                "no such name": "https://nowhere.example",
                "no TLS there": plain.replace("http:", "https:"),
                "proxy refused": "https://api.example",
            }[way]
            fault = await answered(url, endpoint)
    assert isinstance(fault, Unavailable), (type(fault), fault)
    steps = (Step.CREATE, Step.UPDATE, Step.DELETE)
    assert {verdict(step, fault) for step in steps} == {Verdict.AGAIN}
    assert "did not reach" in str(fault)


def test_there_are_hundreds_of_these() -> None:
    assert 4 * len(WRITES) >= 200
