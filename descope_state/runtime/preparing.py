"""Turns an operation into what is sent for it and the intent that is written down first."""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from descope_state.core.observation import Observation
from descope_state.core.operations import Operation
from descope_state.core.promising import Results, promised
from descope_state.frozen import dataclass
from descope_state.model.change import Action
from descope_state.model.event import Began, Step
from descope_state.model.resource import Entry
from descope_state.model.value import Secret, Value
from descope_state.runtime.bridge import Bound
from descope_state.sdk.provider import Remote


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One operation, ready to be sent; a creation has no current object, a deletion no config.

    One that is `doubted` was sent before, to no answer, and then not found.
    """

    operation: Operation
    bound: Bound
    began: Began
    before: Entry | None = None
    current: Remote[Any] | None = None
    config: Any = field(default=None, repr=False)
    changed: frozenset[str] = frozenset()
    doubted: bool = False


class Preparing:
    """Prepares the operations of one run as their turn comes; `seen` is what it looked at first."""

    def __init__(
        self,
        run: str,
        *,
        results: Results,
        bounds: Mapping[str, Bound],
        entries: Mapping[Any, Entry],
        secrets: Mapping[str, str],
        seen: Observation,
    ) -> None:
        self._seen = seen
        self._run = run
        self._results = results
        self._bounds = bounds
        self._entries = entries
        self._secrets = secrets

    def prepared(self, operation: Operation, *, at: float) -> Prepared:
        """Prepare one operation; Unfit or ExpressionError says why it cannot be."""
        bound = self._bounds[operation.kind]
        change = operation.change
        began = Began(
            run=self._run,
            number=operation.index,
            address=operation.address,
            step=operation.step,
            at=at,
            id=self._replaced(operation),
            identity=change.identity,
        )
        before = self._entries.get(operation.address)
        current = None
        if operation.step is not Step.CREATE:
            current = self._current(operation, bound=bound, before=before)
        if operation.step is Step.DELETE:
            return Prepared(
                operation=operation, bound=bound, began=began, before=before, current=current
            )
        values = self._filled(change.after or {})
        config = bound.config({name: self._revealed(value) for name, value in values.items()})
        entry = promised(
            change,
            values,
            normal=bound.normal(config),
            version=bound.schema.version,
            before=before,
        )
        identity = bound.kind.identity(config)
        return Prepared(
            operation=operation,
            bound=bound,
            began=replace(began, identity=identity, entry=replace(entry, identity=identity)),
            before=before,
            current=current,
            config=config,
            changed=frozenset(changed.name for changed in change.fields),
        )

    def _replaced(self, operation: Operation) -> str:
        """Name the object that is changed, deleted, or still there while its successor is made."""
        change = operation.change
        if operation.step is not Step.CREATE:
            return change.id
        return change.id if change.action is Action.REPLACE and change.create_first else ""

    def _current(self, operation: Operation, *, bound: Bound, before: Entry | None) -> Remote[Any]:
        change = operation.change
        known = before.outputs if before is not None and before.id == change.id else {}
        live = self._seen.object(operation.kind, change.id)
        # What an object is that was taken over a moment ago, only a look at it has told.
        computed = live.computed if live is not None else {}
        return bound.remote(change.id, {**known, **computed, **(change.before or {})})

    def _filled(self, values: dict[str, Value]) -> dict[str, Value]:
        return {name: self._results.filled(value) for name, value in values.items()}

    def _revealed(self, value: Value) -> object:
        return self._secrets[value.source] if isinstance(value, Secret) else value
