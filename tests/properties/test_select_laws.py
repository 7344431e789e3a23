"""Laws of narrowed plans: what is left is closed, it is no more than needed, and it works alone."""

from collections.abc import Collection

from hypothesis import assume, given
from hypothesis import strategies as st

from descope_state.core.graph import closure, dependents
from descope_state.core.planner import Wishes
from descope_state.model.address import Address
from descope_state.model.change import Action
from descope_state.model.plan import Plan
from descope_state.model.state import problems
from tests.support.laws import law
from tests.support.pipeline import Scene, scene
from tests.support.worlds import History, histories

PICKS = st.lists(st.integers(0, 30), min_size=1, max_size=3)
# What has to happen to a user before the object that it used can go.
LEAVING = {
    Action.DELETE: (Action.UPDATE, Action.REPLACE, Action.DELETE),
    Action.REPLACE: (Action.REPLACE, Action.DELETE),
}


def picked(made: Plan, picks: list[int]) -> tuple[Address, ...]:
    """Pick some addresses of a plan; a block stands for its instances now and then."""
    assume(made.changes)
    found = [made.changes[pick % len(made.changes)].address for pick in picks]
    return tuple(
        place.block if pick % 4 == 0 else place for place, pick in zip(found, picks, strict=True)
    )


def named(made: Plan, wanted: Collection[Address]) -> set[Address]:
    places = {change.address for change in made.changes}
    return {place for place in places if place in wanted or place.block in wanted}


def needs(start: Scene, made: Plan) -> dict[Address, set[Address]]:
    """Say what each change cannot do without, once more and from scratch."""
    actions = {change.address: change.action for change in made.changes}
    found: dict[Address, set[Address]] = {address: set() for address in actions}
    for change in made.changes:
        if change.action is not Action.DELETE:
            found[change.address].update(actions.keys() & set(change.depends_on))
        entry = start.snapshot.entries.get(change.address)
        for other in actions.keys() & set(entry.depends_on if entry else ()):
            if change.action in LEAVING.get(actions[other], ()):
                found[other].add(change.address)
    return found


def check_alone(start: Scene, full: Plan, part: Plan) -> None:
    """Hold a part of a plan against the whole, and carry it out."""
    whole = {change.address: change for change in full.changes}
    assert all(whole[change.address] == change for change in part.changes)
    assert [change.address for change in part.changes] == sorted(
        change.address for change in part.changes
    )
    end = start.then(part)
    assert problems(end.snapshot) == ()
    done = {change.address for change in part.changes if not change.blocked}
    assert not {change.address for change in end.plan().effective} & done


@law(60)
@given(histories(), PICKS)
def test_a_target_brings_exactly_what_it_needs(history: History, picks: list[int]) -> None:
    start = scene(history)
    full = start.plan()
    targets = picked(full, picks)
    part = start.plan(wishes=Wishes(targets=targets))
    kept = {change.address for change in part.changes}
    assert kept == closure(named(full, targets), needs(start, full))
    check_alone(start, full, part)


@law(60)
@given(histories(), PICKS)
def test_an_exclusion_takes_exactly_its_dependents_with_it(
    history: History, picks: list[int]
) -> None:
    start = scene(history)
    full = start.plan()
    excludes = picked(full, picks)
    part = start.plan(wishes=Wishes(excludes=excludes))
    left = {change.address for change in full.changes} - {change.address for change in part.changes}
    assert left == closure(named(full, excludes), dependents(needs(start, full)))
    check_alone(start, full, part)


@law(30)
@given(histories(), PICKS, PICKS)
def test_targets_and_exclusions_together_are_both(
    history: History, some: list[int], others: list[int]
) -> None:
    start = scene(history)
    full = start.plan()
    targets, excludes = picked(full, some), picked(full, others)
    part = start.plan(wishes=Wishes(targets=targets, excludes=excludes))
    kept = {change.address for change in part.changes}
    wanted = {change.address for change in start.plan(wishes=Wishes(targets=targets)).changes}
    spared = {change.address for change in start.plan(wishes=Wishes(excludes=excludes)).changes}
    assert kept == wanted & spared


@law(30)
@given(histories(), PICKS)
def test_what_is_to_be_replaced_is_replaced_and_comes_to_rest(
    history: History, picks: list[int]
) -> None:
    start = scene(history)
    full = start.plan()
    chosen = picked(full, picks)
    made = start.plan(wishes=Wishes(replaces=chosen))
    before = {change.address: change.action for change in full.changes}
    for change in made.changes:
        if change.address in named(full, chosen) and before[change.address] in (
            Action.NOOP,
            Action.UPDATE,
            Action.REPLACE,
            Action.MOVE,
        ):
            assert change.action is Action.REPLACE
    end = start.then(made)
    stuck = {change.address for change in made.changes if change.blocked}
    assert {change.address for change in end.plan().effective} <= stuck
