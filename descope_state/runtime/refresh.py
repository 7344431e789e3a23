"""Reads what is live: one list per kind, single reads only where a list is partial."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from descope_state.core.observation import ById, Observation
from descope_state.model.resource import Live
from descope_state.runtime.bridge import Lift, lifting
from descope_state.runtime.gate import Gate
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.provider import Kind, Session


async def refresh(
    session: Session,
    *,
    kinds: Collection[str],
    managed: Mapping[str, Collection[str]],
    catalog: Catalog,
    gate: Gate,
    parallelism: int = 10,
) -> Observation:
    """Observe a project: every object of the kinds in play."""
    kinds = sorted(kinds)
    turns = asyncio.Semaphore(parallelism)
    tier, found = await asyncio.gather(
        session.tier(),
        asyncio.gather(
            *(
                _objects(
                    session.kinds[kind],
                    lift=lifting(session.kinds[kind], catalog[kind].schema),
                    managed=managed.get(kind, ()),
                    turns=turns,
                )
                for kind in kinds
            )
        ),
    )
    return Observation(
        live=dict(zip(kinds, found, strict=True)),
        baseline=session.baseline(),
        tier=int(tier),
        calls=gate.total,
        project_id=session.project_id,
        base_url=session.base_url,
        limits=session.limits,
    )


async def _objects(
    kind: Kind[Any], *, lift: Lift, managed: Collection[str], turns: asyncio.Semaphore
) -> ById:
    async with turns:
        live = [lift(remote) async for remote in kind.list()]
    found = {one.id: one for one in live}
    if kind.partial_list:
        known = sorted(id_ for id_ in managed if id_ in found)
        whole = await asyncio.gather(*(_whole(kind, id_, lift=lift, turns=turns) for id_ in known))
        for id_, one in zip(known, whole, strict=True):
            if one is None:
                del found[id_]
            else:
                found[id_] = one
    return found


async def _whole(kind: Kind[Any], id_: str, *, lift: Lift, turns: asyncio.Semaphore) -> Live | None:
    async with turns:
        remote = await kind.read(id_)
    return None if remote is None else lift(remote)
