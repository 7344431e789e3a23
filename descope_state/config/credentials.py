"""Looks up who we are in an environment, so that the keys of one never write into another."""

import re
from collections.abc import Mapping

from descope_state.config.keychain import stored
from descope_state.frozen import dataclass
from descope_state.model.stack import Documents

_NAMES = ("PROJECT_ID", "MANAGEMENT_KEY")


def variables(provider: str, environment: str) -> tuple[str, ...]:
    """Name the variables that hold the credentials of an environment."""
    prefix = f"{provider}_{environment}".upper().replace("-", "_")
    return tuple(f"{prefix}_{name}" for name in _NAMES)


def bare(provider: str) -> tuple[str, ...]:
    """Name the variables that hold credentials of whatever environment there is."""
    return tuple(f"{provider.upper()}_{name}" for name in _NAMES)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Credentials as variables name them; those for any environment have none of their own."""

    environment: str
    project_id: str
    missing: tuple[str, ...] = ()


def named(environ: Mapping[str, str], *, provider: str, asked: str = "") -> tuple[Named, ...]:
    """Find the credentials that there are, those for any environment last.

    A keychain cannot be searched: it is asked for what variables leave out, and for the
    environment that is asked for.
    """
    prefix = provider.upper()
    pattern = re.compile(rf"{re.escape(prefix)}_([A-Z][A-Z0-9_]*)_(?:{'|'.join(_NAMES)})")
    matches = (pattern.fullmatch(name) for name in environ if environ[name])
    found = {match[1].lower().replace("_", "-") for match in matches if match} | {asked} - {""}
    rows = [(name, variables(provider, name)) for name in sorted(found)]
    rows.append(("", bare(provider)))
    return tuple(
        one for name, names in rows if (one := _named(environ, name, names=names)) is not None
    )


def _named(environ: Mapping[str, str], environment: str, *, names: tuple[str, ...]) -> Named | None:
    project, key = (environ.get(name) or (stored(name) if environment else None) for name in names)
    missing = tuple(name for name, value in zip(names, (project, key), strict=True) if not value)
    if len(missing) == len(names):
        return None
    return Named(environment=environment, project_id=project or "", missing=missing)
