"""Posts news to a webhook: signed, retried with growing pauses, and given up at last.

The signature is over the time and the body, so that neither can be replaced; the same delivery
has the same number however often it is sent, so that the other side may drop what it has.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from descope_state.errors import DstateError, UsageError
from descope_state.frozen import dataclass

KEY_VARIABLE = "DSTATE_WEBHOOK_KEY"
SIGNATURE = "x-dstate-signature"
DELIVERY = "x-dstate-delivery"
ATTEMPTS = 5
_SECONDS = 10.0
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_GOOD = range(200, 300)
_AGAIN = frozenset({408, 425, 429, *range(500, 600)})
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_SHORTEST_KEY = 16


class Undelivered(DstateError):
    """The other side of a webhook did not take what was sent."""

    code = "E1320"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where to post, and the key that signs; the address may be a secret as well."""

    url: SplitResult
    key: bytes

    @property
    def host(self) -> str:
        """What may be said aloud of the address."""
        return self.url.hostname or ""


def hook_of(url: str, environ: Mapping[str, str]) -> Hook:
    """Check where news is to go, and take the key from the environment."""
    parts = _split(url)
    if (
        parts is None
        or parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.username
    ):
        message = "`--webhook` is not a URL that can be posted to"
        raise UsageError(message, hint="write `--webhook https://hooks.example/dstate`")
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        message = f"`--webhook` would send what was found to {parts.hostname} in clear"
        raise UsageError(message, hint="use `https://`; `http://` is for this machine only")
    key = environ.get(KEY_VARIABLE, "")
    if len(key) < _SHORTEST_KEY:
        what = "is not set" if not key else f"is shorter than {_SHORTEST_KEY} characters"
        message = f"{KEY_VARIABLE} {what}: it signs what is posted"
        raise UsageError(message, hint=f"export {KEY_VARIABLE}=$(openssl rand -hex 32)")
    return Hook(url=parts, key=key.encode())


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # It is looked at when it is first asked for.
    except ValueError:
        return None
    return parts


def signature(body: bytes, *, key: bytes, seconds: int) -> str:
    """Sign a body as of a time: `t=1767225600,v1=<hex>` over `1767225600.<body>`."""
    digest = hmac.new(key, f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def deliver(
    hook: Hook, body: bytes, *, wall: Callable[[], float], pause: Callable[[float], None]
) -> None:
    """Post until it is taken, or say why it was not."""
    why = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(min(_FIRST_PAUSE * 2 ** (attempt - 1), _LONGEST_PAUSE))
        try:
            status = _post(hook, body, seconds=int(wall()))
        except (OSError, HTTPException) as error:
            why = str(error) or type(error).__name__
            continue
        if status in _GOOD:
            return
        why = f"it answered {status}"
        if status not in _AGAIN:
            break
    message = f"the webhook at {hook.host} did not take it: {why}"
    raise Undelivered(message, hint="what is new is posted again after the next look")


def _post(hook: Hook, body: bytes, *, seconds: int) -> int:
    secure = hook.url.scheme == "https"
    connection = (HTTPSConnection if secure else HTTPConnection)(
        hook.host, hook.url.port, timeout=_SECONDS
    )
    path = hook.url.path or "/"
    headers = {
        "content-type": "application/json",
        "user-agent": "dstate",
        SIGNATURE: signature(body, key=hook.key, seconds=seconds),
        DELIVERY: hashlib.sha256(body).hexdigest()[:32],
    }
    try:
        connection.request(
            "POST", f"{path}?{hook.url.query}" if hook.url.query else path, body, headers
        )
        return connection.getresponse().status
    finally:
        connection.close()
