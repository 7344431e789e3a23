"""One worker's way with a change: written down, sent, and pursued until its outcome is known.

The intent is durable before the request leaves. What surely had no effect may be sent again; of
what nobody knows, the service is asked first.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from descope_state.core.expressions import ExpressionError
from descope_state.core.operations import Operation
from descope_state.core.promising import Results
from descope_state.core.replay import Replay
from descope_state.core.verdict import Verdict, verdict
from descope_state.errors import DstateError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.event import Began, Doubted, Event, Failed, Step
from descope_state.model.nearness import listed
from descope_state.model.outcome import Fate
from descope_state.model.resource import Live
from descope_state.model.state import Pending
from descope_state.runtime.bridge import Unfit
from descope_state.runtime.following import Following, made_without, said, success
from descope_state.runtime.looking import Finding, Look
from descope_state.runtime.means import Means
from descope_state.runtime.patience import TRIES, backoff, hopeless, worded
from descope_state.runtime.preparing import Prepared, Preparing
from descope_state.runtime.sending import attempted, sent
from descope_state.sdk.faults import Fault, NotLicensed, Unauthorized
from descope_state.sdk.provider import Remote


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one operation ended.

    A fatal one leaves nothing to hope for the others; an unanswered one says that the service may
    be away.
    """

    fate: Fate
    id: str = ""
    error: str = ""
    hint: str = ""
    because: Address | None = None
    fatal: bool = False
    unanswered: bool = False


class Ended(Protocol):
    """Who is told, once for every operation, how it ended."""

    def __call__(self, operation: Operation, ending: Ending) -> None:
        """Hear how an operation ended."""


INTERRUPTED = "the run was stopped before its turn came"


