"""Unknowns are answered as far as live objects allow, and judged again once they are."""

from descope_state.core.scope import UNKNOWN, View, World
from descope_state.core.settling import Settler, planned_view
from descope_state.errors import Origin, Problem
from descope_state.model.address import Address
from descope_state.model.change import Action, Change
from descope_state.model.resource import Desired, Live
from descope_state.model.value import Ref, Secret, Unknown, Value
from tests.support.pipeline import CATALOG, SCHEMAS, NoSources

ID = Unknown("${site.one.id}", (Ref("site", "one", None, "id"),))
VERSION = Unknown("${site.one.version}", (Ref("site", "one", None, "version"),))


def settled(
    kind: str, attributes: dict[str, Value], known: dict[str, Value]
) -> tuple[dict[str, Value], list[Problem]]:
    world = World(roots={}, sources=NoSources())
    world.put("site", "one", view=View(SCHEMAS["site"], known))
    found: list[Problem] = []
    settler = Settler(CATALOG, world=world, secrets={"env:X": "print"}, report=found.append)
    desired = Desired(
        address=Address(kind, "two"),
        provider="fake",
        attributes=attributes,
        locate=lambda path: Origin(file="a.yaml", line=len(path)),
    )
    return settler.settled(desired, CATALOG[kind]), found


def test_what_holds_no_unknown_is_left_as_it_is() -> None:
    stated: dict[str, Value] = {"name": "n", "labels": ["a"]}
    made, found = settled("group", stated, {})
    assert made is stated
    assert found == []


def test_an_unknown_is_answered_wherever_it_stands() -> None:
    made, found = settled("document", {"name": "n", "content": {"a": [1, ID]}}, {"id": "S1"})
    assert made == {"name": "n", "content": {"a": [1, "S1"]}}
    assert found == []


def test_an_unknown_that_nobody_can_answer_yet_stays_one() -> None:
    made, found = settled("child", {"name": "n", "site": ID}, {})
    assert isinstance(made["site"], Unknown)
    assert made["site"].refs == ID.refs
    assert found == []


def test_a_secret_gets_its_fingerprint() -> None:
    stated: dict[str, Value] = {"name": "n", "password": Secret("env:X")}
    made, found = settled("credential", stated, {})
    assert made == {"name": "n", "password": Secret("env:X", "print")}
    assert found == []


def test_an_answer_that_does_not_fit_its_field_is_told_at_its_place() -> None:
    made, (found,) = settled("label", {"name": "n", "description": VERSION}, {"version": 3})
    assert found.message == "label.two: `description` must be text"
    assert found.origin == Origin(file="a.yaml", line=1)
    assert made["name"] == "n"


def test_an_expression_that_fails_on_its_answer_is_told_at_its_place() -> None:
    failing = Unknown("${1 / site.one.version}", (Ref("site", "one", None, "version"),))
    _, (found,) = settled("record", {"name": "n", "count": failing}, {"version": 0})
    assert found.message.startswith("record.two: ")
    assert found.origin == Origin(file="a.yaml", line=1)


# -- what others see ------------------------------------------------------------------------------

LIVE = Live(
    kind="site",
    id="S1",
    identity="n",
    attributes={"name": "n", "title": "old"},
    computed={"url": "u", "version": 3},
)


def view(action: Action, live: Live | None) -> View:
    change = Change(address=Address("site", "one"), provider="fake", action=action)
    return planned_view(
        change, attributes={"name": "n", "title": "new"}, live=live, described=CATALOG["site"]
    )


def test_of_what_is_made_anew_only_the_stated_is_known() -> None:
    for action, live in ((Action.CREATE, None), (Action.REPLACE, LIVE)):
        seen = view(action, live)
        assert (seen["title"], seen["id"], seen["url"]) == ("new", UNKNOWN, UNKNOWN)


def test_of_what_is_changed_all_is_known_but_what_changes_by_itself() -> None:
    seen = view(Action.UPDATE, LIVE)
    assert (seen["title"], seen["id"], seen["url"]) == ("new", "S1", "u")
    assert seen["version"] == UNKNOWN


def test_of_what_stays_all_is_known() -> None:
    assert view(Action.NOOP, LIVE)["version"] == 3
