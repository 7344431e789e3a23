"""Carries out a plan in one place: settles what was interrupted, looks, applies, commits."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace

from descope_state.app.looking import Moved, in_play, moved_on, stale_message, without
from descope_state.core.accompanying import grown
from descope_state.core.observation import Observation
from descope_state.core.operations import Operation, Operations, Step, lower
from descope_state.core.ports import Confidant, Journal, Observer
from descope_state.core.promising import Results, noted, output_results, refreshed, remaining
from descope_state.core.repeating import Repeated, doubtful, never
from descope_state.core.replay import Replay, replayed
from descope_state.errors import StalePlan, UnsafeFile
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action, Change
from descope_state.model.event import Event, Known, Noted, Started, Succeeded
from descope_state.model.outcome import Fate, Outcome, Result, Settlement
from descope_state.model.plan import DIRECT, Plan
from descope_state.model.state import Snapshot
from descope_state.runtime.accompanying import accompanying
from descope_state.runtime.apply import Scheduler
from descope_state.runtime.bridge import bound
from descope_state.runtime.gate import Gate
from descope_state.runtime.interruption import Stop
from descope_state.runtime.lingering import lingering
from descope_state.runtime.means import Means
from descope_state.runtime.preparing import Preparing
from descope_state.runtime.recover import settle
from descope_state.runtime.refresh import refresh
from descope_state.runtime.working import INTERRUPTED, Ending, Worker
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.provider import Session
from descope_state.store.session import Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a plan is carried out: a locked state, an open project, and what watches over both."""

    held: Held
    session: Session
    catalog: Catalog
    gate: Gate
    observer: Observer
    stop: Stop
    wall: Callable[[], float]
    chance: Callable[[], float]
    parallelism: int = 10
    confidant: Confidant | None = None

    def means(self, journal: Journal) -> Means:
        """Give what the runtime needs."""
        return Means(
            bounds={
                name: bound(kind, self.catalog[name].schema)
                for name, kind in self.session.kinds.items()
                if name in self.catalog
            },
            gate=self.gate,
            journal=journal,
            observer=self.observer,
            stop=self.stop,
            wall=self.wall,
            chance=self.chance,
            lag=self.session.lag,
            parallelism=self.parallelism,
            confidant=self.confidant,
        )


