"""Names that nobody answers to: the row is blocked, and says what was meant."""

from dataclasses import replace

import pytest

from descope_state.core.blocking import blocked
from descope_state.core.observation import Observation
from descope_state.core.planner import Wishes, misnamed, plan
from descope_state.model.address import Address
from descope_state.model.change import Action, Change
from descope_state.model.plan import Plan
from descope_state.model.resource import Live
from descope_state.model.value import Unknown
from tests.support.pipeline import CATALOG, EMPTY, NOTHING, Scene, requested
from tests.support.provider import FakeWorld
from tests.support.worlds import Stack, Written


def group(*labels: str, name: str = "first") -> Written:
    return Written(kind="group", name=name, body={"name": name, "labels": list(labels)})


def label(name: str, **fields: object) -> Written:
    return Written(kind="label", name=name, body={"name": name, **fields})


def stack(*blocks: Written) -> Stack:
    return Stack(blocks=blocks)


def start(*blocks: Written, live: tuple[str, ...] = ()) -> Scene:
    world = FakeWorld()
    for name in live:
        world.put("label", f"id-{name}", name=name)
    return Scene(stack=stack(*blocks), world=world, snapshot=EMPTY)


def reasons(made: Plan) -> dict[str, str]:
    return {str(one.address): one.blocked for one in made.changes if one.blocked}


def test_a_name_that_is_nowhere_blocks_its_row_and_nothing_else() -> None:
    made = start(group("read"), group("red", name="second"), label("red")).plan()
    assert reasons(made) == {
        "group.first": "`labels[0]` names the label `read`, which neither the stack nor the project"
        " has (did you mean `red`?)"
    }
    assert made.summary.add == 2


def test_every_name_of_a_row_that_is_nowhere_is_told() -> None:
    (reason,) = reasons(start(group("one", "two"), label("xyz")).plan()).values()
    assert "`labels[0]` names the label `one`" in reason
    assert "; and `labels[1]` names the label `two`" in reason
    assert "correct it, or make that label first" in reason


def test_what_lives_in_the_project_may_be_named() -> None:
    assert reasons(start(group("live"), label("red"), live=("live",)).plan()) == {}


def test_what_was_not_looked_at_is_not_claimed_to_be_absent() -> None:
    assert reasons(start(group("anything")).plan()) == {}
    request = requested(stack(group("read"), label("red")), FakeWorld(), EMPTY)
    unread = replace(request, observation=replace(request.observation, refreshed=False))
    assert reasons(plan(unread)) == {}


def test_what_was_looked_at_beside_the_kinds_in_play_may_be_named() -> None:
    request = requested(stack(group("live", "dead")), FakeWorld(), EMPTY)
    one = Live(kind="label", id="1", identity="live", attributes={"name": "live"})
    seen = replace(request.observation, beside={"label": {"1": one}})
    (reason,) = reasons(plan(replace(request, observation=seen))).values()
    assert "`labels[1]` names the label `dead`" in reason
    assert "`live`, " not in reason


def test_a_kind_that_may_not_be_read_is_not_claimed_to_lack_anything() -> None:
    request = requested(stack(group("read"), label("red")), FakeWorld(), EMPTY)
    closed = replace(request.observation, closed={"label": "no"})
    assert "group.first" not in reasons(plan(replace(request, observation=closed)))


def test_what_the_object_holds_already_is_known_to_the_service() -> None:
    there = start(group("red"), label("red"))
    there = there.then(there.plan())
    other = replace(group("red"), body={**group("red").body, "description": "new"})
    request = requested(stack(other, label("blue")), there.world, there.snapshot)
    # The list lags: it lacks the label that the group says it has.
    lagging = {**request.observation.live, "label": {}}
    made = plan(replace(request, observation=replace(request.observation, live=lagging)))
    assert {str(one.address): one.action for one in made.changes} == {
        "group.first": Action.UPDATE,
        "label.blue": Action.CREATE,
        "label.red": Action.FORGET,
    }
    assert reasons(made) == {}


def test_a_name_that_the_stack_still_mentions_is_not_taken_away() -> None:
    there = start(group("red"), label("red"), label("blue"))
    there = there.then(there.plan())
    made = replace(there, stack=stack(group("red"), label("blue"))).plan()
    assert reasons(made) == {
        "label.red": "group.first still names it: `red` in its `labels[0]`; take it out there as"
        " well, or keep label.red as it is"
    }
    gone = replace(there, stack=stack(group(), label("blue"))).plan()
    assert reasons(gone) == {}


def test_a_rename_that_leaves_a_mention_behind_is_held() -> None:
    there = start(group("red"), label("red"))
    there = there.then(there.plan())
    renamed = Written(kind="label", name="red", body={"name": "scarlet"})
    made = replace(there, stack=stack(group("red"), renamed)).plan()
    assert list(reasons(made)) == ["label.red"]
    both = replace(there, stack=stack(group("scarlet"), renamed)).plan()
    assert reasons(both) == {}


def test_another_may_take_over_a_name_that_is_mentioned() -> None:
    there = start(group("red"), label("red"))
    there = there.then(there.plan())
    heir = Written(kind="label", name="heir", body={"name": "red"})
    made = replace(there, stack=stack(group("red"), heir)).plan()
    assert reasons(made) == {}


def test_everything_goes_where_everything_is_to_go() -> None:
    there = start(group("red"), label("red"))
    there = there.then(there.plan())
    assert reasons(there.plan(wishes=Wishes(mode="destroy"))) == {}


def test_a_name_known_only_after_apply_is_not_claimed_to_be_another() -> None:
    changes = (
        Change(
            address=Address("group", "g"),
            provider="fake",
            action=Action.CREATE,
            after={"name": "g", "labels": ["red"]},
            stated=("name", "labels"),
        ),
        Change(
            address=Address("label", "l"),
            provider="fake",
            action=Action.CREATE,
            after={"name": Unknown("${site.s.id}")},
            stated=("name",),
        ),
    )
    nothing = Observation(live={"label": {}, "group": {}})
    assert blocked(changes, catalog=CATALOG, observation=nothing, entries={}) is changes


def test_what_is_made_only_afterwards_cannot_be_named() -> None:
    later = label("red", description="${group.first.name}")
    (reason,) = (
        text for text in reasons(start(group("red"), later).plan()).values() if "only" in text
    )
    assert reason.startswith(
        "`labels[0]` names the label `red`, which is made only after it, as label.red"
    )
    # Once it is there, there is nothing to wait for.
    there = start(group(), later)
    there = there.then(there.plan())
    assert reasons(replace(there, stack=stack(group("red"), later)).plan()) == {}


@pytest.mark.parametrize(("ignored", "held"), [(["labels"], []), ([], ["label.red"])])
def test_fields_whose_changes_are_ignored_hold_nothing(ignored: list[str], held: list[str]) -> None:
    there = start(group("red"), label("red"), label("blue"))
    there = there.then(there.plan())
    body = {**group("red").body, "lifecycle": {"ignore_changes": ignored}}
    made = replace(there, stack=stack(replace(group("red"), body=body), label("blue"))).plan()
    assert list(reasons(made)) == held


def test_where_a_name_is_wrong_is_told_beside_the_plan() -> None:
    request = requested(stack(group("read"), label("red")), FakeWorld(), EMPTY, wishes=NOTHING)
    made = plan(request)
    (problem,) = misnamed(request, made)
    assert problem.code == "E1343"
    assert problem.warning
    assert problem.message.startswith("group.first: `labels[0]` names the label `read`")
    assert problem.hint == "did you mean `red`?"
    assert misnamed(request, start(label("red")).plan()) == ()
