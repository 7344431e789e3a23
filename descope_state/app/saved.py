"""Saves plans, and reads them back as far as they can be trusted."""

import os
from collections.abc import Mapping
from pathlib import Path

from descope_state.app.registry import catalog_of
from descope_state.app.surroundings import Surroundings
from descope_state.config.files import read_anywhere
from descope_state.config.location import find_stack, state_folder
from descope_state.config.settings import read_settings
from descope_state.errors import DstateError, UnsafeFile
from descope_state.frozen import dataclass
from descope_state.model.codec import decode_plan, encode_plan, plan_bindings
from descope_state.model.plan import Bindings, Plan
from descope_state.sdk.schema import Schema
from descope_state.store.disk import DISK
from descope_state.store.state import Store

_LARGEST = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """A plan from a file; `why` says what kept its seal from being verified."""

    plan: Plan
    schemas: Mapping[str, Schema]
    verified: bool
    why: str = ""


def save_plan(path: Path, plan: Plan, *, key: bytes) -> None:
    """Seal a plan and write it, privately and whole."""
    DISK.replace(path, encode_plan(plan, key))


def read_plan(surroundings: Surroundings, path: Path, *, chdir: Path | None) -> SavedPlan:
    """Read a saved plan; its seal is verified with the key of the state it was made from."""
    data = sealed(path)
    key, why = _key(surroundings, plan_bindings(data), chdir)
    catalog = catalog_of(surroundings.providers())
    return SavedPlan(
        plan=decode_plan(data, key),
        schemas={kind: described.schema for kind, described in catalog.items()},
        verified=key is not None,
        why=why,
    )


def sealed(path: Path) -> bytes:
    """Give a saved plan as it lies on the disk."""
    if not os.path.lexists(path):
        message = f"there is no plan `{path}`"
        raise UnsafeFile(message, hint=f"`dstate plan -out {path.name}` makes one")
    return read_anywhere(path, limit=_LARGEST)


def _key(
    surroundings: Surroundings, bindings: Bindings, chdir: Path | None
) -> tuple[bytes | None, str]:
    """Find the key; a plan of another stack is shown unverified rather than called altered."""
    try:
        root = find_stack(surroundings.folder, chdir=chdir)
        settings = read_settings(root)
    except DstateError:
        return None, "there is no stack here whose state has its key"
    if settings.name != bindings.stack:
        return None, f"it is of stack `{bindings.stack}`, and this is `{settings.name}`"
    store = Store(
        folder=state_folder(
            root,
            stack=settings.name,
            path=settings.state_path,
            environment=bindings.environment,
        ),
        lineage=surroundings.lineage,
        fresh_key=surroundings.key,
    )
    snapshot = store.snapshot()
    if snapshot is None or snapshot.lineage != bindings.lineage:
        return None, f"the state of `{bindings.environment}` here has another lineage"
    return store.key(), ""
