"""Looks up who we are in an environment, so that the keys of one never write into another."""

from collections.abc import Mapping

from descope_state.config.keychain import stored
from descope_state.model.stack import Documents

_NAMES = ("PROJECT_ID", "MANAGEMENT_KEY")


def variables(provider: str, environment: str) -> tuple[str, ...]:
    """Name the variables that hold the credentials of an environment."""
    prefix = f"{provider}_{environment}".upper().replace("-", "_")
    return tuple(f"{prefix}_{name}" for name in _NAMES)


def credentials(
    documents: Documents, environ: Mapping[str, str], *, provider: str
) -> tuple[str, str]:
    """Give project id and key: the environment's own names first, then the keychain.

    Names without the environment serve only where they cannot mean another one.
    """
    shared = _may_share(documents, environ, prefix=provider.upper())
    project, key = (
        environ.get(own)
        or (environ.get(f"{provider.upper()}_{name}") if shared else None)
        or stored(own)
        or ""
        for own, name in zip(variables(provider, documents.environment.name), _NAMES, strict=True)
    )
    return project, key


def _may_share(documents: Documents, environ: Mapping[str, str], *, prefix: str) -> bool:
    if len(documents.environments) == 1:
        return True
    pinned = documents.environment.project_id
    return bool(pinned) and environ.get(f"{prefix}_PROJECT_ID") == pinned
