"""Applies plans: takes the lock, settles what was interrupted, asks where it must, and goes."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import field, replace
from pathlib import Path
from typing import Protocol

from descope_state.app.admission import (
    again,
    changed_since,
    check_bindings,
    check_project,
    confirm,
    refuse_violations,
    revealed,
    workspace_of,
)
from descope_state.app.backing import Keeper, Recording
from descope_state.app.carrying import Errand, Place, carried_out, settled
from descope_state.app.confiding import Confided, Remembering, confidant
from descope_state.app.confiding import check as check_confidant
from descope_state.app.connecting import connected, gate_for, translated
from descope_state.app.locking import locked, refusals_told, started_by
from descope_state.app.planning import Planned, Reading, planned
from descope_state.app.remembering import writing_to
from descope_state.app.repeating import repeats
from descope_state.app.saved import sealed
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened, outlined
from descope_state.core.observation import Observation
from descope_state.core.planner import Wishes
from descope_state.core.ports import SILENT, Confidant, Observer
from descope_state.errors import Interrupted, Refused, StalePlan, UnsafeFile
from descope_state.frozen import dataclass
from descope_state.model.codec import decode_plan, encode_plan, plan_bindings
from descope_state.model.event import Started
from descope_state.model.outcome import Outcome, Settlement
from descope_state.model.plan import OutputValue, Plan
from descope_state.runtime.gate import Gate
from descope_state.runtime.interruption import Stop, listening
from descope_state.sdk.provider import Session
from descope_state.store.session import Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a plan is to be applied.

    `lock_timeout` is how many seconds to wait for a lock; `confirmed` the name of a protected
    environment, typed where nobody can be asked; `capacity` the share of the limits to use;
    `secrets_into` where secrets go that are told once, a folder or `keychain:SERVICE`.
    """

    parallelism: int = 10
    lock_timeout: float = 0.0
    capacity: float = 1.0
    skip_stale: bool = False
    overrides: Mapping[str, int] = field(default_factory=dict)
    confirmed: str = ""
    automatic: bool = False
    secrets_into: str = ""


class Watch(Protocol):
    """Who watches an apply from outside: shows what is to be seen, answers what is asked."""

    def target(self, environment: str, project_id: str) -> None:
        """Hear what is about to be touched."""

    def warned(self, message: str) -> None:
        """Hear of something that is no reason to stop."""

    def settled(self, settlement: Settlement) -> None:
        """Hear what was found out about a run that had been interrupted."""

    def planned(self, workspace: Workspace, result: Planned) -> None:
        """See the plan that is about to be applied."""

    def named(self, environment: str) -> str:
        """Ask for the name of a protected environment, and give what was typed."""

    def approved(self, plan: Plan) -> bool:
        """Ask whether a plan is to be applied; Refused where nobody is there to ask."""

    def observing(self, plan: Plan, *, run: str) -> AbstractContextManager[Observer]:
        """Watch the changes go by."""

    def stopping(self) -> None:
        """Hear that somebody asked to stop."""

    def sees(self) -> bool:
        """Tell whether a secret on the screen is seen by a person, and by nobody else."""

    def confided(self, told: Sequence[Confided]) -> None:
        """Show the secrets that were told, this once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What came of an apply."""

    workspace: Workspace
    plan: Plan
    outcome: Outcome
    outputs: tuple[OutputValue, ...] = ()


