"""Whom a connection trusts: the certificate authorities that the environment names, or httpx's."""

import os
import ssl
from collections.abc import Callable
from pathlib import Path

from descope_state.sdk.faults import Untrusted

# The first that is set counts; the first two are OpenSSL's own names.
AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")


def trust(base_url: str, *, usual: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """Load the certificate authorities (30 to 130 ms) only where TLS will be spoken."""
    if not base_url.startswith("https:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    name = next(filter(os.environ.get, AUTHORITIES), None)
    return usual() if name is None else _stated(name)


def _stated(name: str) -> ssl.SSLContext:
    path = Path(os.environ[name])
    try:
        if path.is_dir():
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except OSError as error:  # An `SSLError` is one, too.
        why = "it is not there" if isinstance(error, FileNotFoundError) else "no certificate in it"
        message = f"`{name}` names `{path}`, which cannot be used: {why}"
        hint = f"let `{name}` name a PEM file of certificate authorities, or unset it"
        raise Untrusted(message, hint=hint) from None


def doubted(error: BaseException | None) -> str:
    """Say why a certificate was refused, where that is what a failed connection comes from."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return str(error.verify_message).rstrip(".")
        error = error.__cause__ or error.__context__
    return ""
