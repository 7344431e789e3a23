"""What cannot be done, and everything that waits for it, with a reason that says what to do."""

from dataclasses import replace

import pytest

from descope_state.core.blocking import blocked
from descope_state.core.observation import Observation
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Reason
from descope_state.model.resource import Entries, Entry, Live
from descope_state.sdk.provider import Tier
from tests.support.pipeline import CATALOG

NOTHING = Observation(live={})


def place(text: str) -> Address:
    return Address.parse(text if "." in text else f"label.{text}")


def change(name: str, action: Action, *needs: str, identity: str = "", id_: str = "") -> Change:
    after = {"name": identity or name} if action not in (Action.DELETE, Action.FORGET) else None
    return Change(
        address=place(name),
        provider="fake",
        action=action,
        depends_on=tuple(map(place, needs)),
        identity=identity or name,
        after=dict(after) if after is not None else None,
        id=id_,
    )


def entry(name: str, *needs: str, id_: str = "", protected: bool = False) -> Entry:
    return Entry(
        address=place(name),
        provider="fake",
        schema_version=1,
        id=id_ or f"id-{name}",
        identity=name,
        inputs={},
        outputs={},
        depends_on=tuple(map(place, needs)),
        protected=protected,
    )


def state(*held: Entry) -> Entries:
    return {one.address: one for one in held}


def seen(*names: str, tier: Tier = Tier.FREE, baseline: str = "") -> Observation:
    live = {
        f"id-{name}": Live(kind="label", id=f"id-{name}", identity=name, attributes={})
        for name in names
    }
    return Observation(
        live={"label": live}, tier=int(tier), baseline={"label": frozenset(baseline.split())}
    )


def reasons(
    *changes: Change, observation: Observation = NOTHING, entries: Entries | None = None
) -> dict[str, str]:
    made = blocked(changes, catalog=CATALOG, observation=observation, entries=entries or {})
    assert [one.address for one in made] == [one.address for one in changes]
    for one, before in zip(made, changes, strict=True):
        assert (one.reason is Reason.BLOCKED) == bool(one.blocked)
        assert replace(one, blocked="", reason=before.reason) == before
    return {str(one.address): one.blocked for one in made if one.blocked}


def test_a_plan_in_which_nothing_is_in_the_way_is_left_as_it_is() -> None:
    changes = (change("a", Action.CREATE), change("b", Action.CREATE, "a"))
    assert blocked(changes, catalog=CATALOG, observation=NOTHING, entries={}) is changes


# -- reasons --------------------------------------------------------------------------------------


def test_an_object_of_the_same_name_is_not_taken_over_but_may_be_imported() -> None:
    found = reasons(change("a", Action.CREATE), observation=seen("a"))
    assert found == {
        "label.a": "label `a` exists already as id-a; to take it over, add to the stack"
        " `imports: [{to: label.a, id: id-a}]`"
    }


def test_what_is_to_be_imported_must_be_there() -> None:
    lost = replace(change("a", Action.CREATE, id_="L9"), importing=True)
    (reason,) = reasons(lost).values()
    assert reason == "there is no label L9 to import; correct its `imports` entry"


@pytest.mark.parametrize("action", [Action.CREATE, Action.UPDATE, Action.DELETE, Action.REPLACE])
def test_what_the_licence_does_not_include_is_blocked_rather_than_tried(action: Action) -> None:
    (reason,) = reasons(change("premium.a", action, id_="p1"), observation=seen()).values()
    assert reason == "a premium needs the pro plan, and this project is on free"
    assert reasons(change("premium.a", action, id_="p1"), observation=seen(tier=Tier.PRO)) == {}


@pytest.mark.parametrize("action", [Action.NOOP, Action.FORGET, Action.MOVE])
def test_what_writes_nothing_is_never_blocked(action: Action) -> None:
    held = state(entry("premium.a", protected=True))
    assert reasons(change("premium.a", action), observation=seen(), entries=held) == {}


@pytest.mark.parametrize("action", [Action.DELETE, Action.REPLACE])
def test_what_the_state_remembers_as_protected_is_not_destroyed(action: Action) -> None:
    held = state(entry("a", protected=True))
    (reason,) = reasons(change("a", action, id_="id-a"), entries=held).values()
    assert "prevent_destroy" in reason


def test_what_the_stack_protects_is_not_replaced() -> None:
    protected = replace(change("a", Action.REPLACE, id_="id-a"), protected=True)
    (reason,) = reasons(protected, entries=state(entry("a"))).values()
    assert reason == "`prevent_destroy` protects it; remove that from its `lifecycle` first"


def test_what_every_project_holds_is_let_go_of_rather_than_deleted() -> None:
    (reason,) = reasons(
        change("a", Action.DELETE), observation=seen("a", baseline="a"), entries=state(entry("a"))
    ).values()
    assert "every project holds it from the start" in reason
    assert "destroy: false" in reason


# -- spreading ------------------------------------------------------------------------------------


def test_what_needs_a_blocked_creation_waits_with_it_however_far_away() -> None:
    found = reasons(
        change("a", Action.CREATE),
        change("b", Action.CREATE, "a"),
        change("c", Action.UPDATE, "b"),
        change("d", Action.NOOP, "a"),
        change("e", Action.CREATE),
        observation=seen("a"),
        entries=state(entry("c"), entry("d")),
    )
    assert list(found) == ["label.a", "label.b", "label.c"]
    assert found["label.b"] == "it needs label.a, which is blocked"
    assert found["label.c"] == "it needs label.b, which is blocked"


def test_what_a_blocked_deletion_still_needs_is_not_deleted_either() -> None:
    found = reasons(
        change("a", Action.DELETE),
        change("b", Action.DELETE, "a"),
        change("c", Action.DELETE, "b"),
        change("d", Action.DELETE, "c"),
        observation=seen("a", "b", "c", "d"),
        entries=state(
            entry("a"), entry("b", "a"), entry("c", "b", protected=True), entry("d", "c")
        ),
    )
    assert list(found) == ["label.a", "label.b", "label.c"]
    assert found["label.b"] == "label.c still needs it, and is blocked"
    assert found["label.a"] == "label.b still needs it, and is blocked"


def test_what_comes_after_a_blocked_update_waits_for_it_too() -> None:
    found = reasons(
        change("premium.a", Action.UPDATE, id_="p1"),
        change("b", Action.CREATE, "premium.a"),
        observation=seen(),
        entries=state(entry("premium.a", id_="p1")),
    )
    assert found["label.b"] == "it needs premium.a, which is blocked"