def apply_saved(
    surroundings: Surroundings,
    path: Path,
    *,
    opening: Opening,
    manner: Manner,
    watch: Watch,
) -> Applied:
    """Apply a plan from a file: what was reviewed is what is applied."""
    data = sealed(path)
    bindings = plan_bindings(data)
    workspace = workspace_of(surroundings, bindings, opening=opening)
    name = bindings.environment
    started = started_by(surroundings, "apply", plan_digest=_digest(data))
    with refusals_told(workspace, surroundings, started=started):
        if bindings.protected or workspace.documents.environment.protected:
            confirm(name, typed=manner.confirmed or watch.named(name))
    watch.target(name, bindings.project_id)
    with held_for(workspace, surroundings, started=started, manner=manner) as held:
        key = workspace.store.key()
        if key is None:
            message = f"the state of `{name}` here has no key: it made no plan"
            raise StalePlan(message, hint=again(name))
        plan = decode_plan(data, key)
        ground = Ground(
            held=held, workspace=workspace, surroundings=surroundings, manner=manner, watch=watch
        )
        ground.settle()
        check_bindings(bindings, held.snapshot, now=surroundings.now())
        warning = changed_since(bindings, surroundings, opening=opening)
        if warning:
            watch.warned(warning)
        return ground.apply(plan, started=started, secrets=revealed(plan, workspace, key=key))


def held_for(
    workspace: Workspace, surroundings: Surroundings, *, started: Started, manner: Manner
) -> AbstractContextManager[Held]:
    """Hold a state for what is to be applied."""
    return locked(
        workspace,
        surroundings,
        started=started,
        seconds=manner.lock_timeout,
        accepted=manner.overrides.get("rollback"),
    )


def apply_fresh(
    surroundings: Surroundings,
    opening: Opening,
    *,
    wishes: Wishes,
    manner: Manner,
    watch: Watch,
) -> Applied:
    """Plan, show, ask, apply: all under one lock."""
    workspace = opened(surroundings, opening)
    name = workspace.environment
    started = started_by(surroundings, "apply")
    with refusals_told(workspace, surroundings, started=started):
        if workspace.documents.environment.protected:
            message = f"`{name}` is protected: it wants a plan that was saved and seen"
            hint = f"dstate plan --env {name} -out plan.json, then dstate apply plan.json"
            raise Refused(message, hint=hint)
    with held_for(workspace, surroundings, started=started, manner=manner) as held:
        ground = Ground(
            held=held, workspace=workspace, surroundings=surroundings, manner=manner, watch=watch
        )
        ground.settle()
        reading = Reading(parallelism=manner.parallelism, capacity=manner.capacity)
        result = planned(workspace, surroundings, wishes=wishes, reading=reading)
        held.reload()
        watch.target(name, result.plan.bindings.project_id)
        return ground.ask_and_apply(result, started=started)