async def settled(place: Place, *, started: Started) -> Settlement | None:
    """Settle what an interrupted run left, or what nobody could tell before; commits the answer."""
    leftover = place.held.leftover
    snapshot = place.held.snapshot
    if leftover is None and not snapshot.pending:
        return None
    events = leftover.events if leftover is not None else ()
    replay = replayed(snapshot, events)
    begun = replay.started or replace(started, run=snapshot.pending[0].began.run)
    journal = await place.held.journal(started)
    found = await settle(replay, means=place.means(journal))
    place.held.commit(replay.snapshot())
    return Settlement(
        run=begun.run,
        at=begun.at,
        command=begun.command,
        done=sum(isinstance(event, Succeeded) for event in events),
        settled=found,
        damaged=leftover.damaged if leftover is not None else (),
        torn=leftover.torn if leftover is not None else 0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A plan to be carried out, with all that it needs besides the place.

    `secrets` are values by their sources; `skip_stale` leaves out changes whose objects have moved
    on instead of refusing all. `keep` is given the changes that are about to be written, with what
    was seen, and makes a durable record of what they overwrite before the first is. `repeated`
    remembers what earlier runs asked for.
    """

    plan: Plan
    started: Started
    keep: Callable[[tuple[Change, ...], Observation], None]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    skip_stale: bool = False
    repeated: Repeated = never


async def carried_out(
    errand: Errand, place: Place, *, observation: Observation | None = None
) -> Outcome:
    """Carry out a plan; an observation that was just made spares looking again."""
    snapshot = place.held.snapshot
    seen = observation or await looked(errand.plan, place)
    stale = tuple(moved_on(errand.plan.changes, seen, catalog=place.catalog))
    if observation is None:
        stale += await _accompanied(errand.plan, place, stale=stale)
    if stale and not errand.skip_stale:
        raise StalePlan(
            stale_message(stale), hint="plan again, or apply what has not moved: --stale=skip"
        )
    plan = without(errand.plan, stale)
    schemas = {kind: described.schema for kind, described in place.catalog.items()}
    operations = lower(plan, schemas, entries=snapshot.entries)
    run = _Run(errand, place, plan=plan, operations=operations, seen=seen)
    if not run.writes:
        return run.outcome(stale, serial=snapshot.serial)
    written = {one.address: one.change for one in operations.operations}
    # What is let go of without a call is known to others afterwards, if it is to be taken back.
    let_go = (one for one in plan.changes if one.action is Action.FORGET and not one.blocked)
    errand.keep((*written.values(), *let_go), seen)
    return await run.carry_out(stale)


async def _accompanied(plan: Plan, place: Place, *, stale: tuple[Moved, ...]) -> tuple[Moved, ...]:
    """Find the deletions that would take along more than was seen when they were planned."""
    gone = {one.address for one in stale}
    found = await accompanying(
        place.session,
        (change for change in plan.changes if change.address not in gone),
        catalog=place.catalog,
        gate=place.gate,
    )
    return tuple(
        Moved(address=change.address, what=words)
        for change in plan.changes
        if change.address in found and (words := grown(change, found[change.address]))
    )


async def looked(plan: Plan, place: Place) -> Observation:
    """Read again, in bulk, what a plan is to touch."""
    kinds, managed = in_play(plan, place.held.snapshot.entries)
    return await refresh(
        place.session,
        kinds=kinds,
        managed=managed,
        catalog=place.catalog,
        gate=place.gate,
        parallelism=place.parallelism,
    )


_OUTPUTS_STAY = ("refresh-only", DIRECT)


class _Run:
    """One plan on its way: what is noted, what is done, and what it comes to."""

    def __init__(
        self,
        errand: Errand,
        place: Place,
        *,
        plan: Plan,
        operations: Operations,
        seen: Observation,
    ) -> None:
        self._errand = errand
        self._place = place
        self._plan = plan
        self._looked = place.gate.total
        self._seen_by = place.gate.reads
        self._operations = operations
        self._seen = seen
        self._snapshot = place.held.snapshot
        self._replay = Replay(self._snapshot)
        self._results = Results(plan.changes, self._replay.entries, catalog=place.catalog)
        self._scheduler: Scheduler | None = None
        self._still_there: dict[int, Ending] = {}
        self._unseen = ""
        self._steps: dict[Address, list[Operation]] = {}
        for operation in operations.operations:
            self._steps.setdefault(operation.address, []).append(operation)
        self._notes = tuple(self._noted())
        # Asked now, before this run leaves a record of its own.
        self._doubtful = frozenset(self._doubted())
        self._outputs = output_results(plan.outputs, self._snapshot.outputs, results=self._results)

    @property
    def writes(self) -> bool:
        """Tell whether anything is to be done or remembered."""
        kept = self._plan.mode in _OUTPUTS_STAY or self._outputs == dict(self._snapshot.outputs)
        return bool(self._notes or self._operations.operations or not kept)

    def _noted(self) -> Iterator[Noted]:
        entries = self._snapshot.entries
        if self._plan.mode == "refresh-only":
            return refreshed(entries, self._seen)
        return noted(
            self._plan.changes, entries, observation=self._seen, catalog=self._place.catalog
        )

    def _doubted(self) -> Iterator[Address]:
        entries = self._snapshot.entries
        for change in self._plan.changes:
            entry = entries.get(change.moved_from or change.address)
            if doubtful(change, entry, repeated=self._errand.repeated):
                yield change.address

    async def carry_out(self, stale: tuple[Moved, ...]) -> Outcome:
        """Do it, and commit what came of it."""
        journal = await self._place.held.journal(self._errand.started)
        events: tuple[Event, ...] = (*self._notes, *self._knowns())
        for event in events:
            self._record(journal, event)
        means = self._place.means(journal)
        worker = Worker(
            self._replay,
            means=means,
            results=self._results,
            known=self._known,
            doubtful=self._doubtful,
            preparing=Preparing(
                self._errand.started.run,
                results=self._results,
                bounds=means.bounds,
                entries=self._replay.entries,
                secrets=self._errand.secrets,
                seen=self._seen,
            ),
        )
        self._scheduler = Scheduler(self._operations, worker=worker, means=means)
        await self._scheduler.run()
        if not self._place.stop.asked:
            await self._confirm(journal, means=means)
        try:
            committed = self._place.held.commit(self._final())
        except UnsafeFile as error:
            message = f"{error.message}; what was done is in the journal"
            raise UnsafeFile(message, hint="make room, and run `dstate resume`") from error
        return self.outcome(stale, serial=committed.serial)

    async def _confirm(self, journal: Journal, *, means: Means) -> None:
        """Look whether what was deleted is gone; what is still there is remembered again."""
        deleted = self._deleted()
        if not deleted:
            return
        ids: dict[str, set[str]] = {}
        for operation in deleted:
            ids.setdefault(operation.kind, set()).add(operation.change.id)
        here, self._unseen = await lingering(ids, means=means)
        for operation in deleted:
            if operation.change.id in here[operation.kind]:
                self._stays(operation, journal)

    def _deleted(self) -> list[Operation]:
        """Give what was deleted; an id that was given anew meanwhile is another object's."""
        owned = {(address.kind, entry.id) for address, entry in self._replay.entries.items()}
        return [
            operation
            for operation in self._operations.operations
            if operation.step is Step.DELETE
            and (operation.kind, operation.change.id) not in owned
            and self._ending(operation).fate is Fate.DONE
        ]

    def _stays(self, operation: Operation, journal: Journal) -> None:
        """Take back that an object is gone."""
        note = remaining(operation, self._snapshot.entries, taken=self._replay.entries)
        if note is not None:
            self._record(journal, note)
        self._still_there[operation.index] = Ending(
            fate=Fate.FAILED,
            error=f"{operation.change.id} was deleted, as the service says, but is still listed",
            hint="" if note is None else f"it is remembered as {note.address}: plan again",
        )

    def _record(self, journal: Journal, event: Event) -> None:
        journal.write(event)
        self._replay.feed(event)

    def _knowns(self) -> Iterator[Known]:
        """Write down what there is of kinds without a natural key, before anything is added."""
        made = {one.kind for one in self._operations.operations if one.step is Step.CREATE}
        for kind in sorted(made):
            if not self._place.catalog[kind].schema.unique:
                yield Known(kind=kind, ids=tuple(sorted(self._known(kind))))

    def _known(self, kind: str) -> frozenset[str]:
        return frozenset(self._seen.live.get(kind, ()))

    def _final(self) -> Snapshot:
        snapshot = self._replay.snapshot()
        if self._plan.mode in _OUTPUTS_STAY:
            return snapshot
        outputs = output_results(self._plan.outputs, self._snapshot.outputs, results=self._results)
        return replace(snapshot, outputs=outputs)

    def outcome(self, stale: tuple[Moved, ...], *, serial: int) -> Outcome:
        """Say what became of every change of the plan."""
        gone = {one.address: one.what for one in stale}
        scheduler = self._scheduler
        halted = scheduler.halted if scheduler is not None else ""
        return Outcome(
            run=self._errand.started.run,
            results=tuple(self._result(change, gone) for change in self._errand.plan.effective),
            interrupted=self._place.stop.asked and not halted,
            halted=halted,
            calls=self._place.gate.total - self._looked,
            reads=self._place.gate.reads - self._seen_by,
            looked=self._looked,
            unseen=self._unseen,
            serial=serial,
        )

    def _result(self, change: Change, gone: Mapping[Address, str]) -> Result:
        if change.address in gone:
            return _resulting(change, Fate.STALE, error=gone[change.address])
        if change.blocked:
            return _resulting(change, Fate.BLOCKED, error=change.blocked)
        if not change.writes:
            return _resulting(change, Fate.DONE, id_=change.id)
        return self._written(change)

    def _written(self, change: Change) -> Result:
        """Put the steps of one change together: a replacement has two, and both must be done."""
        steps = self._steps.get(change.address, [])
        if not steps:
            because = next(iter(self._held_up(change)), None)
            return _resulting(change, Fate.SKIPPED, because=because)
        endings = [self._ending(operation) for operation in steps]
        worst = next((one for one in endings if one.fate is not Fate.DONE), endings[-1])
        error = worst.error
        if worst.fate is not Fate.DONE and endings[0].fate is Fate.DONE:
            error = f"{_half(steps[0])}, and then: {error or 'stopped'}"
        return Result(
            address=change.address,
            action=change.action,
            fate=worst.fate,
            id=worst.id or endings[-1].id,
            error=error,
            hint=worst.hint,
            because=worst.because,
        )

    def _ending(self, operation: Operation) -> Ending:
        endings = self._scheduler.endings if self._scheduler is not None else {}
        if operation.index in self._still_there:
            return self._still_there[operation.index]
        if operation.index in endings:
            return endings[operation.index]
        if any(number == operation.index for number, _ in self._replay.numbered):
            return Ending(fate=Fate.UNKNOWN, error="it was sent, and there was no time to look")
        return Ending(fate=Fate.UNTRIED, error=INTERRUPTED)

    def _held_up(self, change: Change) -> Iterator[Address]:
        skipped = frozenset(self._operations.skipped)
        yield from (other for other in change.depends_on if other in skipped)


def _half(operation: Operation) -> str:
    return "the old one was deleted" if operation.step is Step.DELETE else "the new one was made"


def _resulting(
    change: Change,
    fate: Fate,
    *,
    error: str = "",
    id_: str = "",
    because: Address | None = None,
) -> Result:
    return Result(
        address=change.address,
        action=change.action,
        fate=fate,
        error=error,
        id=id_,
        because=because,
    )
