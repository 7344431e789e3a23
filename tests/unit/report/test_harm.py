"""Nothing that comes from outside acts on a terminal, whatever is printed of it."""

import json
from collections.abc import Iterable

import pytest

from descope_state.model.address import Address
from descope_state.report.apply_events import complete_event, start_event
from descope_state.report.explain import explain_text, kinds_text
from descope_state.report.graph import dot, graph_json, mermaid
from descope_state.report.json_events import diagnostic_event, plan_events, version_event
from descope_state.report.json_text import one_line
from descope_state.report.problems import problems_text
from descope_state.report.spans import Line, plain
from descope_state.report.terraform_json import represent
from descope_state.report.text import plan_text
from tests.unit.report import harm

pytestmark = pytest.mark.parametrize(
    "name", harm.NAMES, ids=[f"{name[:12]!a}" for name in harm.NAMES]
)


def harmful(text: str) -> list[str]:
    return harm.HARMFUL.findall(text)


def one_row_each(lines: Iterable[Line]) -> bool:
    return all("\n" not in span.text for spans in lines for span in spans)


@pytest.mark.parametrize("width", [20, 80, 160])
@pytest.mark.parametrize("verbose", [False, True])
def test_a_plan(name: str, width: int, *, verbose: bool) -> None:
    lines = plan_text(harm.plan(name), width=width, verbose=verbose)
    assert harmful(plain(lines)) == []
    assert one_row_each(lines)


def test_problems(name: str) -> None:
    lines = problems_text([harm.problem(name)], width=80)
    assert harmful(plain(lines)) == []
    assert one_row_each(lines)


def test_explanations(name: str) -> None:
    schema = harm.schema(name)
    lines = (
        *explain_text(schema, width=80, constraints={"other": name}),
        *explain_text(schema, "other", width=80, constraints={"other": name}),
        *kinds_text([schema], width=80),
    )
    assert harmful(plain(lines)) == []
    assert one_row_each(lines)


def test_graphs(name: str) -> None:
    graph = {Address("tenant", "t", name): [Address("role", "r", name)]}
    for text in (dot(graph), mermaid(graph), one_line(graph_json(graph))):
        assert harmful(text) == []
    assert len(dot(graph).splitlines()) == 7
    assert len(mermaid(graph).splitlines()) == 4


def test_json(name: str) -> None:
    plan = harm.plan(name)
    change = plan.changes[1]
    answers = (
        represent(plan, {name: harm.schema(name)}),
        *plan_events(plan, timestamp="T"),
        diagnostic_event(harm.problem(name), timestamp="T"),
        version_event(name, timestamp="T"),
        start_event(change, timestamp="T"),
        complete_event(change, timestamp="T", elapsed=1.0, id=name),
    )
    for answer in answers:
        text = one_line(answer)
        assert harmful(text) == []
        assert text.isascii()
        assert "\n" not in text
        assert json.loads(text) == answer
