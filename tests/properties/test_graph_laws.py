"""Laws of order: every edge is respected, removal is reversed, and nothing ever waits in a ring."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from descope_state.core.graph import Cycle, closure, dependents, knots, ordered, waves
from descope_state.core.operations import MOST_IN_BATCH, Operation, Operations, Step, lower
from descope_state.model.address import Address
from descope_state.model.change import Action
from tests.support.plans import World, schemas, worlds

NODES = [Address("role", name) for name in "abcdefgh"]
NODE = st.sampled_from(NODES)
EDGES = st.dictionaries(NODE, st.lists(NODE, max_size=3))
BATCHED = schemas(batches=frozenset({"create", "delete"}))


def lowered(world: World) -> Operations:
    return lower(world.plan, BATCHED, entries=world.entries)


@given(EDGES, st.permutations(NODES))
def test_an_order_respects_every_edge_or_a_cycle_is_one(
    edges: dict[Address, list[Address]], nodes: list[Address]
) -> None:
    try:
        order = ordered(nodes, edges)
    except Cycle as cycle:
        ring = cycle.path
        assert all(ring[(index + 1) % len(ring)] in edges[node] for index, node in enumerate(ring))
        assert ring[0] == min(ring)
        assert len(ring) == shortest(edges)
        return
    place = {node: index for index, node in enumerate(order)}
    assert sorted(order) == NODES
    assert all(place[other] < place[node] for node, needs in edges.items() for other in needs)
    level = {node: number for number, wave in enumerate(waves(order, edges)) for node in wave}
    assert all(level[other] < level[node] for node, needs in edges.items() for other in needs)


def shortest(edges: Mapping[Address, list[Address]]) -> int:
    """Measure the shortest cycle the slow way: how many steps lead from a node back to it."""
    for length in range(1, len(NODES) + 1):
        for node in NODES:
            reached = {node}
            for _ in range(length):
                reached = {other for one in reached for other in edges.get(one, ())}
            if node in reached:
                return length
    return 0


@given(EDGES, st.permutations(NODES))
def test_order_is_a_function_of_values(
    edges: dict[Address, list[Address]], nodes: list[Address]
) -> None:
    turned = {node: edges[node][::-1] for node in reversed(edges)}
    assert outcome(nodes, turned) == outcome(NODES, edges)


def outcome(
    nodes: list[Address], edges: Mapping[Address, list[Address]]
) -> tuple[str, tuple[Address, ...]]:
    try:
        return "order", ordered(nodes, edges)
    except Cycle as cycle:
        return "cycle", cycle.path


@given(EDGES, NODE, NODE)
def test_what_is_reached_is_reached_back(
    edges: dict[Address, list[Address]], one: Address, other: Address
) -> None:
    users = dependents(edges)
    assert (other in closure([one], edges)) is (one in closure([other], users))


@given(EDGES)
def test_a_knot_is_mutual_reach(edges: dict[Address, list[Address]]) -> None:
    ranks = {node: rank for rank, node in enumerate(NODES)}
    knot = knots([[ranks[other] for other in edges.get(node, ())] for node in NODES])
    for one in NODES:
        for other in NODES:
            mutual = other in closure([one], edges) and one in closure([other], edges)
            assert (knot[ranks[one]] == knot[ranks[other]]) is mutual


# -- operations -------------------------------------------------------------------------------


def by_step(found: Operations) -> dict[tuple[Address, Step], Operation]:
    return {(operation.address, operation.step): operation for operation in found.operations}


def made(steps: Mapping[tuple[Address, Step], Operation], place: Address) -> Operation | None:
    return steps.get((place, Step.CREATE)) or steps.get((place, Step.UPDATE))


@given(worlds())
def test_operations_stand_after_all_they_wait_for(world: World) -> None:
    found = lowered(world)
    for index, operation in enumerate(found.operations):
        assert operation.index == index
        assert all(other < index for other in operation.after)
        assert all(found.operations[other].wave < operation.wave for other in operation.after)


@given(worlds())
def test_every_writing_change_is_done_or_skipped(world: World) -> None:
    found = lowered(world)
    writing = {change.address for change in world.plan.changes if change.writes}
    blocked = {change.address for change in world.plan.changes if change.blocked}
    done = {operation.address for operation in found.operations}
    assert done | set(found.skipped) == writing | blocked
    assert not done & set(found.skipped)
    assert blocked <= set(found.skipped)


@given(worlds())
def test_makings_wait_for_what_they_need_and_nothing_needs_the_skipped(world: World) -> None:
    found = lowered(world)
    steps = by_step(found)
    for change in world.plan.changes:
        mine = made(steps, change.address)
        for other in change.depends_on:
            theirs = made(steps, other)
            if mine is not None and theirs is not None:
                assert theirs.index in mine.after
            if mine is not None:
                assert other not in found.skipped


@given(worlds())
def test_removals_go_in_reverse(world: World) -> None:
    """Users are removed before what they use, replacements included, in whatever direction."""
    found = lowered(world)
    steps = by_step(found)
    for place, entry in world.entries.items():
        mine = steps.get((place, Step.DELETE))
        for other in entry.depends_on:
            theirs = steps.get((other, Step.DELETE))
            if mine is not None and theirs is not None:
                assert mine.index in theirs.after


@given(worlds())
def test_nothing_is_removed_whose_user_stays_on_purpose(world: World) -> None:
    found = lowered(world)
    gone = {operation.address for operation in found.operations if operation.step is Step.DELETE}
    actions = {change.address: change.action for change in world.plan.changes}
    for place in found.skipped:
        if actions[place] is Action.DELETE:
            assert not gone & set(world.entries[place].depends_on)


@given(worlds())
def test_a_replacement_has_two_steps_one_after_the_other(world: World) -> None:
    steps = by_step(lowered(world))
    for change in world.plan.changes:
        gone = steps.get((change.address, Step.DELETE))
        come = steps.get((change.address, Step.CREATE))
        if change.action is Action.REPLACE:
            assert (gone is None) == (come is None)
            if gone is not None and come is not None and not change.create_first:
                assert gone.index in come.after
            elif gone is not None and come is not None:
                assert gone.index in come.after or come.index in gone.after


@given(worlds())
def test_batches_hold_every_operation_once(world: World) -> None:
    found = lowered(world)
    inside = [index for batch in found.batches for index in batch.operations]
    assert sorted(inside) == list(range(len(found.operations)))
    for batch in found.batches:
        members = [found.operations[index] for index in batch.operations]
        assert {(one.kind, one.step, one.wave) for one in members} == {
            (batch.kind, batch.step, batch.wave)
        }
        assert len(members) == 1 or batch.step in BATCHED[batch.kind].batches
        assert len(members) <= MOST_IN_BATCH


@given(worlds(), st.data())
def test_operations_are_a_function_of_values(world: World, data: st.DataObject) -> None:
    turned = World(
        plan=replace(world.plan, changes=tuple(data.draw(st.permutations(world.plan.changes)))),
        entries=dict(reversed([*world.entries.items()])),
    )
    assert lowered(turned) == lowered(world)