def resume(
    surroundings: Surroundings, opening: Opening, *, manner: Manner, watch: Watch
) -> Settlement | None:
    """Settle what an interrupted run left, and do nothing else."""
    workspace = outlined(surroundings, opening)
    started = started_by(surroundings, "resume")
    with locked(workspace, surroundings, started=started, seconds=manner.lock_timeout) as held:
        ground = Ground(
            held=held, workspace=workspace, surroundings=surroundings, manner=manner, watch=watch
        )
        return ground.settle()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A locked state and everything around it, for whatever is to be done there."""

    held: Held
    workspace: Workspace
    surroundings: Surroundings
    manner: Manner
    watch: Watch

    def settle(self) -> Settlement | None:
        """Settle what an interrupted run left, and say so; where nothing is open, ask nobody."""
        if self.held.leftover is None and not self.held.pending:
            return None
        settlement: Settlement | None = self.surroundings.run(self._settling())
        if settlement is not None:
            self.watch.settled(settlement)
        return settlement

    async def _settling(self) -> Settlement | None:
        gate = gate_for(self.surroundings, capacity=self.manner.capacity)
        started = started_by(self.surroundings, "resume")
        async with connected(self.workspace, gate) as session:
            place = self._place(session, gate=gate, observer=SILENT, stop=Stop())
            with translated(self.workspace), self._writing(session):
                return await settled(place, started=started)

    def ask_and_apply(
        self, result: Planned, *, started: Started, approved: Callable[[], None] | None = None
    ) -> Applied:
        """Show a fresh plan, ask, and apply it; what is to be done in between is `approved`."""
        plan = result.plan
        self.watch.planned(self.workspace, result)
        self._refuse(plan)
        automatic = self.manner.automatic
        if plan.effective and not automatic and not self.watch.approved(plan):
            message = "nothing was changed: the plan was not approved"
            raise Refused(message)
        if approved is not None:
            approved()
        return self.apply(
            plan,
            started=replace(started, plan_digest=_digest(encode_plan(plan, result.key))),
            secrets=revealed(plan, self.workspace, key=result.key),
            # What was read a moment ago need not be read again; after a question it must.
            observation=result.observation if automatic else None,
        )

    def apply(
        self,
        plan: Plan,
        *,
        started: Started,
        secrets: Mapping[str, str],
        observation: Observation | None = None,
    ) -> Applied:
        """Carry out a plan that may be carried out."""
        self._refuse(plan)
        keeper = self._confidant()
        check_confidant(plan, self.workspace.catalog, heard=keeper is not None)
        keeping = Keeper(workspace=self.workspace, surroundings=self.surroundings, started=started)
        recording = Recording(plan, keeping, snapshot=self.held.snapshot)
        errand = Errand(
            plan=plan,
            started=started,
            keep=recording.before,
            secrets=secrets,
            skip_stale=self.manner.skip_stale,
            repeated=repeats(self.workspace, self.surroundings),
        )
        try:
            outcome: Outcome = self.surroundings.run(
                self._carrying(errand, observation, confidant=keeper)
            )
        except asyncio.CancelledError:
            message = "stopped at once, with calls in flight; what was done is in the journal"
            hint = "the next command finds out what became of them, or `dstate resume` does now"
            raise Interrupted(message, hint=hint) from None
        finally:
            if isinstance(keeper, Remembering):
                self.watch.confided(keeper.told)
        try:
            recording.after(outcome)
        except UnsafeFile as error:
            # What was done is done and in the state; only the record of it is not complete.
            self.watch.warned(f"the record of the run was not completed: {error.message}")
        outputs = tuple(self.held.snapshot.outputs.values()) if plan.mode == "normal" else ()
        return Applied(workspace=self.workspace, plan=plan, outcome=outcome, outputs=outputs)

    def _refuse(self, plan: Plan) -> None:
        refuse_violations(
            plan,
            self.held.snapshot,
            workspace=self.workspace,
            overrides=self.manner.overrides,
        )

    def _confidant(self) -> Confidant | None:
        """Say who hears the secrets that are told once."""
        named = confidant(self.surroundings, self.manner.secrets_into)
        return named or (Remembering() if self.watch.sees() else None)

    async def _carrying(
        self, errand: Errand, observation: Observation | None, *, confidant: Confidant | None
    ) -> Outcome:
        stop = Stop()
        bindings = errand.plan.bindings
        with (
            listening(stop, told=self.watch.stopping),
            self.watch.observing(errand.plan, run=errand.started.run) as observer,
        ):
            gate = gate_for(self.surroundings, capacity=self.manner.capacity, observer=observer)
            async with connected(self.workspace, gate, secrets=errand.secrets) as session:
                check_project(bindings, project_id=session.project_id, base_url=session.base_url)
                place = self._place(session, gate=gate, observer=observer, stop=stop)
                place = replace(place, confidant=confidant)
                with translated(self.workspace), self._writing(session):
                    return await carried_out(errand, place, observation=observation)

    def _writing(self, session: Session) -> AbstractContextManager[None]:
        """Make whoever only looks forget what was read of the project."""
        return writing_to(
            self.workspace, self.surroundings, project_id=session.project_id, lag=session.lag
        )

    def _place(self, session: Session, *, gate: Gate, observer: Observer, stop: Stop) -> Place:
        return Place(
            held=self.held,
            session=session,
            catalog=self.workspace.catalog,
            gate=gate,
            observer=observer,
            stop=stop,
            wall=self.surroundings.wall,
            chance=self.surroundings.chance,
            parallelism=self.manner.parallelism,
        )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