class Worker:
    """Carries out operations of one kind and step, one or several in one call.

    `known` are, by kind, the ids that were there when the project was last read; `doubtful` the
    addresses whose updates have come to nothing before.
    """

    def __init__(
        self,
        replay: Replay,
        *,
        means: Means,
        preparing: Preparing,
        results: Results,
        known: Callable[[str], frozenset[str]],
        doubtful: Collection[Address] = (),
    ) -> None:
        self._replay = replay
        self._means = means
        self._preparing = preparing
        self._results = results
        self._known = known
        self._doubtful = doubtful
        self._gone: set[tuple[str, str]] = set()
        self._owners = {
            (address.kind, entry.id): address for address, entry in replay.entries.items()
        }

    async def carry_out(self, group: Sequence[Operation], *, ended: Ended) -> None:
        """Carry out operations that go together; tells of each how it ended."""
        ready = [
            prepared
            for operation in group
            if (prepared := self._prepared(operation, ended)) is not None
        ]
        if await self._intended(ready, ended):
            await self._pursue(ready, ended)

    def _prepared(self, operation: Operation, ended: Ended) -> Prepared | None:
        try:
            return self._preparing.prepared(operation, at=self._means.wall())
        except (ExpressionError, Unfit, LookupError) as error:
            ended(operation, Ending(fate=Fate.FAILED, error=f"it was not sent: {error}"))
            return None

    async def _intended(self, ready: Sequence[Prepared], ended: Ended) -> bool:
        """Make the intents durable; nothing is sent where that fails, or where all is to stop."""
        for prepared in ready:
            self._record(prepared.began)
            self._means.observer.began(prepared.began.address, prepared.began.step)
        try:
            await self._means.journal.sync()
        except DstateError as error:
            self._end_all(ready, Ending(fate=Fate.UNTRIED, error=error.message, fatal=True), ended)
            return False
        if self._means.stop.asked:
            self._give_up(ready, Ending(fate=Fate.UNTRIED, error=INTERRUPTED), ended)
            return False
        return bool(ready)

    async def _pursue(self, group: Sequence[Prepared], ended: Ended) -> None:
        """Send, and send again, until every operation of the group has ended."""
        tries = 0
        while True:
            lives = await attempted(partial(self._sent, group))
            if isinstance(lives, Exception):
                error, judged = lives, verdict(group[0].began.step, lives)
                if judged is Verdict.DONE and len(group) == 1:
                    lives = [None]
                elif judged in (Verdict.AGAIN, Verdict.UNKNOWN):
                    tries += 1
                    left = await self._remaining(group, error, judged, tries=tries, ended=ended)
                    group = await self._intended_again(left, ended)
                    if not group:
                        return
                    continue
                else:
                    await self._refused(group, error, judged, ended=ended)
                    return
            for prepared, live in zip(group, lives, strict=True):
                self._succeed(prepared, live, ended)
            return

    async def _sent(self, group: Sequence[Prepared]) -> Sequence[Live | None]:
        answers = await sent(group)
        if group[0].began.step is Step.DELETE:
            return [None] * len(group)
        lift = group[0].bound.lift
        lives = [lift(remote) for remote in answers]
        if len(lives) != len(group) or not all(live.id for live in lives):
            message = f"the answer is not about the {len(group)} objects that were sent"
            raise ValueError(message)
        self._confide(group, answers)
        return [await self._checked(*each) for each in zip(group, lives, strict=True)]

    async def _checked(self, prepared: Prepared, live: Live) -> Live:
        """Hold an answer that is what was asked for against what is there, where that is doubtful.

        Some updates are answered with nothing: what became of them is seen by looking.
        """
        if prepared.began.address not in self._doubtful:
            return live
        look = self._look(prepared)
        if not look.matches(live):
            return live
        finding = await look.find()
        return finding.live if finding.effect is False and finding.live is not None else live

    def _confide(self, group: Sequence[Prepared], answers: Sequence[Remote[Any]]) -> None:
        """Hand over what is told only now, before the answer counts as one."""
        for prepared, remote in zip(group, answers, strict=True):
            for name, secret in remote.once.items():
                if self._means.confidant is None:
                    message = "a secret was told, and there is nobody to keep it"
                    raise ValueError(message)
                self._means.confidant.keep(prepared.began.address, name, secret=secret)

    async def _remaining(
        self,
        group: Sequence[Prepared],
        error: Exception,
        judged: Verdict,
        *,
        tries: int,
        ended: Ended,
    ) -> list[Prepared]:
        """Give what is still to be sent, after a while; ends all else."""
        if judged is Verdict.UNKNOWN:
            group = await self._looked(group, error, ended)
        stopped = self._means.stop.asked
        if not group:
            return []
        # Where a secret cannot be kept here, another object with another one would not be either.
        ours = isinstance(error, DstateError)
        if tries >= TRIES or stopped or ours or hopeless(error):
            fate = Fate.UNTRIED if stopped else Fate.FAILED
            fatal = hopeless(error)
            ending = Ending(
                fate=fate,
                error=said(error),
                hint=_hint(error),
                fatal=fatal,
                unanswered=not (stopped or ours),
            )
            self._give_up(group, ending, ended)
            return []
        seconds = backoff(tries, chance=self._means.chance())
        for prepared in group:
            began = prepared.began
            self._means.observer.retrying(
                began.address, began.step, error=said(error), seconds=seconds
            )
        await self._means.stop.pause(seconds)
        return list(group)

    async def _intended_again(self, group: Sequence[Prepared], ended: Ended) -> Sequence[Prepared]:
        """Write intents down anew: an absence proves nothing so shortly after the new request."""
        now = self._means.wall()
        anew = [replace(prepared, began=replace(prepared.began, at=now)) for prepared in group]
        return anew if anew and await self._intended(anew, ended) else ()

    async def _looked(
        self, group: Sequence[Prepared], error: Exception, ended: Ended
    ) -> list[Prepared]:
        """Ask what became of each; gives those that surely were not done."""
        remaining: list[Prepared] = []
        for prepared in group:
            began = prepared.began
            self._means.observer.looking(began.address, began.step, error=said(error))
            finding = await self._finding(prepared)
            if finding.effect:
                await self._settled(prepared, finding.live, error, ended=ended)
            elif finding.effect is None:
                self._doubt(prepared, f"{said(error)}; {finding.why}", ended)
            else:
                remaining.append(replace(prepared, doubted=True))
        return remaining

    async def _finding(self, prepared: Prepared) -> Finding:
        if self._means.stop.asked:
            return Finding(effect=None, why="interrupted before it could be looked for")
        return await self._look(prepared).find()

    def _look(self, prepared: Prepared) -> Look:
        began = prepared.began
        kind = began.address.kind
        return Look(
            Pending(began=began, known=tuple(self._known(kind))),
            bound=prepared.bound,
            means=self._means,
            owned=frozenset(id_ for name, id_ in self._owners if name == kind),
            before=prepared.before,
        )

    async def _refused(
        self, group: Sequence[Prepared], error: Exception, judged: Verdict, *, ended: Ended
    ) -> None:
        """Find the culprit of a refused batch by halves; a single one has failed."""
        if len(group) > 1 and not isinstance(error, Unauthorized | NotLicensed):
            half = len(group) // 2
            for part in (group[:half], group[half:]):
                anew = await self._intended_again(part, ended)
                if anew:
                    await self._pursue(anew, ended)
            return
        prepared = group[0]
        hint = _hint(error)
        if judged is Verdict.TAKEN and prepared.bound.schema.unique:
            finding = await self._second_look(prepared)
            if await self._resolved(prepared, finding, error=error, ended=ended):
                return
            if finding.live is not None:
                hint = (
                    f"`{finding.live.identity}` is there as {finding.live.id}, and not as it was to"
                    " be made: plan again, and take it over with an `imports` entry, or give this"
                    " one another name"
                )
        fatal = isinstance(error, Unauthorized)
        ending = Ending(fate=Fate.FAILED, error=said(error), hint=hint, fatal=fatal)
        self._give_up(group, ending, ended)

    async def _second_look(self, prepared: Prepared) -> Finding:
        """Look what stands in the way of a refused creation: it may be its own object."""
        look = self._look(prepared)
        # One that was sent before, to no answer, may be what stands in its own way; and reads may
        # be slower to show it than the refusal was.
        try:
            return await (look.found() if prepared.doubted else look.once())
        except Fault as fault:
            return Finding(effect=None, why=worded(fault), unsure=True)

    async def _resolved(
        self, prepared: Prepared, finding: Finding, *, error: Exception, ended: Ended
    ) -> bool:
        """End a refused creation whose object is there, or may be; tells whether it has ended."""
        if finding.unsure:
            # Refused, but nobody can say what for. The next command asks again.
            self._doubt(prepared, f"{said(error)}; {finding.why}", ended)
            return True
        live = finding.live if finding.effect else None
        lacking = self._look(prepared).whole_but_for(live) if live is not None else None
        # What was sent before may have been made without what was to follow; a stranger was not.
        if lacking is None or (lacking and not prepared.doubted):
            return False
        await self._settled(prepared, live, error, ended=ended)
        return True

    async def _settled(
        self, prepared: Prepared, live: Live | None, error: Exception, *, ended: Ended
    ) -> None:
        """End an operation that took effect; what it was to be followed by is written now."""
        look = self._look(prepared)
        if live is not None and look.lacking(live):
            following = Following(prepared=prepared, means=self._means, look=look)
            live, error = await following.of(live, error)
        lacking = look.lacking(live) if live is not None else frozenset()
        if live is None or not lacking:
            self._succeed(prepared, live, ended)
        else:
            self._half(prepared, live, error, lacking=lacking, ended=ended)

    def _half(
        self,
        prepared: Prepared,
        live: Live,
        error: Exception,
        *,
        lacking: frozenset[str],
        ended: Ended,
    ) -> None:
        """Remember what was made, and fail for what was not: the next plan shows that."""
        began = prepared.began
        self._owners[began.address.kind, live.id] = began.address
        for event in made_without(began, live, lacking=lacking):
            self._record(event)
        self._results.write(began.address)
        names = listed(sorted(lacking))
        words = f"it was made, as {live.id}, but without its {names}: {said(error)}"
        ending = Ending(fate=Fate.FAILED, id=live.id, error=words, hint=_hint(error))
        self._end_all([prepared], ending, ended)

    def _succeed(self, prepared: Prepared, live: Live | None, ended: Ended) -> None:
        began = prepared.began
        if live is not None:
            owner = self._owners.get((began.address.kind, live.id), began.address)
            if owner != began.address or self._was_there(began, live):
                whose = f"belongs to {owner}" if owner != began.address else "was there before"
                why = f"it was answered with the id {live.id}, which {whose}"
                self._doubt(prepared, why, ended)
                return
            self._owners[began.address.kind, live.id] = began.address
        if began.step is Step.DELETE:
            self._owners.pop((began.address.kind, began.id), None)
            self._gone.add((began.address.kind, began.id))
        self._record(success(began, live, taken_over=prepared.before is None))
        self._results.write(began.address)
        id_ = live.id if live is not None else ""
        self._means.observer.succeeded(began.address, began.step, id_=id_)
        ended(prepared.operation, Ending(fate=Fate.DONE, id=id_))

    def _was_there(self, began: Began, live: Live) -> bool:
        """Tell whether what was made just now is said to be what had been there all along."""
        kind = began.address.kind
        return (
            began.step is Step.CREATE
            and live.id in self._known(kind)
            and (kind, live.id) not in self._gone
        )

    def _doubt(self, prepared: Prepared, why: str, ended: Ended) -> None:
        self._record(Doubted(number=prepared.began.number, error=why))
        ending = Ending(fate=Fate.UNKNOWN, error=why, unanswered=True)
        self._end_all([prepared], ending, ended)

    def _give_up(self, group: Sequence[Prepared], ending: Ending, ended: Ended) -> None:
        for prepared in group:
            self._record(Failed(number=prepared.began.number, error=ending.error))
        self._end_all(group, ending, ended)

    def _end_all(self, group: Sequence[Prepared], ending: Ending, ended: Ended) -> None:
        for prepared in group:
            began = prepared.began
            self._means.observer.failed(began.address, began.step, error=ending.error)
            ended(prepared.operation, ending)

    def _record(self, event: Event) -> None:
        self._means.journal.write(event)
        self._replay.feed(event)


def _hint(error: Exception) -> str:
    return error.hint if isinstance(error, Fault) else ""
