"""Order, reach and cycles of addresses."""

import pytest

from descope_state.core.graph import Cycle, closure, dependents, knots, ordered, waves
from descope_state.model.address import Address


def place(name: str) -> Address:
    return Address("role", name)


A, B, C, D = map(place, "abcd")


def test_dependencies_come_first_and_ties_go_by_address() -> None:
    assert ordered([D, C, B, A], {A: [D], B: [D]}) == (C, D, A, B)


def test_a_repeated_node_stands_once() -> None:
    assert ordered([B, A, B], {A: [B, B]}) == (B, A)


def test_edges_to_strangers_say_nothing() -> None:
    assert ordered([A, B], {A: [place("stranger")], place("stranger"): [A]}) == (A, B)


def test_no_nodes_are_in_order() -> None:
    assert ordered([], {}) == ()


def test_a_cycle_starts_at_its_smallest_address_and_leaves_bystanders_out() -> None:
    edges = {D: [B], B: [C], C: [D], A: [D], Address("zone", "z"): [A]}
    with pytest.raises(Cycle) as caught:
        ordered([*edges], edges)
    assert caught.value.path == (B, C, D)
    assert str(caught.value) == "role.b -> role.c -> role.d -> role.b"


def test_the_shortest_of_several_cycles_is_told() -> None:
    edges = {A: [B], B: [C], C: [A, D], D: [C]}
    with pytest.raises(Cycle) as caught:
        ordered([*edges], edges)
    assert caught.value.path == (C, D)


def test_an_address_that_needs_itself_is_a_cycle() -> None:
    with pytest.raises(Cycle) as caught:
        ordered([A, B], {A: [B], B: [B]})
    assert caught.value.path == (B,)


def test_a_long_cycle_is_found_whole() -> None:
    ring = [place(f"n{number:05}") for number in range(20_000)]
    edges = {node: [ring[number - 1]] for number, node in enumerate(ring)}
    with pytest.raises(Cycle) as caught:
        ordered(ring, edges)
    assert len(caught.value.path) == len(ring)
    assert caught.value.path[0] == ring[0]


def test_dependents_turn_edges_round() -> None:
    assert dependents({C: [A], B: [A], A: []}) == {A: (B, C), B: (), C: ()}


def test_a_closure_holds_its_start_and_all_it_reaches() -> None:
    assert closure([A], {A: [B], B: [C], D: [A], C: [A]}) == {A, B, C}


def test_waves_count_what_must_come_before() -> None:
    edges = {A: [B], B: [C], D: [C]}
    assert waves(ordered([A, B, C, D], edges), edges) == ((C,), (B, D), (A,))


def test_a_chain_longer_than_the_stack_of_python_is_no_matter() -> None:
    chain = [[number + 1] for number in range(50_000)]
    assert len(set(knots([*chain, []]))) == 50_001


def test_those_that_reach_each_other_share_a_knot() -> None:
    first, second, third, fourth = knots([[1], [2], [1], [0]])
    assert second == third
    assert len({first, second, fourth}) == 3
