"""A flow that comes or goes whole is told by its parts, whatever shape its links have."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from descope_state.app.differing import differing
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Edit, FieldChange, Mark
from descope_state.report.changes import change_lines
from descope_state.report.fields import Page
from descope_state.report.spans import columns, plain
from dstate_descope import Descope
from dstate_descope.flow_outline import outline
from tests.support.emulated import INVITE, Shop

FLOW: dict[str, Any] = {
    "metadata": {"name": "Invite", "disabled": True},
    "contents": {
        "startTask": "0",
        "tasks": {
            "0": {"name": "Welcome", "type": "screen", "screenId": "S0", "next": {"submit": "1"}},
            "1": {"name": "New?", "type": "condition", "next": {"yes": "2", "no": "nowhere"}},
            "2": {"type": "end"},
        },
        "edges": [{"id": "e1", "source": "0", "target": "2"}, {"id": "e2"}],
    },
    "screens": [{"screenId": "S0"}, {"screenId": "S9"}],
}


def come(after: object) -> FieldChange:
    edit = Edit(mark=Mark.ADDED, path=(), after=after)  # type: ignore[arg-type]  # any JSON
    return FieldChange(name="definition", before=None, after=after, edits=(edit,))  # type: ignore[arg-type]  # as above


def parts(change: FieldChange) -> Mapping[str, list[str]]:
    found = outline(change)
    assert found is not None
    return {section.title: [item.name for item in section.items] for section in found.sections}


def test_a_flow_is_listed_by_its_screens_tasks_conditions_and_edges() -> None:
    assert parts(come(FLOW)) == {
        "screens": ["Welcome (S0)", "S9"],
        "tasks": ["Welcome (0)", "end (2)"],
        "conditions": ["New? (1)"],
        "edges": [
            "start of the flow -> Welcome (0)",
            "Welcome (0) -> New? (1)",
            "New? (1) -> end (2)",
            "Welcome (0) -> end (2)",
            "edge e2",
        ],
    }


def test_what_goes_is_listed_like_what_comes() -> None:
    gone = FieldChange(name="definition", before=FLOW, after=None)
    found, other = outline(gone), outline(come(FLOW))
    assert found is not None
    assert other is not None
    assert {item.mark for section in found.sections for item in section.items} == {Mark.REMOVED}
    assert parts(gone) == parts(come(FLOW))
    assert [edit.before for edit in found.elsewhere] == [edit.after for edit in other.elsewhere]


@pytest.mark.parametrize("value", [{}, {"contents": {}}, {"contents": "x"}, [1], "text", 7])
def test_what_has_no_parts_is_left_as_it_is(value: object) -> None:
    assert outline(come(value)) is None


def test_a_flow_that_is_there_before_and_after_is_not_listed() -> None:
    assert outline(FieldChange(name="definition", before=FLOW, after=FLOW)) is None


@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize("action", [Action.CREATE, Action.DELETE])
def test_a_long_flow_keeps_to_the_width_and_counts_what_it_leaves_out(
    width: int, action: Action
) -> None:
    tasks = {
        str(number): {"name": f"Task number {number}", "next": str(number + 1)}
        for number in range(150)
    }
    definition: Any = {"contents": {"tasks": tasks}, "metadata": {"name": "x" * 300}}
    change = Change(
        address=Address("flow", "long"),
        provider="descope",
        action=action,
        before={"id": "long", "definition": definition} if action is Action.DELETE else None,
        after={"id": "long", "definition": definition} if action is Action.CREATE else None,
        stated=("id", "definition"),
    )
    page = Page(width=width, differ=differing({"descope": Descope()}))
    text = plain(tuple(change_lines(change, {}, page=page)))
    assert "tasks (150):" in text
    assert "edges (149):" in text
    assert "… and " in text
    assert len(text.splitlines()) < 25
    assert all(columns(line) <= width for line in text.splitlines()), text


def test_the_whole_document_is_shown_on_request(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    short, long = shop.does("plan").out, shop.does("plan", "--verbose").out
    assert "screens (1): S0" in short
    assert '"startTask"' not in short
    assert "startTask" in long
    assert "screens (1)" not in long
    assert json.loads(json.dumps(INVITE))["metadata"]["name"] in short


def test_markdown_lists_the_parts_as_well(tmp_path: Path) -> None:
    told = Shop(tmp_path).does("plan", "--markdown").out
    assert "tasks (2): screen (0), end (1)" in told
    assert "startTask" not in told
