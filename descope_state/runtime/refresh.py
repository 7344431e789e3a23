"""Reads what is live: one list per kind, single reads only where a list is partial."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from descope_state.core.observation import ById, Observation
from descope_state.model.resource import Live
from descope_state.runtime.abreast import all_over
from descope_state.runtime.bridge import Lift, lifting
from descope_state.runtime.gate import Gate
from descope_state.runtime.patience import patiently
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.faults import NotLicensed
from descope_state.sdk.provider import Kind, Session


async def refresh(
    session: Session,
    *,
    kinds: Collection[str],
    managed: Mapping[str, Collection[str]],
    catalog: Catalog,
    gate: Gate,
    parallelism: int = 10,
    whole: bool = False,
) -> Observation:
    """Observe a project: every object of the kinds in play.

    An object whose list lacks fields is read by itself where it is managed, or `whole` is asked.
    """
    kinds = sorted(kinds)
    turns = asyncio.Semaphore(parallelism)
    looks = [
        asyncio.ensure_future(
            _looked_at(
                session.kinds[kind],
                lift=lifting(session.kinds[kind], catalog[kind].schema),
                managed=managed.get(kind, ()),
                turns=turns,
                chance=gate.chance,
                whole=whole,
            )
        )
        for kind in kinds
    ]
    tier = asyncio.ensure_future(patiently(session.tier, chance=gate.chance))
    await all_over(*looks, tier)
    found = [look.result() for look in looks]
    return Observation(
        live=dict(zip(kinds, (objects for objects, _ in found), strict=True)),
        closed={kind: why for kind, (_, why) in zip(kinds, found, strict=True) if why},
        baseline=session.baseline(),
        tier=int(tier.result()),
        calls=gate.total,
        project_id=session.project_id,
        base_url=session.base_url,
        limits=session.limits,
    )


async def seen_beside(
    observation: Observation,
    session: Session,
    *,
    kinds: Collection[str],
    catalog: Catalog,
    gate: Gate,
) -> Observation:
    """Add to what was observed the lists of other kinds, whose objects something names."""
    if not kinds:
        return observation
    turns, order = asyncio.Semaphore(len(kinds)), sorted(kinds)
    looks = (
        _looked_at(
            session.kinds[kind],
            lift=lifting(session.kinds[kind], catalog[kind].schema),
            managed=(),
            turns=turns,
            chance=gate.chance,
            whole=False,
        )
        for kind in order
    )
    found = dict(zip(order, await asyncio.gather(*looks), strict=True))
    return replace(
        observation,
        beside={kind: objects for kind, (objects, why) in found.items() if not why},
        calls=gate.total,
    )


async def _looked_at(
    kind: Kind[Any],
    *,
    lift: Lift,
    managed: Collection[str],
    turns: asyncio.Semaphore,
    chance: Callable[[], float],
    whole: bool,
) -> tuple[ById, str]:
    """Give the objects of a kind, or why these credentials may not see any.

    Only where nothing of the kind is managed: what is, must never seem to have vanished.
    """
    try:
        found = await _objects(
            kind, lift=lift, managed=managed, turns=turns, chance=chance, every=whole
        )
    except NotLicensed as fault:
        if managed:
            raise
        return {}, fault.message
    return found, ""


async def _objects(
    kind: Kind[Any],
    *,
    lift: Lift,
    managed: Collection[str],
    turns: asyncio.Semaphore,
    chance: Callable[[], float],
    every: bool,
) -> ById:
    async def listed() -> list[Live]:
        return [lift(remote) async for remote in kind.list()]

    async def whole(id_: str) -> Live | None:
        async with turns:
            remote = await patiently(lambda: kind.read(id_), chance=chance)
        return None if remote is None else lift(remote)

    async with turns:
        live = await patiently(listed, chance=chance)
    found = {one.id: one for one in live}
    if kind.partial_list:
        known = sorted(
            id_ for id_, one in found.items() if every or id_ in managed or one.identity in managed
        )
        reads = {id_: asyncio.ensure_future(whole(id_)) for id_ in known}
        await all_over(*reads.values())
        for id_, read in reads.items():
            if (one := read.result()) is None:
                del found[id_]
            else:
                found[id_] = one
    return found
