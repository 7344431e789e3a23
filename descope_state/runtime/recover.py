"""Settles what a run that was interrupted had begun: each open intent is looked for, never sent."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from descope_state.core.replay import Replay
from descope_state.model.event import Doubted, Event, Failed, Step, Succeeded
from descope_state.model.outcome import Settled
from descope_state.model.state import Pending
from descope_state.runtime.bridge import Bound
from descope_state.runtime.following import made_without
from descope_state.runtime.looking import Finding, Look
from descope_state.runtime.means import Means
from descope_state.sdk.faults import Fault, Throttled, Unauthorized, Unavailable


async def settle(replay: Replay, *, means: Means) -> tuple[Settled, ...]:
    """Find out what became of every open intent; each answer is written down as it comes.

    A service that cannot be asked raises its fault: then nothing more is known than before.
    """
    turns = asyncio.Semaphore(means.parallelism)

    async def one(number: int, pending: Pending) -> Settled:
        async with turns:
            look = _look(pending, replay=replay, means=means)
            finding = await _found(pending, look)
        for event in _events(number, pending, finding, look=look):
            means.journal.write(event)
            replay.feed(event)
        return _settled(pending, finding)

    found = await asyncio.gather(
        *(one(number, pending) for number, pending in replay.numbered), return_exceptions=True
    )
    await means.journal.sync()
    for result in found:
        if isinstance(result, BaseException):
            raise result
    return tuple(result for result in found if isinstance(result, Settled))


def _look(pending: Pending, *, replay: Replay, means: Means) -> Look | None:
    began = pending.began
    kind = began.address.kind
    bound = _bound(means.bounds, kind)
    if bound is None:
        return None
    return Look(
        pending,
        bound=bound,
        means=means,
        owned=frozenset(
            entry.id for address, entry in replay.entries.items() if address.kind == kind
        ),
        before=replay.entries.get(began.address),
    )


async def _found(pending: Pending, look: Look | None) -> Finding:
    if look is None:
        kind = pending.began.address.kind
        return Finding(effect=None, why=f"no installed provider manages the kind `{kind}`")
    try:
        return await look.found()
    except (Unavailable, Throttled, Unauthorized):
        raise
    except Fault as fault:
        return Finding(effect=None, why=fault.message)


def _bound(bounds: Mapping[str, Bound], kind: str) -> Bound | None:
    return bounds.get(kind)


def _events(
    number: int, pending: Pending, finding: Finding, *, look: Look | None
) -> Sequence[Event]:
    if finding.effect is None:
        return (Doubted(number=number, error=finding.why),)
    if not finding.effect:
        return (Failed(number=number, error=finding.why or "it had not taken effect"),)
    if pending.began.step is Step.DELETE or finding.live is None or look is None:
        return (Succeeded(number=number),)
    lacking = look.lacking(finding.live)
    return made_without(replace(pending.began, number=number), finding.live, lacking=lacking)


def _settled(pending: Pending, finding: Finding) -> Settled:
    began = pending.began
    return Settled(
        address=began.address,
        step=began.step.value,
        identity=began.identity,
        found=finding.effect,
        id=finding.live.id if finding.live is not None else began.id,
        why=finding.why,
    )
