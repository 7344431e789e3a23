"""What a changed flow is told as: its screens, tasks, conditions, edges and texts."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from descope_state.core.diff import field_change
from descope_state.model.value import Secret, Value
from descope_state.sdk.difference import Difference, Differing, Item, Mark
from descope_state.sdk.schema import Field, Shape, Type, fields_of
from dstate_descope import Descope
from dstate_descope.flow_model import difference
from dstate_descope.kinds.flow import Flow

Document = Any
FLOW = Path(__file__).parents[2] / "examples/acme/files/flows/sign-up-or-in.json"
FREE = Field(name="definition", shape=Shape(type=Type.JSON, nullable=True))


@pytest.fixture
def before() -> Document:
    return json.loads(FLOW.read_text())


@pytest.fixture
def after(before: Document) -> Document:
    return copy.deepcopy(before)


def told(before: Document, after: Document, field: Field = FREE) -> Difference:
    change = field_change(before, after, field=field)
    assert change is not None
    found = difference(change)
    assert found is not None
    assert found.places >= len(change.edits)
    return found


def items(found: Difference) -> dict[str, list[Item]]:
    return {section.title: list(section.items) for section in found.sections}


def spelled(item: Item) -> tuple[str, str, list[tuple[Any, ...]]]:
    edits = [(edit.mark.value, edit.path, edit.before, edit.after) for edit in item.edits]
    return item.mark.value, item.name, edits


def only(found: Difference, title: str) -> Item:
    (item,) = items(found).pop(title)
    return item


def test_the_provider_describes_the_definition_of_a_flow_and_nothing_else(
    before: Document, after: Document
) -> None:
    after["contents"]["startTask"] = "2"
    change = field_change(before, after, field=fields_of(Flow)["definition"])
    provider = Descope()
    assert isinstance(provider, Differing)
    assert change is not None
    assert provider.difference("flow", change) == difference(change)
    assert provider.difference("theme", change) is None


def test_a_task_is_told_by_its_name_and_the_screen_it_shows_as_well(
    before: Document, after: Document
) -> None:
    after["contents"]["tasks"]["1"]["action"] = "magicLink.signUpOrIn"
    after["screens"][1]["interactions"][0]["type"] = "link"
    found = told(before, after)
    change = ("~", ("action",), "otp.signUpOrIn.email", "magicLink.signUpOrIn")
    assert spelled(only(found, "tasks")) == ("~", "Send a code (1)", [change])
    assert only(found, "screens").name == "Verify the code (SC1)"
    assert list(items(found)) == ["screens", "tasks"]


def test_a_condition_is_no_task_and_where_it_leads_is_an_edge(
    before: Document, after: Document
) -> None:
    node = after["contents"]["tasks"]["3"]
    node["key"] = "user.verified"
    node["next"]["true"] = "5"
    found = told(before, after)
    assert spelled(only(found, "conditions"))[2] == [("~", ("key",), "user.isNew", "user.verified")]
    leads = ("~", ("next", "true"), "About you (4)", "End (5)")
    assert spelled(only(found, "edges")) == ("~", "Is the user new? (3)", [leads])
    assert found.elsewhere == ()


def test_where_a_flow_begins_is_an_edge(before: Document, after: Document) -> None:
    after["contents"]["startTask"] = "2"
    edge = ("~", ("startTask",), "Welcome (0)", "Verify the code (2)")
    assert spelled(only(told(before, after), "edges")) == ("~", "start of the flow", [edge])


def test_texts_that_users_read_are_apart_from_the_build_of_a_screen(
    before: Document, after: Document
) -> None:
    root = after["screens"][0]["contents"]["root"]
    root["title"] = "Hello"
    root["fields"] = ["email", "phone"]
    found = told(before, after)
    text = ("~", ("contents", "root", "title"), "Welcome to Acme", "Hello")
    assert spelled(only(found, "texts")) == ("~", "Welcome (SC0)", [text])
    built = ("+", ("contents", "root", "fields", 1), None, "phone")
    assert spelled(only(found, "screens")) == ("~", "Welcome (SC0)", [built])


def test_moves_on_the_canvas_are_counted_by_thing_and_hidden(
    before: Document, after: Document
) -> None:
    for number in ("1", "2"):
        before["contents"]["tasks"][number]["position"] = {"x": 1, "y": 2}
        after["contents"]["tasks"][number]["position"] = {"x": 30, "y": 40.5}
    after["contents"]["tasks"]["4"]["layout"] = {"x": 7, "y": 8}
    found = told(before, after)
    assert (found.sections, found.elsewhere, found.moved, found.layout) == ((), (), 3, 5)


def test_a_word_is_never_taken_for_a_place_on_the_canvas(before: Document, after: Document) -> None:
    after["contents"]["tasks"]["1"]["position"] = "primary"
    after["screens"][0]["contents"]["root"]["layout"] = 3
    after["contents"]["tasks"]["2"]["x"] = True
    found = told(before, after)
    assert (found.layout, found.moved) == (0, 0)
    assert {item.name for item in items(found)["tasks"]} == {
        "Send a code (1)",
        "Verify the code (2)",
    }
    assert only(found, "screens").name == "Welcome (SC0)"


def test_what_has_another_id_now_is_the_same_thing(before: Document, after: Document) -> None:
    tasks = after["contents"]["tasks"]
    tasks["17"] = {**tasks.pop("1"), "id": "17", "position": {"x": 3, "y": 4}}
    tasks["0"]["next"]["submit"] = "17"
    found = told(before, after)
    renamed = ("~", ("id",), "1", "17")
    assert spelled(only(found, "tasks")) == ("~", "Send a code (17)", [renamed])
    assert found.moved == 1
    leads = ("~", ("next", "submit"), "Send a code (1)", "Send a code (17)")
    assert spelled(only(found, "edges")) == ("~", "Welcome (0)", [leads])


def test_what_has_another_id_and_is_a_little_other_is_told_where(
    before: Document, after: Document
) -> None:
    after["screens"][1]["screenId"] = "SC9"
    after["screens"][1]["interactions"][0]["label"] = "Go on"
    (screen,) = items(told(before, after))["screens"]
    assert spelled(screen)[2] == [
        ("~", ("id",), "SC1", "SC9"),
        ("~", ("interactions", 0, "label"), "Verify", "Go on"),
    ]


def test_what_is_quite_other_came_and_went(before: Document, after: Document) -> None:
    tasks = after["contents"]["tasks"]
    del tasks["1"]
    tasks["8"] = {"id": "8", "name": "Ask the bank", "type": "connector", "verb": "look"}
    removed, added = items(told(before, after))["tasks"]
    assert (removed.mark, removed.name) == (Mark.REMOVED, "Send a code (1)")
    assert (added.mark, added.name) == (Mark.ADDED, "Ask the bank (8)")
    assert added.edits[0].after == tasks["8"]


def test_what_has_no_section_is_elsewhere(before: Document, after: Document) -> None:
    after["metadata"]["description"] = "Other"
    after["contents"]["timeout"] = 5
    after["surprise"] = [1]
    after["screens"].append({"no": "id"})
    found = told(before, after)
    assert {edit.path[0] for edit in found.elsewhere} == {
        "metadata", "contents", "surprise", "screens",
    }  # fmt: skip
    assert found.sections == ()


def test_the_older_form_and_edges_of_their_own_are_read_too(before: Document) -> None:
    links: Document = [{"id": "e1", "source": "0", "target": "1"}]
    tasks = list(before["contents"]["tasks"].values())
    dsl: Document = {"tasks": tasks, "edges": links}
    old: Document = {
        "flow": {"id": "x", "dsl": dsl},
        "screens": [{"id": "SC0", "htmlTemplate": {}}],
    }
    new = copy.deepcopy(old)
    new["flow"]["dsl"]["tasks"][1]["action"] = "other"
    new["flow"]["dsl"]["edges"] = [{"id": "e2", "source": "1", "target": "5"}, *links]
    new["screens"][0]["htmlTemplate"] = {"text": "Hi"}
    found = told(old, new)
    assert only(found, "tasks").name == "Send a code (1)"
    assert only(found, "texts").name == "Welcome (SC0)"
    assert (only(found, "edges").mark, only(found, "edges").name) == (
        Mark.ADDED,
        "Send a code (1) -> End (5)",
    )


@pytest.mark.parametrize(
    ("left", "right"),
    [({}, "text"), (None, {}), ([{"id": "a"}], [{"id": "b"}]), ({"a": 1}, {"a": Secret("env:X")})],
)
def test_what_is_no_flow_is_left_to_the_plain_difference(left: Value, right: Value) -> None:
    change = field_change(left, right, field=FREE)
    assert change is not None
    found = difference(change)
    assert found is None or (found.sections, found.elsewhere) == ((), change.edits)
