"""What is posted is signed, sent again with growing pauses, and given up at last."""

import hashlib
import hmac

import pytest

from descope_state.errors import UsageError
from descope_state.runtime.webhook import (
    ATTEMPTS,
    DELIVERY,
    SIGNATURE,
    Undelivered,
    deliver,
    hook_of,
)
from tests.support.receiver import receiving

KEY = "0123456789abcdef"
ENVIRON = {"DSTATE_WEBHOOK_KEY": KEY}
BODY = b'{"news":1}'
NOW = 1_767_225_600


def _deliver(url: str) -> list[float]:
    pauses: list[float] = []
    deliver(hook_of(url, ENVIRON), BODY, wall=lambda: float(NOW), pause=pauses.append)
    return pauses


@pytest.mark.parametrize("url", ["https://h:abc/x", "https://h:99999/", "https://[::1/"])
def test_an_address_that_nobody_can_post_to_is_refused_at_once(url: str) -> None:
    with pytest.raises(UsageError, match="not a URL"):
        hook_of(url, ENVIRON)


def test_what_is_posted_can_be_verified() -> None:
    with receiving() as received:
        assert _deliver(received.url) == []
    assert received.bodies == [BODY]
    assert received.paths == ["/hook?team=a"]
    (headers,) = received.headers
    digest = hmac.new(KEY.encode(), f"{NOW}.".encode() + BODY, hashlib.sha256).hexdigest()
    assert headers[SIGNATURE] == f"t={NOW},v1={digest}"
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("busy", [429, 500, 503, 408])
def test_a_busy_receiver_is_tried_again_later_with_the_same_number(busy: int) -> None:
    with receiving(busy, busy, 200) as received:
        assert _deliver(received.url) == [1.0, 2.0]
    assert received.bodies == [BODY] * 3
    assert len({headers[DELIVERY] for headers in received.headers}) == 1


def test_it_is_given_up_at_last() -> None:
    with receiving(*[503] * 9) as received, pytest.raises(Undelivered) as given_up:
        _deliver(received.url)
    assert len(received.bodies) == ATTEMPTS
    assert "answered 503" in given_up.value.message
    assert "team=a" not in given_up.value.message


@pytest.mark.parametrize("refusal", [400, 401, 404, 302])
def test_a_receiver_that_refuses_is_not_asked_again_nor_followed(refusal: int) -> None:
    with receiving(refusal) as received, pytest.raises(Undelivered):
        _deliver(received.url)
    assert len(received.bodies) == 1


def test_nobody_there_is_tried_as_often() -> None:
    with receiving() as received:
        url = received.url
    pauses: list[float] = []
    with pytest.raises(Undelivered):
        deliver(hook_of(url, ENVIRON), BODY, wall=lambda: 0.0, pause=pauses.append)
    assert pauses == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize(
    ("url", "environ", "about"),
    [
        ("ftp://hooks.example", ENVIRON, "not a URL"),
        ("hooks.example/x", ENVIRON, "not a URL"),
        ("https://a:b@hooks.example", ENVIRON, "not a URL"),
        ("http://hooks.example/x", ENVIRON, "in clear"),
        ("https://hooks.example/x", {}, "is not set"),
        ("https://hooks.example/x", {"DSTATE_WEBHOOK_KEY": "short"}, "is shorter"),
    ],
)
def test_what_cannot_be_safe_is_refused(url: str, environ: dict[str, str], about: str) -> None:
    with pytest.raises(UsageError, match=about):
        hook_of(url, environ)
