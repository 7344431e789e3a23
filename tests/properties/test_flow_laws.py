"""Laws of the difference of flows: whatever a flow is, no place that differs is left untold."""

import copy
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from descope_state.app.differing import differing
from descope_state.core.diff import field_change
from descope_state.model.change import Edit, FieldChange
from descope_state.model.value import Value
from descope_state.report.fields import Page
from descope_state.report.flows import described_lines
from descope_state.report.spans import plain
from descope_state.sdk.difference import Difference
from descope_state.sdk.schema import Field, Shape, Type
from dstate_descope import Descope
from dstate_descope.flow_model import difference
from tests.support.laws import law

DOCUMENT = Field(name="definition", shape=Shape(type=Type.JSON, nullable=True))
IDS = st.sampled_from(["0", "1", "2", "3", "SC0", "SC1"])
WORDS = st.sampled_from(
    ["id", "name", "type", "next", "position", "x", "title", "contents", "tasks", "screens"]
)
LEAVES: st.SearchStrategy[Value] = (
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(0, 2) | IDS | WORDS
)
ANYTHING: st.SearchStrategy[Value] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | IDS, inner, max_size=3),
    max_leaves=8,
)
NODES = st.fixed_dictionaries(
    {"id": IDS},
    optional={
        "name": WORDS,
        "type": st.sampled_from(["screen", "condition", "action"]),
        "screenId": IDS,
        "next": st.dictionaries(IDS, IDS, max_size=2),
        "position": st.fixed_dictionaries({"x": st.integers(0, 3), "y": st.integers(0, 3)}),
        "args": ANYTHING,
    },
)
HELD = st.dictionaries(IDS, NODES | ANYTHING, max_size=4) | st.lists(NODES, max_size=4) | ANYTHING
CONTENTS = st.fixed_dictionaries(
    {"tasks": HELD}, optional={"startTask": IDS, "edges": HELD, "viewport": ANYTHING}
)
SCREENS = st.lists(
    st.fixed_dictionaries({"screenId": IDS, "contents": ANYTHING}), max_size=3
) | ANYTHING.filter(lambda value: value is not None)
FLOWS: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {"contents": CONTENTS | ANYTHING, "screens": SCREENS},
    optional={"metadata": ANYTHING, "flow": ANYTHING},
)


def changed(before: Value, after: Value) -> FieldChange | None:
    return field_change(before, after, field=DOCUMENT)


def last(edit: Edit) -> tuple[str, object]:
    return edit.mark.value, edit.path[-1] if edit.path else None


def listed(found: Difference) -> list[Edit]:
    inside = [edit for part in found.sections for item in part.items for edit in item.edits]
    return [*inside, *found.elsewhere]


@law(150)
@given(FLOWS, FLOWS)
def test_every_place_that_differs_is_accounted_for(before: Value, after: Value) -> None:
    change = changed(before, after)
    if change is None:
        assert before is not None
        return
    found = difference(change)
    if found is None:
        return
    renamed = [item for part in found.sections for item in part.items if item.stands_for]
    assert found.places >= len(change.edits)
    if not renamed:
        assert found.places == len(change.edits)
        # Those that are listed are the engine's own, but for the names of what edges lead to.
        whole = Counter(last(edit) for edit in change.edits if len(edit.path) > 3)
        told = Counter(last(edit) for edit in listed(found) if edit.path)
        assert sum((whole - told).values()) <= found.layout


@law(50)
@given(FLOWS)
def test_a_flow_does_not_differ_from_itself(flow: Value) -> None:
    assert changed(flow, copy.deepcopy(flow)) is None


@law(80)
@given(FLOWS, st.integers(0, 9), st.integers(0, 9))
def test_moving_one_task_is_one_layout_move(flow: Value, left: int, right: int) -> None:
    assert isinstance(flow, dict)
    node: dict[str, Value] = {"id": "t", "type": "action", "position": {"x": left, "y": 1}}
    moved: dict[str, Value] = {**node, "position": {"x": right, "y": 1}}
    before: Value = {**flow, "contents": {"tasks": {"t": node}}}
    after: Value = {**flow, "contents": {"tasks": {"t": moved}}}
    change = changed(before, after)
    if left == right:
        assert change is None
        return
    assert change is not None
    found = difference(change)
    assert found is not None
    assert (found.moved, found.sections, found.elsewhere) == (1, (), ())


@law(100)
@given(before=FLOWS, after=FLOWS, width=st.integers(24, 120), whole=st.booleans())
def test_every_difference_can_be_drawn(
    *, before: Value, after: Value, width: int, whole: bool
) -> None:
    change = changed(before, after)
    if change is not None:
        page = Page(width=width, whole=whole, differ=differing({"descope": Descope()}))
        assert "definition" in plain(described_lines("flow", [change], page=page))
