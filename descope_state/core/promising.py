"""What will be remembered of a change: before it is made, and where nothing has to be made."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from descope_state.core.deciding import remembered_form
from descope_state.core.expressions import ExpressionError, evaluate, parse, scope_of
from descope_state.core.observation import Observation
from descope_state.core.operations import Operation
from descope_state.core.replay import leftover
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Hold
from descope_state.model.event import Noted
from descope_state.model.plan import OutputValue
from descope_state.model.resource import Entries, Entry, Live, Status
from descope_state.model.value import Secret, Unknown, Value
from descope_state.sdk.catalog import Catalog

_UNWRITTEN = frozenset({Action.NOOP, Action.ADOPT, Action.MOVE})


class Results:
    """What the resources of a plan have come to so far, for the expressions that waited for it."""

    def __init__(self, changes: Iterable[Change], entries: Entries, *, catalog: Catalog) -> None:
        self._entries = entries
        self._kinds = tuple(catalog)
        self._changes: dict[Address, Change] = {}
        self._instances: dict[Address, list[Address]] = {}
        self._written: set[Address] = set()
        for change in changes:
            self._changes[change.address] = change
            if change.address.key is not None and change.after is not None:
                self._instances.setdefault(change.address.block, []).append(change.address)

    def write(self, address: Address) -> None:
        """Say that from now on the entry of an address tells more than its plan."""
        self._written.add(address)

    def filled(self, value: Value) -> Value:
        """Answer every unknown inside a value; ExpressionError says what cannot be answered."""
        match value:
            case dict():
                return {key: self.filled(inner) for key, inner in value.items()}
            case list():
                return [self.filled(inner) for inner in value]
            case Unknown():
                template = parse(value.expression, kinds=self._kinds)
                return evaluate(template, scope_of(value, self.resource))
            case _:
                return value

    def resource(self, kind: str, name: str) -> Mapping[str, Value]:
        """Give a resource, or those instances of one that are there yet.

        Who refers to one instance waits for that one alone.
        """
        block = Address(kind, name)
        if block in self._changes or block in self._entries:
            return self._seen(block)
        return {
            address.key: self._seen(address)
            for address in self._instances.get(block, ())
            if address.key is not None and address in self._entries
        }

    def _seen(self, address: Address) -> dict[str, Value]:
        outputs = self._entries[address].outputs
        change = self._changes.get(address)
        if change is None or change.before is None or address in self._written:
            return outputs
        return {**outputs, **change.before}


def promised(
    change: Change,
    values: Mapping[str, Value],
    *,
    normal: Mapping[str, Value],
    version: int,
    before: Entry | None = None,
) -> Entry:
    """Give the entry that a change leads to, still without what the service will answer.

    `values` are what is sent, secrets by their sources; `normal` the same as the kind's model
    spells it. `before` is what is remembered now: of that the rest stays, where only a part is
    stated.
    """
    inputs = {
        name: remembered_form(values[name]) if isinstance(values[name], Secret) else normal[name]
        for name in change.stated
    }
    return Entry(
        address=change.address,
        provider=change.provider,
        schema_version=version,
        id=change.id,
        identity=change.identity,
        inputs={**_rest(change, before), **inputs},
        outputs={},
        depends_on=change.depends_on,
        status=_status(change),
        protected=change.protected,
    )


def _rest(change: Change, before: Entry | None) -> Mapping[str, Value]:
    return before.inputs if before is not None and change.hold is Hold.PART else {}


def _status(change: Change) -> Status:
    return Status.PASSING if change.hold is Hold.NOTHING else Status.READY


def noted(
    changes: Iterable[Change], entries: Entries, *, observation: Observation, catalog: Catalog
) -> Iterator[Noted]:
    """Say what is to be remembered or forgotten without a call."""
    for change in changes:
        before = entries.get(change.moved_from or change.address)
        if change.action is Action.FORGET and not change.blocked:
            yield Noted(address=_place(change, entries))
            continue
        after = _remembered(change, before, observation=observation, catalog=catalog)
        if after is not None and not _same(before, after):
            yield Noted(address=change.address, entry=after, moved_from=change.moved_from)


def _place(change: Change, entries: Entries) -> Address:
    """Find where the state holds what is to be forgotten: perhaps where it was before a move."""
    if change.address in entries:
        return change.address
    return next(
        (
            address
            for address, entry in entries.items()
            if address.kind == change.address.kind and entry.id == change.id
        ),
        change.address,
    )


def _remembered(
    change: Change, before: Entry | None, *, observation: Observation, catalog: Catalog
) -> Entry | None:
    if change.action in _UNWRITTEN and not change.blocked:
        id_ = change.id or (before.id if before else "")
        live = observation.object(change.address.kind, id_) if observation.refreshed else None
        return _unwritten(change, before, live=live, catalog=catalog)
    if change.moved_from is not None and before is not None:
        return replace(before, address=change.address)
    return None


def _unwritten(
    change: Change, before: Entry | None, *, live: Live | None, catalog: Catalog
) -> Entry | None:
    after = change.after or {}
    old = before.inputs if before else {}
    inputs = {
        name: remembered_form(after[name]) if name in after else old[name]
        for name in change.stated
        if name in after or name in old
    }
    if live is None and before is None:
        return None
    inputs = {**_rest(change, before), **inputs}
    outputs = {**live.attributes, **live.computed} if live else before.outputs if before else {}
    return Entry(
        address=change.address,
        provider=change.provider,
        schema_version=catalog[change.address.kind].schema.version,
        id=change.id or (before.id if before else ""),
        identity=live.identity if live else change.identity,
        inputs=inputs,
        outputs=outputs,
        depends_on=change.depends_on,
        status=_status(change),
        protected=change.protected,
    )


def _same(before: Entry | None, after: Entry) -> bool:
    # Whether a number is spelled 1 or 1.0 is nothing that has to be remembered.
    return before == after


def remaining(operation: Operation, before: Entries, *, taken: Entries) -> Noted | None:
    """Say where to remember what was to be deleted and is still there, if it was remembered.

    Where its replacement stands at its address by now, it gets one that no stack states.
    """
    entry = next(
        (
            entry
            for address, entry in before.items()
            if address.kind == operation.kind and entry.id == operation.change.id
        ),
        None,
    )
    if entry is None:
        return None
    place = operation.address
    if place in taken:
        place = leftover(place, taken=taken)
    return Noted(address=place, entry=replace(entry, address=place, protected=False))


def refreshed(entries: Entries, observation: Observation) -> Iterator[Noted]:
    """Say what the state is to remember of objects as they live now, whatever the stack wants."""
    for address, entry in entries.items():
        if address.kind not in observation.live:
            continue
        live = observation.object(address.kind, entry.id)
        if live is None:
            yield Noted(address=address)
            continue
        outputs = {**live.attributes, **live.computed}
        after = replace(entry, identity=live.identity, outputs=outputs)
        if not _same(entry, after):
            yield Noted(address=address, entry=after)


def output_results(
    outputs: Iterable[OutputValue], before: Mapping[str, OutputValue], *, results: Results
) -> dict[str, OutputValue]:
    """Give the outputs of a stack as they are after an apply.

    One whose resources were not made keeps the value that it had.
    """
    found: dict[str, OutputValue] = {}
    for output in outputs:
        try:
            found[output.name] = replace(output, value=results.filled(output.value))
        except (ExpressionError, LookupError):
            if output.name in before:
                found[output.name] = before[output.name]
    return found
