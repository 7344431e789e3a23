"""Asks what would go with the objects that are to be deleted; nothing is written for it."""

from collections import defaultdict
from collections.abc import Iterable

from descope_state.core.accompanying import counted, taking
from descope_state.model.address import Address
from descope_state.model.change import Change
from descope_state.runtime.bridge import bound
from descope_state.runtime.gate import Gate
from descope_state.runtime.patience import patiently
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.provider import Along, Session


async def accompanying(
    session: Session, changes: Iterable[Change], *, catalog: Catalog, gate: Gate
) -> dict[Address, dict[str, int]]:
    """Count, for every deletion that may take something along, what it does."""
    changes = tuple(changes)
    by_kind: dict[str, list[Change]] = defaultdict(list)
    for change in taking(changes, catalog):
        by_kind[change.address.kind].append(change)
    found: dict[Address, dict[str, int]] = {}
    for kind, going in by_kind.items():
        told = await _asked(session, kind, going=going, catalog=catalog, gate=gate)
        for change, along in zip(going, told, strict=True):
            found[change.address] = counted(along, changes)
    return found


async def _asked(
    session: Session, kind: str, *, going: list[Change], catalog: Catalog, gate: Gate
) -> list[tuple[Along, ...]]:
    known = bound(session.kinds[kind], catalog[kind].schema)
    currents = [known.remote(change.id, change.before or {}) for change in going]
    told = await patiently(lambda: known.cascade.takes_along(currents), chance=gate.chance)
    return [tuple(along) for along in told]
