"""Looks whether what was deleted is gone: the word of the service for it is not enough."""

import asyncio
from collections.abc import Collection, Mapping

from descope_state.runtime.bridge import Bound
from descope_state.runtime.means import Means, reading
from descope_state.runtime.patience import worded
from descope_state.sdk.faults import Fault

_FIRST_PAUSE = 0.5


async def lingering(
    deleted: Mapping[str, Collection[str]], *, means: Means
) -> tuple[Mapping[str, Collection[str]], str]:
    """Give, by kind, which of the deleted ids are listed still, and why some could not be seen.

    Each kind is listed once, and again only where something seems to be there: reads may lag.
    """
    kinds = sorted(deleted)
    found = await asyncio.gather(*(_left(kind, deleted[kind], means=means) for kind in kinds))
    unseen = next(
        (f"{kind}: {why}" for kind, (_, why) in zip(kinds, found, strict=True) if why), ""
    )
    return {kind: left for kind, (left, _) in zip(kinds, found, strict=True)}, unseen


async def _left(
    kind: str, deleted: Collection[str], *, means: Means
) -> tuple[Collection[str], str]:
    try:
        return await _listed_still(means.bounds[kind], frozenset(deleted), means=means), ""
    except Fault as fault:
        # The deletions were answered, and that counts where nobody can look.
        return (), worded(fault)


async def _listed_still(bound: Bound, deleted: frozenset[str], *, means: Means) -> frozenset[str]:
    async def listed() -> frozenset[str]:
        return frozenset([remote.id async for remote in bound.kind.list()])

    loop = asyncio.get_running_loop()
    until = loop.time() + means.lag
    pause = _FIRST_PAUSE
    while True:
        left = deleted & await reading(listed, means=means)
        if not left or loop.time() >= until:
            return left
        if means.stop.asked:
            return frozenset()
        await means.stop.pause(min(pause, until - loop.time()))
        pause *= 2
