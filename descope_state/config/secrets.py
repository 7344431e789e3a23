"""Reads secrets where the stack says they are, and stands fingerprints in for them."""

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from descope_state.config import keychain
from descope_state.errors import Invalid, Origin, Problem
from descope_state.frozen import dataclass
from descope_state.model.value import Secret

_MOST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSources:
    """Where `secret('env:…')`, `secret('file:…')` and `secret('keychain:…')` are looked up."""

    environ: Mapping[str, str] = field(repr=False)
    root: Path

    def read(self, source: str) -> str:
        """Give the value of a secret; a ValueError names the source, never a value."""
        scheme, _, name = source.partition(":")
        match scheme:
            case "env":
                return self._variable(name)
            case "file":
                return self._file(name)
            case "keychain":
                return _keychain(name)
            case _:
                message = f"`{source}` is not a source of secrets"
                raise ValueError(message)

    def _variable(self, name: str) -> str:
        value = self.environ.get(name)
        if not value:
            message = f"the environment variable `{name}` is not set"
            raise ValueError(message)
        if any("\udc80" <= letter <= "\udcff" for letter in value):
            # So the system hands over bytes that are no text.
            message = f"the environment variable `{name}` is not UTF-8 text"
            raise ValueError(message)
        return value

    def _file(self, name: str) -> str:
        path = self.root / name
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            message = f"the secret file `{name}` cannot be read: {error.strerror}"
            raise ValueError(message) from error
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST:
                message = f"the secret file `{name}` is not a plain file of at most 1 MB"
                raise ValueError(message)
            with os.fdopen(handle, "rb", closefd=False) as file:
                return _text(file.read(), name)
        finally:
            os.close(handle)


def _text(data: bytes, name: str) -> str:
    try:
        value = data.decode().removesuffix("\n")
    except UnicodeDecodeError:
        message = f"the secret file `{name}` is not UTF-8 text"
        raise ValueError(message) from None
    if not value:
        message = f"the secret file `{name}` is empty"
        raise ValueError(message)
    return value


def _keychain(name: str) -> str:
    service, _, user = name.rpartition("/")
    value = keychain.secret(service or "dstate", user)
    if not value:
        message = f"the keychain holds nothing under `{name}`"
        raise ValueError(message)
    return value


def fingerprints(
    secrets: Mapping[Secret, Origin | None], sources: SecretSources, *, key: bytes
) -> dict[str, str]:
    """Fingerprint every secret with the state's key; all that cannot be read are told at once.

    Each comes with the place in the stack that names it.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for secret, origin in secrets.items():
        try:
            found[secret.source] = fingerprint(sources.read(secret.source), key=key)
        except ValueError as error:
            problems.append(
                Problem(
                    code="E1260",
                    message=f"secret `{secret.source}`: {error}",
                    origin=origin,
                    hint="set it where dstate runs",
                )
            )
    if problems:
        raise Invalid(problems)
    return found


def fingerprint(value: str, *, key: bytes) -> str:
    """Give what may be remembered of a secret: nothing to guess at without the key."""
    import hmac  # noqa: PLC0415  # few stacks hold secrets, and all import this

    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
