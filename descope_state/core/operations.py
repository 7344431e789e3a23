"""Lowers a plan to ordered operations: what waits for what, and what goes out in one call.

The waits come from two graphs, what the stack says now and what the state remembers, and each is
free of cycles; together they need not be. So every wait has a strength, and where waits close a
ring, the weakest in it gives way.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import IntEnum

from descope_state.core.graph import Cycle, Edges, closure, knots, ordered, sequence
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action, Change
from descope_state.model.event import Step
from descope_state.model.plan import Plan
from descope_state.model.resource import Entries
from descope_state.model.value import canonical
from descope_state.sdk.schema import Schema

__all__ = ["MOST_IN_BATCH", "Batch", "Operation", "Operations", "Step", "hinders", "lower"]

MOST_IN_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One step for one address; `after` are the indexes of the operations it waits for."""

    index: int
    address: Address
    step: Step
    change: Change
    after: tuple[int, ...] = ()
    wave: int = 0

    @property
    def kind(self) -> str:
        """The kind of the object."""
        return self.address.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Operations of one kind, step and wave that go out together; one alone is a batch too."""

    provider: str
    kind: str
    step: Step
    wave: int
    operations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """A plan as it will be carried out; each operation stands after all it waits for.

    `skipped` are the blocked changes and all that cannot be done without them.
    """

    operations: tuple[Operation, ...] = ()
    batches: tuple[Batch, ...] = ()
    skipped: tuple[Address, ...] = ()

    @property
    def waves(self) -> int:
        """How many operations wait for one another at most."""
        return max((operation.wave + 1 for operation in self.operations), default=0)


def lower(
    plan: Plan, schemas: Mapping[str, Schema], *, entries: Entries | None = None
) -> Operations:
    """Turn a plan into operations.

    `entries` are those of the state: only it knows what an object depends on before it is changed,
    and so which updates let go of what is deleted.
    """
    if not any(change.writes or change.blocked for change in plan.changes):
        return Operations()
    world = _World(plan.changes, entries or {})
    skipped = _skipped(world)
    made = _Waits(world, skipped).settle()
    return Operations(
        operations=made,
        batches=tuple(_batches(made, schemas)),
        skipped=tuple(sorted(skipped, key=lambda address: address.order)),
    )


class _World:
    """The changes of a plan with what each needs now and needed before."""

    def __init__(self, changes: tuple[Change, ...], entries: Entries) -> None:
        self.changes = {change.address: change for change in changes}
        self._entries = entries
        self._renamed = {
            change.moved_from: change.address for change in changes if change.moved_from
        }
        self.needs = {change.address: self._now(change) for change in changes}
        self.needed = {change.address: self._before(change) for change in changes}

    def _now(self, change: Change) -> tuple[Address, ...]:
        if change.action is Action.DELETE:
            return ()
        return tuple(other for other in change.depends_on if other in self.changes)

    def _before(self, change: Change) -> tuple[Address, ...]:
        entry = self._entries.get(change.moved_from or change.address)
        needed = set(entry.depends_on) if entry else set()
        if change.action is Action.DELETE or (change.action is Action.REPLACE and not entry):
            needed.update(change.depends_on)
        current = {self._renamed.get(other, other) for other in needed}
        return tuple(sorted(current & self.changes.keys(), key=lambda other: other.order))


def _skipped(world: _World) -> frozenset[Address]:
    """Find the blocked changes and all that would break without them."""
    blocked = [change.address for change in world.changes.values() if change.blocked]
    if not blocked:
        return frozenset()
    reached = closure(blocked, _hinders(world))
    return frozenset(
        address
        for address in reached
        if world.changes[address].blocked or world.changes[address].writes
    )


def hinders(changes: tuple[Change, ...], entries: Entries) -> Edges:
    """Give, for every change, those that cannot be made while it is not.

    `entries` are those of the state under the addresses that they have now.
    """
    before = {
        change.moved_from or change.address: entries[change.address]
        for change in changes
        if change.address in entries
    }
    return _hinders(_World(changes, before))


def _hinders(world: _World) -> dict[Address, list[Address]]:
    found: dict[Address, list[Address]] = {address: [] for address in world.changes}
    for change in world.changes.values():
        for other in world.needs[change.address]:
            found[other].append(change.address)
        found[change.address].extend(
            other for other in world.needed[change.address] if _holds(change, world.changes[other])
        )
    return found


def _holds(user: Change, used: Change) -> bool:
    """Tell whether an object cannot be removed while the change of its user is not made."""
    if used.action is Action.DELETE:
        return user.action in (Action.UPDATE, Action.REPLACE, Action.DELETE)
    return used.action is Action.REPLACE and user.action in (Action.REPLACE, Action.DELETE)


class _Strength(IntEnum):
    """How much a wait is worth; a weaker one gives way first."""

    FIRM = 0  # what the stack says, and the two steps of one replacement
    REMOVAL = 1  # users are removed before what they use
    CREATE_FIRST = 2  # a replacement asks to be made before the old one goes: it may be turned
    NAME = 3  # a natural key is free only once its holder is gone
    LETTING_GO = 4  # an update that drops its use goes before the removal


@dataclass(frozen=True, slots=True)
class _Wait:
    later: int
    earlier: int
    strength: _Strength = _Strength.FIRM


class _Waits:
    """All operations of a plan by their rank, and what each waits for."""

    def __init__(self, world: _World, skipped: frozenset[Address]) -> None:
        self._world = world
        chosen = [
            change
            for change in sorted(world.changes.values(), key=lambda change: change.address.order)
            if change.writes and change.address not in skipped
        ]
        self._steps = [(change, step) for change in chosen for step in _steps(change)]
        ranks = {(change.address, step): rank for rank, (change, step) in enumerate(self._steps)}
        self._gone = {
            address: rank for (address, step), rank in ranks.items() if step is Step.DELETE
        }
        self._made = {
            address: rank for (address, step), rank in ranks.items() if step is not Step.DELETE
        }

    def settle(self) -> tuple[Operation, ...]:
        """Order the operations; each round gives up the weakest waits of every ring."""
        waits = [*self._makings(), *self._replacements(), *self._removals(), *self._names()]
        while True:
            after = self._after(waits)
            order = sequence(after)
            if len(order) == len(after):
                return self._numbered(order, after)
            waits = self._loosened(waits, knots(after))

    def _makings(self) -> Iterator[_Wait]:
        needs = self._needs()
        for address, rank in self._made.items():
            for other in needs[address]:
                yield _Wait(rank, other)

    def _needs(self) -> dict[Address, set[int]]:
        """Give the ranks of what each address needs, seen through what is not written."""
        found: dict[Address, set[int]] = {}
        for address in ordered(self._world.changes, self._world.needs):
            found[address] = set()
            for other in self._world.needs[address]:
                made = self._made.get(other)
                found[address] |= found[other] if made is None else {made}
        return found

    def _replacements(self) -> Iterator[_Wait]:
        for address in self._gone.keys() & self._made.keys():
            gone, made = self._gone[address], self._made[address]
            if self._world.changes[address].create_first:
                yield _Wait(gone, made, _Strength.CREATE_FIRST)
            else:
                yield _Wait(made, gone)

    def _removals(self) -> Iterator[_Wait]:
        for address, needed in self._world.needed.items():
            for other in needed:
                gone = self._gone.get(other)
                if gone is None:
                    continue
                if address in self._gone:
                    yield _Wait(gone, self._gone[address], _Strength.REMOVAL)
                elif address in self._made:
                    yield _Wait(gone, self._made[address], _Strength.LETTING_GO)

    def _names(self) -> Iterator[_Wait]:
        holders: dict[tuple[str, str], int] = {}
        for address, rank in self._gone.items():
            if address not in self._made:
                holders[address.kind, self._world.changes[address].identity] = rank
        for address, rank in self._made.items():
            change = self._world.changes[address]
            holder = holders.get((address.kind, change.identity))
            if change.identity and holder is not None:
                yield _Wait(rank, holder, _Strength.NAME)

    def _after(self, waits: Iterable[_Wait]) -> list[list[int]]:
        after: list[set[int]] = [set() for _ in self._steps]
        for wait in waits:
            after[wait.later].add(wait.earlier)
        return [sorted(needs) for needs in after]

    def _loosened(self, waits: list[_Wait], knot: list[int]) -> list[_Wait]:
        tight = [wait for wait in waits if knot[wait.later] == knot[wait.earlier]]
        weakest = max(wait.strength for wait in tight)
        if weakest is _Strength.FIRM:
            ring = sorted({self._steps[wait.later][0].address for wait in tight})
            raise Cycle(tuple(ring))
        given_up = {wait for wait in tight if wait.strength is weakest}
        kept = [wait for wait in waits if wait not in given_up]
        if weakest is _Strength.CREATE_FIRST:
            kept.extend(_Wait(wait.earlier, wait.later) for wait in waits if wait in given_up)
        return kept

    def _numbered(self, order: list[int], after: list[list[int]]) -> tuple[Operation, ...]:
        places = {rank: index for index, rank in enumerate(order)}
        made: list[Operation] = []
        for index, rank in enumerate(order):
            change, step = self._steps[rank]
            waits = tuple(sorted(places[other] for other in after[rank]))
            wave = 1 + max((made[other].wave for other in waits), default=-1)
            made.append(
                Operation(
                    index=index,
                    address=change.address,
                    step=step,
                    change=change,
                    after=waits,
                    wave=wave,
                )
            )
        return tuple(made)


def _steps(change: Change) -> tuple[Step, ...]:
    match change.action:
        case Action.CREATE:
            return (Step.CREATE,)
        case Action.UPDATE:
            return (Step.UPDATE,)
        case Action.REPLACE:
            return (Step.DELETE, Step.CREATE)
        case _:
            return (Step.DELETE,)


def _batches(made: tuple[Operation, ...], schemas: Mapping[str, Schema]) -> Iterator[Batch]:
    groups: dict[tuple[int, str, str, Step, bytes], list[int]] = {}
    for operation in made:
        shared = _shared(operation, schemas[operation.kind])
        place = (operation.wave, operation.change.provider, operation.kind, operation.step, shared)
        groups.setdefault(place, []).append(operation.index)
    for (wave, provider, kind, step, _), indexes in sorted(groups.items()):
        size = MOST_IN_BATCH if step in schemas[kind].batches else 1
        single = Batch(provider=provider, kind=kind, step=step, wave=wave, operations=())
        for start in range(0, len(indexes), size):
            yield replace(single, operations=tuple(indexes[start : start + size]))


def _shared(operation: Operation, schema: Schema) -> bytes:
    """Give what all operations of one call must have in common besides kind and step."""
    name = schema.together.get(operation.step)
    if name is None:
        return b""
    change = operation.change
    holds = (change.before if operation.step is Step.DELETE else change.after) or {}
    return canonical(holds.get(name, schema.fields[name].default))
