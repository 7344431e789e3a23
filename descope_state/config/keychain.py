"""The operating system's keychain, where the extra for it is installed."""

from types import ModuleType

_SERVICE = "dstate"
_ABSENT = "the keychain needs the package `keyring`: pip install 'descope-state[keychain]'"


class NoKeychain(ValueError):
    """There is no keychain to ask; says why."""


def stored(name: str) -> str | None:
    """Give what the keychain holds under a name of ours, or None where there is no keychain."""
    try:
        return secret(_SERVICE, name)
    except NoKeychain:
        return None


def store(service: str, name: str, *, secret: str) -> None:
    """Put a secret into the keychain; NoKeychain says why that cannot be done."""
    keyring, failed = _keychain()
    try:
        keyring.set_password(service, name, secret)
    except failed:
        message = "this machine has no keychain that can be written"
        raise NoKeychain(message) from None


def secret(service: str, name: str) -> str | None:
    """Give what the keychain holds under a service and a name, if anything."""
    keyring, failed = _keychain()
    try:
        value = keyring.get_password(service, name)
    except failed:
        message = "this machine has no keychain that can be read"
        raise NoKeychain(message) from None
    return None if value is None else str(value)


def _keychain() -> tuple[ModuleType, type[Exception]]:
    try:
        import keyring  # noqa: PLC0415  # an extra, and slow to load
        from keyring.errors import KeyringError  # noqa: PLC0415  # as above
    except ModuleNotFoundError:
        raise NoKeychain(_ABSENT) from None
    return keyring, KeyringError
