"""Slow and hostile answers, over real sockets and through the real transport."""

import gzip
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from descope_state.sdk.faults import Fault, Indeterminate, NotFound, Rejected, Unavailable
from descope_state.sdk.http import Endpoint, Settling, over_http
from dstate_descope import wire
from tests.provider.connections import CountingGate
from tests.support.effort import examples
from tests.support.served import http, saying, wired

pytestmark = pytest.mark.anyio

READ = Endpoint(method="GET", path="/v1/mgmt/role/all", reading=True)
WRITE = Endpoint(method="POST", path="/v1/mgmt/role/create")
MEGABYTE = 1 << 20


async def answered(
    url: str, endpoint: Endpoint = READ, *, seconds: float = 5.0, connect: float = 2.0
) -> object:
    """Send one call and give its value, or the fault that came of it."""
    settling = Settling(describe=wire.describe, secrets=("Ksecret",))
    headers = {"authorization": "Bearer P:Ksecret"}
    gate = CountingGate()
    async with over_http(
        url, headers=headers, gate=gate, settling=settling, seconds=seconds, connect=connect
    ) as transport:
        try:
            return await transport.send(endpoint, body=None if endpoint.reading else {})
        except Fault as fault:
            return fault


@pytest.mark.parametrize("from_byte", [0, 40, 120], ids=["status", "headers", "body"])
@pytest.mark.parametrize("endpoint", [READ, WRITE], ids=["read", "write"])
async def test_an_answer_that_drips_is_cut_at_the_deadline(
    endpoint: Endpoint, from_byte: int
) -> None:
    body = json.dumps({"roles": [], "padding": "x" * 2_000}).encode()
    whole = http(body)
    dripping = [whole[:from_byte], *(whole[at : at + 1] for at in range(from_byte, len(whole)))]
    with saying(lambda _: dripping, pause=0.05) as url:
        began = time.monotonic()
        fault = await answered(url, endpoint, seconds=0.5)
    # The whole answer would take two minutes, and no two bytes are far apart.
    assert 0.45 <= time.monotonic() - began < 10
    assert type(fault) is (Unavailable if endpoint.reading else Indeterminate)
    assert "not answered within 0.5 s" in str(fault)


BOMB = """
import asyncio, resource, sys
from tests.faults.test_hostile_wire import answered
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
fault = asyncio.run(answered(sys.argv[1]))
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(type(fault).__name__, grown // 1024)
"""


def test_a_bomb_of_zeros_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(200 * MEGABYTE))
    with saying(http(bomb, headers={"content-encoding": "gzip"})) as url:
        line = [sys.executable, "-c", BOMB, url]
        said = subprocess.run(line, capture_output=True, text=True, check=True).stdout.split()
    assert said[0] == "Rejected"
    assert int(said[1]) <= 64 + 16, "httpx and what it needs are loaded in between"


HOSTILE = {
    "deep": b"[" * 200_000 + b"]" * 200_000,
    "many digits": b'{"roles": ' + b"9" * 5_000 + b"}",
    "NaN": b'{"roles": NaN}',
    "infinity": b'{"roles": Infinity}',
    "too large": b'{"roles": 1e400}',
    "lone surrogate": b'{"roles": "\\ud800"}',
    "not UTF-8": b'{"roles": "\xff\xfe"}',
    "byte order mark": b'\xef\xbb\xbf{"roles": []}',
    "empty text": b'""',
    "HTML": b"<html>sign in to the hotel's network</html>",
    "half": b'{"roles": [{"id": "ROL',
    "said twice": b'{"roles": [{"id": "R1", "id": "R2"}]}',
    "two": b'{"roles": []}{"roles": []}',
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "500 Internal Server Error"])
async def test_a_hostile_body_is_a_fault_and_never_an_exception_of_another_sort(
    name: str, status: str
) -> None:
    with saying(http(HOSTILE[name], status=status)) as url:
        came = await answered(url, WRITE)
    if status.startswith("200") and name == "empty text":
        # It is JSON; what it means is for the kind to refuse.
        return
    assert isinstance(came, Fault)
    assert "Ksecret" not in came.message
    assert len(came.message) < 500
    assert type(came) is (Rejected if status.startswith("400") else Indeterminate)


async def test_an_object_of_a_million_fields_is_read_or_refused_in_good_time() -> None:
    number = examples(100_000, 1_000_000, soak=1_000_000)
    body = b"{" + b",".join(b'"k%d":%d' % (index, index) for index in range(number)) + b"}"
    assert len(body) < 32 * MEGABYTE
    with saying(http(body)) as url:
        came = await answered(url, seconds=60.0)
    assert isinstance(came, dict)
    assert len(came) == number


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_a_redirect_is_not_followed(status: str) -> None:
    seen: list[bytes] = []

    def elsewhere(request: bytes) -> list[bytes]:
        seen.append(request)
        return [http(b"{}")]

    with saying(elsewhere) as other:
        away = http(b"", status=status, headers={"location": f"{other}/steal"})
        with saying(away) as url:
            fault = await answered(url)
    assert isinstance(fault, Fault)
    assert seen == []


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * MEGABYTE + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 10_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nx\x00y: z\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 7\r\n\r\nhello",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
    ],
    ids=["long header", "many headers", "NUL", "negative", "two lengths", "SSH", "nothing"],
)
@pytest.mark.parametrize("endpoint", [READ, WRITE], ids=["read", "write"])
async def test_a_head_that_is_no_head_leaves_the_question_open(
    head: bytes, endpoint: Endpoint
) -> None:
    with saying(head) as url:
        fault = await answered(url, endpoint)
    assert isinstance(fault, Unavailable if endpoint.reading else Indeterminate)


async def test_nobody_listening_has_surely_done_nothing() -> None:
    with saying(b"") as url:
        pass
    assert isinstance(await answered(url, WRITE), Unavailable)


async def test_a_404_of_somebody_else_is_not_that_an_object_is_missing() -> None:
    with saying(http(b"<html>not found</html>", status="404 Not Found")) as url:
        fault = await answered(url, WRITE)
    assert isinstance(fault, Fault)
    assert not isinstance(fault, NotFound)
    assert "proxy" in fault.hint


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..",
        "nul\x00",
        "line\nbreak",
        "\x1b[31mred",
        "a/b",
        "\u202egpj",
        "🦊",
        "x" * 10_000,
    ][:: examples(3, 1, soak=1)],
)
def test_ids_and_names_of_a_hostile_service_are_only_words(tmp_path: Path, name: str) -> None:
    with wired(tmp_path) as there:
        there.write("resources:\n  tenant:\n    acme: {name: Acme, id: acme}\n")
        assert there.apply().status == 0
        row = there.world.tenants["acme"]
        there.world.tenants["acme"] = {**row, "domains": [name], "roleInheritance": ""}
        there.world.tables["outbound"][name] = {
            "id": name,
            "name": name,
            "description": "",
            "logo": "",
        }
        came = there.said("drift")
        assert came.status in (0, 2), came.err
        assert "\x1b" not in came.out
        assert "\u202e" not in came.out
        assert there.apply().status == 0
        assert [path for path in tmp_path.rglob("*") if "passwd" in path.name] == []
