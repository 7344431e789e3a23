"""The operating system's keychain, where the extra for it is installed."""

_SERVICE = "dstate"


class NoKeychain(ValueError):
    """There is no keychain to ask; says why."""


def stored(name: str) -> str | None:
    """Give what the keychain holds under a name of ours, or None where there is no keychain."""
    try:
        return secret(_SERVICE, name)
    except NoKeychain:
        return None


def secret(service: str, name: str) -> str | None:
    """Give what the keychain holds under a service and a name, if anything."""
    try:
        import keyring  # noqa: PLC0415  # an extra, and slow to load
        from keyring.errors import KeyringError  # noqa: PLC0415  # as above
    except ModuleNotFoundError:
        message = "the keychain needs the package `keyring`: pip install 'descope-state[keychain]'"
        raise NoKeychain(message) from None
    try:
        value = keyring.get_password(service, name)
    except KeyringError:
        message = "this machine has no keychain that can be read"
        raise NoKeychain(message) from None
    return None if value is None else str(value)
