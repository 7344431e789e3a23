"""What comparing costs: a large flow against DeepDiff (P25), and resources that did not change."""

import json
import time
from collections.abc import Callable, Iterator, Mapping

from benchmarks.measuring import Row
from descope_state.core import documents
from descope_state.core.diff import arranged, compare, equal, field_change
from descope_state.core.graph import ordered
from descope_state.model.address import Address
from descope_state.model.value import Value
from descope_state.sdk.difference import Difference
from descope_state.sdk.schema import Field, Schema, Shape, Type
from dstate_descope.flow_model import difference

TEXT = Shape(type=Type.STRING)
DOCUMENT = Shape(type=Type.JSON, nullable=True)
RESOURCES = 10_000
NODES = 100_000
# As many as `changed` makes.
CHANGES = 5
# The name of the row, and the milliseconds that a flow of this size may take.
TOLD = "P25: a flow told by its screens, tasks and edges"
TOLD_MUST, TOLD_STRETCH = 50.0, 5.0


def flow(screens: int = 230) -> dict[str, Value]:
    """Make a flow of about 300 KB: screens with inputs, and tasks that lead to each other."""
    drawn: list[Value] = [
        {
            "id": f"SC{number}",
            "name": f"Screen {number}",
            "inputs": [
                {"id": f"in{place}", "type": "text", "required": place % 2 == 0, "label": "Label"}
                for place in range(8)
            ],
            "layout": {"x": number * 10.5, "y": number * 3},
            "htmlTemplate": {"body": f"<div>{'x' * 300}</div>", "version": 1},
        }
        for number in range(screens)
    ]
    tasks: dict[str, Value] = {
        str(number): {
            "id": str(number),
            "type": "screen",
            "next": [{"taskId": str(number + 1), "condition": {"op": "eq", "value": number}}],
        }
        for number in range(screens)
    }
    return {"screens": drawn, "contents": {"tasks": tasks, "startTask": "0"}, "name": "Sign in"}


def changed(document: dict[str, Value]) -> dict[str, Value]:
    """Copy a flow and change it in five places."""
    text = json.dumps(document)
    for before, after in (
        ('"Screen 7"', '"Screen seven"'),
        ('"startTask": "0"', '"startTask": "1"'),
        ('"name": "Sign in"', '"name": "Sign up"'),
        ('{"op": "eq", "value": 100}', '{"op": "ne", "value": 100}'),
        ('"x": 210.0', '"x": 211.0'),
    ):
        if text.count(before) != 1:
            message = f"{before} does not stand once in the flow"
            raise ValueError(message)
        text = text.replace(before, after)
    copied: dict[str, Value] = json.loads(text)
    return copied


def measured(work: Callable[[], object], repeats: int = 10) -> float:
    """Give the least CPU milliseconds that some work took."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best * 1000


def flow_rows() -> dict[str, float]:
    """Measure the comparison of a flow with five changes, ours and DeepDiff's."""
    from deepdiff import DeepDiff  # noqa: PLC0415  # its import is no part of the other figures

    before = flow()
    after = changed(before)
    same = json.loads(json.dumps(before))
    field = Field(name="flow", shape=DOCUMENT)
    if len(documents.edits(before, after)) != CHANGES:
        message = "not every change of the flow was found"
        raise ValueError(message)
    peer = measured(lambda: DeepDiff(before, after), 2)
    rows = {
        f"DeepDiff, {len(json.dumps(before)) // 1000} KB, 5 changes": peer,
        "documents.edits": measured(lambda: documents.edits(before, after)),
        "field_change": measured(lambda: field_change(before, after, field=field)),
        "equal, on an equal flow": measured(lambda: equal(before, same, shape=DOCUMENT)),
        "arranged": measured(lambda: arranged(DOCUMENT, before)),
        TOLD: measured(lambda: told(before, after, field=field)),
    }
    rows["P25: documents.edits / DeepDiff"] = rows["documents.edits"] / peer
    rows["P25: field_change / DeepDiff"] = rows["field_change"] / peer
    return rows


def told(before: Value, after: Value, *, field: Field) -> Difference:
    """Compare two flows and say it in the words of flows: all that a plan's text needs."""
    change = field_change(before, after, field=field)
    found = difference(change) if change is not None else None
    if found is None or (found.places, found.moved) != (CHANGES, 1):
        message = "not every change of the flow was told"
        raise ValueError(message)
    return found


def tenant(number: int) -> dict[str, Value]:
    """Give the attributes of one of many objects, each time newly made."""
    return {
        "name": f"Tenant {number}",
        "domains": [f"a{number}.example", f"b{number}.example"],
        "seats": number,
        "enforced": number % 2 == 0,
        "attributes": {"tier": f"t{number}", "region": "eu"},
        "note": None,
    }


def resource_rows() -> dict[str, float]:
    """Measure the comparison of many objects that did not change, and one of each sort that did."""
    texts = {
        name: Shape(type=kind)
        for name, kind in (
            ("name", Type.STRING),
            ("seats", Type.INTEGER),
            ("enforced", Type.BOOLEAN),
            ("note", Type.STRING),
        )
    }
    shapes: Mapping[str, Shape] = {
        "domains": Shape(type=Type.SET, item=TEXT),
        "attributes": Shape(type=Type.MAP, item=TEXT),
        **texts,
    }
    fields = {name: Field(name=name, shape=shape) for name, shape in shapes.items()}
    schema = Schema(kind="tenant", provider="fake", fields=fields)
    pairs = [(tenant(number), tenant(number)) for number in range(RESOURCES)]
    other: dict[str, Value] = {"domains": ["new.example"]}
    edited = [(before, {**after, **other}) for before, after in pairs]
    return {
        f"compare, {RESOURCES:,} equal objects (60)": measured(
            lambda: [compare(before, after, schema=schema) for before, after in pairs], 5
        ),
        f"compare, {RESOURCES:,} objects with one edited set": measured(
            lambda: [compare(before, after, schema=schema) for before, after in edited], 2
        ),
    }


def graph_rows() -> dict[str, float]:
    """Measure the ordering of a large graph."""
    nodes = [Address("role", f"r{number}") for number in range(NODES)]
    edges: dict[Address, tuple[Address, ...]] = {
        nodes[number]: (nodes[number // 2], nodes[number // 3]) for number in range(2, NODES)
    }
    return {
        f"ordered, {NODES:,} nodes, {2 * NODES:,} edges (600)": measured(
            lambda: ordered(nodes, edges), 3
        )
    }


def rows() -> Iterator[Row]:
    """Give the figures that have bars, and those that only tell."""
    figures = flow_rows()
    told_in = figures.pop(TOLD)
    yield Row(name=TOLD, figure=told_in, unit="ms", must=TOLD_MUST, stretch=TOLD_STRETCH)
    for name, figure in figures.items():
        ratio = name.startswith("P25")
        yield Row(
            name=name,
            figure=figure,
            unit="x" if ratio else "ms",
            must=0.01 if ratio else None,
            stretch=0.002 if ratio else None,
        )
    for name, figure in {**resource_rows(), **graph_rows()}.items():
        yield Row(name=name, figure=figure, unit="ms")
