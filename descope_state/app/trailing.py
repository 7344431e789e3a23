"""Writes down what commands do: the record of each run, and the audit trail of the environment."""

from collections.abc import Sequence

from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Workspace
from descope_state.config.identity import identified
from descope_state.core.auditing import rows
from descope_state.errors import DstateError
from descope_state.frozen import dataclass
from descope_state.model.change import Change
from descope_state.model.event import Event, Started
from descope_state.model.outcome import Outcome, Result
from descope_state.model.plan import Plan
from descope_state.model.state import Head, Snapshot
from descope_state.model.value import Json
from descope_state.store.audit import Audit
from descope_state.store.runs import Record, Runs

_FORMAT = 2


def audit_of(workspace: Workspace, surroundings: Surroundings) -> Audit:
    """Give the audit trail of an environment."""
    return Audit(
        folder=workspace.store.folder,
        disk=workspace.store.disk,
        keep_days=workspace.documents.retention.audit_days,
        pause=surroundings.pause,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """Everything that is written down about one command in one environment."""

    workspace: Workspace
    surroundings: Surroundings
    started: Started

    @property
    def audit(self) -> Audit:
        """The audit trail."""
        return audit_of(self.workspace, self.surroundings)

    @property
    def runs(self) -> Runs:
        """The records of runs."""
        return Runs(folder=self.workspace.store.folder, disk=self.workspace.store.disk)

    def told(
        self, base: Snapshot | None, after: Snapshot, *, events: tuple[Event, ...]
    ) -> Head | None:
        """Add to the audit trail what a journal tells, before the journal goes."""
        runs = [event for event in events if isinstance(event, Started)]
        begun = runs[0] if runs else self.started
        found = tuple(rows(events, base=base, after=after))
        head = {**self._head(begun), "serial": after.serial}
        return self.audit.append([{**head, **row} for row in found])

    def noted(self, operation: str, **more: Json) -> Head | None:
        """Add one record of what the command itself is about."""
        return self.audit.append([{**self._head(self.started), "operation": operation, **more}])

    def refused(self, error: DstateError) -> None:
        """Add that something was attempted and refused."""
        self.noted("refused", outcome="refused", error=error.message, code=error.code)

    def before(
        self, plan: Plan, changes: Sequence[Change], *, snapshot: Snapshot, backup: str
    ) -> Record:
        """Write down what a run is about to do, and which backup holds what it overwrites."""
        about: dict[str, Json] = {"changes": len(changes)}
        about |= {"backup": backup} if backup else {}
        head = self.noted("started", outcome="started", **about)
        record = self._record(plan, changes, snapshot=snapshot, backup=backup)
        record["sequence"] = head.seq if head is not None else 0
        self.runs.keep(record)
        return record

    def after(self, record: Record, outcome: Outcome) -> None:
        """Complete the record of a run with how it ended."""
        ending: Record = {
            "ended": self.surroundings.now(),
            "serial": outcome.serial,
            "interrupted": outcome.interrupted,
            "halted": outcome.halted,
            "results": [_result(result) for result in outcome.results],
        }
        self.runs.keep({**record, **ending})

    def _head(self, started: Started) -> dict[str, Json]:
        return {
            "at": self.surroundings.now(),
            "run": started.run,
            "actor": started.actor,
            **identified(self.surroundings.environ, self.workspace.root),
            "command": started.command,
            "environment": self.workspace.environment,
            "plan": started.plan_digest,
        }

    def _record(
        self, plan: Plan, changes: Sequence[Change], *, snapshot: Snapshot, backup: str
    ) -> Record:
        return {
            "format": _FORMAT,
            "run": self.started.run,
            "at": self.started.at,
            "command": self.started.command,
            "actor": self.started.actor,
            "environment": plan.bindings.environment,
            "project_id": plan.bindings.project_id,
            "plan_digest": self.started.plan_digest,
            "base_serial": snapshot.serial,
            "backup": backup,
            "changes": {
                str(change.address): {"action": change.action.value, "id": change.id}
                for change in changes
            },
        }


def _result(result: Result) -> Json:
    raw: dict[str, Json] = {
        "address": str(result.address),
        "action": result.action.value,
        "fate": result.fate.value,
    }
    texts = {"id": result.id, "error": result.error, "hint": result.hint}
    raw |= {name: text for name, text in texts.items() if text}
    if result.because is not None:
        raw["because"] = str(result.because)
    return raw
