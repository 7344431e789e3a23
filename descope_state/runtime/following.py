"""What a creation is followed by: some fields have a call of their own, which may fail by itself.

What was made is known by then, so that these fields can be written as an update writes them. What
cannot be written is not remembered either: the next plan shows it.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from descope_state.core.verdict import Verdict, verdict
from descope_state.errors import DstateError
from descope_state.frozen import dataclass
from descope_state.model.event import Began, Event, Noted, Step, Succeeded
from descope_state.model.resource import Live
from descope_state.runtime.looking import Look
from descope_state.runtime.means import Means, reading
from descope_state.runtime.patience import TRIES, backoff, hopeless, worded
from descope_state.runtime.preparing import Prepared
from descope_state.runtime.sending import attempted
from descope_state.sdk.faults import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Writes what an object that was made still lacks."""

    prepared: Prepared
    means: Means
    look: Look

    async def of(self, live: Live, error: Exception) -> tuple[Live, Exception]:
        """Write it, and again where that can help; gives the object and what went wrong last."""
        tries = 0
        while lacking := self.look.lacking(live):
            tries += 1
            if tries > TRIES or self.means.stop.asked or hopeless(error):
                break
            await self._pause(error, tries)
            came = await attempted(partial(self._written, live, lacking))
            if not isinstance(came, Exception):
                live = came
                continue
            error = came
            if verdict(Step.UPDATE, error) is Verdict.NOT_DONE:
                break
            live = await self._seen(live)
        return live, error

    async def _pause(self, error: Exception, tries: int) -> None:
        began = self.prepared.began
        seconds = backoff(tries, chance=self.means.chance())
        self.means.observer.retrying(began.address, began.step, error=said(error), seconds=seconds)
        await self.means.stop.pause(seconds)

    async def _written(self, live: Live, lacking: frozenset[str]) -> Live:
        bound = self.prepared.bound
        current = bound.remote(live.id, {**live.attributes, **live.computed})
        return bound.lift(await bound.kind.update(current, self.prepared.config, lacking))

    async def _seen(self, live: Live) -> Live:
        """Look again: what was answered with a fault may have been done."""
        bound = self.prepared.bound
        try:
            remote = await reading(lambda: bound.kind.read(live.id), means=self.means)
        except Fault:
            return live
        return live if remote is None else bound.lift(remote)


def made_without(began: Began, live: Live, *, lacking: frozenset[str]) -> Sequence[Event]:
    """Say that an object was made, and that some fields were not: nobody remembers those."""
    made = success(began, live, taken_over=False)
    if not lacking or began.entry is None:
        return (made,)
    kept = {name: value for name, value in began.entry.inputs.items() if name not in lacking}
    entry = replace(
        began.entry,
        id=live.id,
        identity=live.identity,
        inputs=kept,
        outputs=made.outputs or {},
    )
    return (made, Noted(address=began.address, entry=entry))


def success(began: Began, live: Live | None, *, taken_over: bool) -> Succeeded:
    """Say what came of a call that did what was intended."""
    if live is None:
        return Succeeded(number=began.number)
    computed = live.computed
    if taken_over and began.step is Step.UPDATE:
        # What the service makes of an object that was only just imported, nobody has remembered:
        # an update that does not read it back must not make nothing of it.
        computed = {name: value for name, value in computed.items() if value is not None}
    return Succeeded(
        number=began.number,
        id=live.id,
        identity=live.identity,
        outputs={**live.attributes, **computed},
    )


def said(error: Exception) -> str:
    """Give the words of a fault; of anything else only its sort, for it may hold any value."""
    if isinstance(error, Fault):
        return worded(error)
    if isinstance(error, DstateError):
        return error.problems[0].message
    return f"{type(error).__name__} in the provider"
