"""What apply means, as a function: a plan, a world and a state in, the next state out.

It never sees the stack: what it needs besides the plan is a finding about the plan.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from descope_state.core.deciding import remembered_form
from descope_state.core.expressions import evaluate, parse, scope_of
from descope_state.core.operations import Step, lower
from descope_state.model.address import Address
from descope_state.model.change import Action, Change
from descope_state.model.plan import Plan
from descope_state.model.resource import Entry
from descope_state.model.state import Snapshot
from descope_state.model.value import Secret, Unknown, Value
from descope_state.runtime.bridge import lifting
from descope_state.runtime.gate import Gate
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Schema
from tests.support.fake_kinds import KINDS, Kept
from tests.support.fake_world import FakeWorld

_UNWRITTEN = frozenset({Action.NOOP, Action.ADOPT, Action.MOVE})


def applied(
    plan: Plan,
    world: FakeWorld,
    snapshot: Snapshot,
    *,
    schemas: Mapping[str, Schema],
    secrets: Mapping[str, str],
) -> Snapshot:
    """Carry out a plan on a world and give the state that it leaves."""
    apply = _Apply(plan, world, snapshot, schemas=schemas, secrets=secrets)
    apply.settle_unwritten()
    for operation in lower(plan, schemas, entries=snapshot.entries).operations:
        apply.carry_out(operation.change, operation.step)
    entries = {entry.address: entry for entry in apply.finished()}
    return replace(snapshot, serial=snapshot.serial + 1, entries=entries)


class _Apply:
    def __init__(
        self,
        plan: Plan,
        world: FakeWorld,
        snapshot: Snapshot,
        *,
        schemas: Mapping[str, Schema],
        secrets: Mapping[str, str],
    ) -> None:
        self._changes = {change.address: change for change in plan.changes}
        self._schemas = schemas
        self._secrets = secrets
        gate = Gate()
        self._kinds: dict[str, Kept[Any]] = {kind.name: kind(world, gate) for kind in KINDS}
        self._entries = dict(snapshot.entries)
        self._renamed: dict[Address, Address] = {}
        for change in plan.changes:
            if change.moved_from is not None:
                self._renamed[change.moved_from] = change.address
                entry = self._entries.pop(change.moved_from)
                self._entries[change.address] = replace(entry, address=change.address)
        self._passing: dict[Address, Entry] = {}

    def settle_unwritten(self) -> None:
        """Remember what is to be remembered without sending anything."""
        for change in self._changes.values():
            if change.action is Action.FORGET:
                del self._entries[change.address]
            elif change.action in _UNWRITTEN and not change.blocked:
                self._entries[change.address] = self._unwritten(change)

    def _unwritten(self, change: Change) -> Entry:
        entry = self._entries.get(change.address)
        after = change.after or {}
        old = entry.inputs if entry else {}
        inputs = {name: after[name] if name in after else old[name] for name in change.stated}
        if entry is None:
            remote = self._kinds[change.address.kind]._held(change.id)
            assert remote is not None
            return self._entry(change, remote, inputs=inputs)
        return replace(entry, inputs=inputs, protected=change.protected)

    def carry_out(self, change: Change, step: Step) -> None:
        """Do one operation; the world refuses what comes too early."""
        kind = self._kinds[change.address.kind]
        if step is Step.DELETE:
            kind._delete(change.id)
            entry = self._entries.get(change.address)
            if entry is not None and entry.id == change.id:
                del self._entries[change.address]
            return
        assert change.after is not None
        values = {name: self._value(value) for name, value in change.after.items()}
        sent = {name: self._revealed(value) for name, value in values.items()}
        config = kind.model.model_validate(sent)
        remote = kind._create(config) if step is Step.CREATE else kind._update(change.id, config)
        normal = config.model_dump(mode="json")
        inputs: dict[str, Value] = {
            name: remembered_form(values[name])
            if isinstance(values[name], Secret)
            else normal[name]
            for name in change.stated
        }
        self._entries[change.address] = self._entry(change, remote, inputs=inputs)

    def _entry(self, change: Change, remote: Remote[Any], *, inputs: dict[str, Value]) -> Entry:
        kind = change.address.kind
        live = lifting(self._kinds[kind], self._schemas[kind])(remote)
        return Entry(
            address=change.address,
            provider=change.provider,
            schema_version=self._schemas[kind].version,
            id=live.id,
            identity=live.identity,
            inputs=inputs,
            outputs={**live.attributes, **live.computed},
            protected=change.protected,
        )

    def _value(self, value: Value) -> Value:
        if isinstance(value, dict):
            return {key: self._value(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._value(inner) for inner in value]
        if isinstance(value, Unknown):
            template = parse(value.expression, kinds=self._kinds)
            return evaluate(template, scope_of(value, self._resource))
        return value

    def _revealed(self, value: Value) -> object:
        return self._secrets[value.source] if isinstance(value, Secret) else value

    def _resource(self, kind: str, name: str) -> Mapping[str, Value]:
        """Give a resource, or those instances of one that the plan keeps and that are there yet.

        Who refers to one instance waits for that one alone.
        """
        block = Address(kind, name)
        whole = self._changes.get(block)
        if whole is not None and whole.after is not None:
            return self._entries[block].outputs
        return {
            address.key: self._entries[address].outputs
            for address, change in self._changes.items()
            if address.block == block
            and address.key is not None
            and change.after is not None
            and address in self._entries
        }

    def finished(self) -> Iterator[Entry]:
        """Give every entry with the edges that it has now, to what there still is."""
        for address, entry in self._entries.items():
            change = self._changes.get(address)
            fresh = change is not None and change.after is not None and not change.blocked
            needs = change.depends_on if change is not None and fresh else entry.depends_on
            renamed = dict.fromkeys(self._renamed.get(other, other) for other in needs)
            yield replace(
                entry, depends_on=tuple(other for other in renamed if other in self._entries)
            )
