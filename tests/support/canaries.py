"""Secrets that are made up for a test, and every way in which they might be found again."""

import base64
import json
import re
import secrets
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

# What each of the forms changes is in every one of them.
_SPICE = 'a"b\\c/d+e=f g&h<i>'
_BLANK = re.compile(rb"\s+")
_SHORTEST = 12


def canary() -> str:
    """Make up a secret that no other run has."""
    return f"{secrets.token_urlsafe(18)}{_SPICE}{secrets.token_hex(6)}"


def management_key() -> str:
    """Make up one that looks as the service's do, for nothing else is sent."""
    return f"K{secrets.token_hex(14)}"


def forms(secret: str) -> set[bytes]:
    """Give a secret as it is, and as it looks inside other things."""
    raw = secret.encode()
    quoted = {json.dumps(secret)[1:-1], quote(secret), quote(secret, safe=""), quote_plus(secret)}
    quoted |= {repr(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), raw[::-1]}
    return found | {text.encode() for text in quoted} | set(_inside_base64(raw))


def _inside_base64(raw: bytes) -> Iterable[bytes]:
    """Give the part of its base64 that stays whatever stands around it."""
    for skipped in range(3):
        part = raw[skipped : skipped + (len(raw) - skipped) // 3 * 3]
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(part)


def found(canaries: Iterable[str], data: bytes) -> list[str]:
    """Name the secrets that some bytes hold in any form, also where it is broken into lines."""
    tight = _BLANK.sub(b"", data)
    return [
        secret
        for secret in canaries
        if any(
            form in data or (len(form) >= _SHORTEST and _BLANK.sub(b"", form) in tight)
            for form in forms(secret)
        )
    ]
