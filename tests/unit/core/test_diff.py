"""Comparison by schema: what counts as a change, and where inside a field it lies."""

import pytest

from descope_state.core.diff import CONCEALED, arranged, compare, equal, field_change
from descope_state.model.change import Edit, Mark
from descope_state.model.value import Fingerprint, Path, Secret, Unknown, Value
from descope_state.sdk.schema import Field, Schema, Shape, Type

TEXT = Shape(type=Type.STRING)
NUMBER = Shape(type=Type.NUMBER)
TEXTS = Shape(type=Type.LIST, item=TEXT)
SET = Shape(type=Type.SET, item=TEXT)
MAP = Shape(type=Type.MAP, item=TEXT)
JSON = Shape(type=Type.JSON, volatile=("etag",), nullable=True)
ITEM = Shape(
    type=Type.OBJECT,
    fields={
        "name": Field(name="name", shape=TEXT),
        "tags": Field(name="tags", shape=SET),
        "seen": Field(name="seen", shape=NUMBER, volatile=True),
    },
)
KEYED = Shape(type=Type.KEYED, item=ITEM, key="name")
UNKNOWN = Unknown("role.a.id")


def item(name: str, *tags: str, seen: int = 0) -> dict[str, Value]:
    return {"name": name, "tags": list(tags), "seen": seen}


def edits(shape: Shape, before: Value, after: Value) -> tuple[Edit, ...]:
    change = field_change(before, after, field=Field(name="field", shape=shape))
    assert change is not None
    return change.edits


def added(*path: str | int, value: Value) -> Edit:
    return Edit(mark=Mark.ADDED, path=path, after=value)


def removed(*path: str | int, value: Value) -> Edit:
    return Edit(mark=Mark.REMOVED, path=path, before=value)


def changed(*path: str | int, values: tuple[Value, Value]) -> Edit:
    return Edit(mark=Mark.CHANGED, path=path, before=values[0], after=values[1])


def schema(**fields: Field | Shape) -> Schema:
    made = {
        name: field if isinstance(field, Field) else Field(name=name, shape=field)
        for name, field in fields.items()
    }
    return Schema(kind="thing", provider="fake", fields=made)


# -- equality ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "left", "right"),
    [
        (SET, ["b", "a", "b"], ["a", "b"]),
        (KEYED, [item("b"), item("a", "x", "y")], [item("a", "y", "x"), item("b", seen=9)]),
        (JSON, {"a": [1.0], "etag": "x"}, {"etag": "y", "a": [1]}),
        (JSON, 2.0, 2),
        (TEXT, Secret("env:A", "f"), Fingerprint("f")),
        (JSON, {"key": Fingerprint("f")}, {"key": Secret("env:A", "f")}),
        (MAP, {"a": "1", "b": "2"}, {"b": "2", "a": "1"}),
        (TEXT, UNKNOWN, UNKNOWN),
    ],
)
def test_the_same_in_other_spellings(shape: Shape, left: Value, right: Value) -> None:
    assert equal(left, right, shape=shape)
    assert equal(right, left, shape=shape)
    assert field_change(left, right, field=Field(name="field", shape=shape)) is None


@pytest.mark.parametrize(
    ("shape", "left", "right"),
    [
        (JSON, True, 1),
        (JSON, {"a": [1]}, {"a": [True]}),
        (JSON, {"a": 0.0}, {"a": False}),
        (Shape(type=Type.INTEGER), 1, True),
        (NUMBER, 0.0, -0.0),
        (TEXTS, ["a", "b"], ["b", "a"]),
        (TEXTS, ["1"], [1]),
        (SET, ["a", "1"], ["a", 1]),
        (TEXT, Secret("env:A"), Fingerprint("f")),
        (TEXT, Secret("env:A", "f"), Fingerprint("g")),
        (TEXT, "known", UNKNOWN),
        (TEXT, None, ""),
        (JSON, Unknown("a", (), (("n", 1),)), Unknown("a", (), (("n", True),))),
    ],
)
def test_different_however_python_sees_it(shape: Shape, left: Value, right: Value) -> None:
    assert not equal(left, right, shape=shape)
    assert not equal(right, left, shape=shape)
    assert field_change(left, right, field=Field(name="field", shape=shape)) is not None


def test_arranging_sorts_drops_and_rounds() -> None:
    assert arranged(SET, ["b", "a", "b"]) == ["a", "b"]
    assert arranged(KEYED, [item("b"), item("a", "y", "x")]) == [
        {"name": "a", "tags": ["x", "y"]},
        {"name": "b", "tags": []},
    ]
    document = arranged(JSON, {"n": 1.0, "b": True, "inner": [{"etag": 1, "x": 2.5}]})
    assert document == {"n": 1, "b": True, "inner": [{"x": 2.5}]}
    assert isinstance(document, dict)
    assert [type(document["n"]), type(document["b"])] == [int, bool]


def test_a_placeholder_passes_through_arranging() -> None:
    for shape in (SET, KEYED, JSON, MAP):
        assert arranged(shape, UNKNOWN) is UNKNOWN


# -- edits ------------------------------------------------------------------------------------


def test_a_set_gains_and_loses_elements() -> None:
    found = edits(SET, ["a", "b"], ["c", "b"])
    assert found == (removed(value="a"), added(value="c"))


def test_a_keyed_list_is_edited_by_key() -> None:
    before: Value = [item("a"), item("b", "x"), item("c")]
    after: Value = [item("d"), item("b", "y"), item("a", seen=7)]
    assert edits(KEYED, before, after) == (
        removed("b", "tags", value="x"),
        added("b", "tags", value="y"),
        removed("c", value={"name": "c", "tags": []}),
        added("d", value={"name": "d", "tags": []}),
    )


def test_a_map_is_edited_by_key() -> None:
    found = edits(MAP, {"a": "1", "b": "2"}, {"c": "3", "b": "4"})
    assert found == (
        removed("a", value="1"),
        changed("b", values=("2", "4")),
        added("c", value="3"),
    )


def test_a_list_keeps_its_beginning_and_end() -> None:
    assert edits(TEXTS, ["a", "b", "c"], ["a", "x", "b", "c"]) == (added(1, value="x"),)
    assert edits(TEXTS, ["a", "b", "c"], ["a", "c"]) == (removed(1, value="b"),)
    assert edits(TEXTS, ["a", "a"], ["a"]) == (removed(1, value="a"),)
    assert edits(TEXTS, ["a", "b"], ["a", "x"]) == (changed(1, values=("b", "x")),)


def test_an_object_is_edited_by_member_in_the_order_of_the_schema() -> None:
    found = edits(ITEM, item("a", "x"), item("b"))
    assert found == (changed("name", values=("a", "b")), removed("tags", value="x"))


def test_a_document_inside_a_map_has_its_whole_path() -> None:
    shape = Shape(type=Type.MAP, item=JSON)
    found = edits(shape, {"a": {"x": [1]}}, {"a": {"x": [2]}})
    assert found == (changed("a", "x", 0, values=(1, 2)),)


@pytest.mark.parametrize(
    ("before", "after"), [("a", "b"), (None, ["a"]), (["a"], UNKNOWN), (["a"], None)]
)
def test_where_there_is_no_inside_there_are_no_edits(before: Value, after: Value) -> None:
    assert edits(SET, before, after) == ()


def test_a_change_keeps_its_sides_as_they_were_given() -> None:
    """For `after` is what is going to be written."""
    field = Field(name="field", shape=JSON, immutable=True)
    change = field_change({"n": 1}, {"n": 2.0, "etag": "x"}, field=field)
    assert change is not None
    assert change.before == {"n": 1}
    assert repr(change.after) == "{'n': 2.0, 'etag': 'x'}"
    assert change.forces_replacement


def test_no_value_of_a_secret_is_in_its_change() -> None:
    field = Field(name="field", shape=JSON, sensitive=True)
    pairs: list[tuple[Value, Value]] = [
        ("hunter2", Secret("env:A", "f")),
        ({"a": "hunter2"}, {"a": "h"}),
    ]
    for before, after in pairs:
        change = field_change(before, after, field=field)
        assert change is not None
        assert change.sensitive
        assert change.before == CONCEALED
        assert change.edits == ()
        assert "hunter2" not in repr(change)


# -- compare ----------------------------------------------------------------------------------


def test_only_what_is_stated_is_compared_and_in_schema_order() -> None:
    kind = schema(b=TEXT, a=TEXT, c=TEXT)
    found = compare({"a": "1", "b": "1", "c": "1"}, {"a": "2", "b": "2"}, schema=kind)
    assert [change.name for change in found] == ["b", "a"]


def test_what_is_absent_before_has_its_default() -> None:
    kind = schema(a=Field(name="a", shape=TEXT, default="x"))
    assert compare({}, {"a": "x"}, schema=kind) == ()
    (change,) = compare({}, {"a": "y"}, schema=kind)
    assert change.before == "x"


def test_a_volatile_field_is_not_compared() -> None:
    kind = schema(a=Field(name="a", shape=TEXT, volatile=True))
    assert compare({"a": "1"}, {"a": "2"}, schema=kind) == ()


IGNORED: list[tuple[Shape, Value, Value, Path, Value]] = [
    (MAP, {"x": "1", "y": "1"}, {"x": "2", "y": "2"}, ("x",), {"x": "1", "y": "2"}),
    (MAP, {"x": "1"}, {"y": "2"}, ("x",), {"x": "1", "y": "2"}),
    (MAP, {"y": "1"}, {"x": "2", "y": "2"}, ("x",), {"y": "2"}),
    (JSON, {"x": {"y": 1}}, {"x": {"y": 2}, "z": 1}, ("x", "y"), {"x": {"y": 1}, "z": 1}),
    (JSON, {}, {"x": {"y": 2}}, ("x", "y"), {"x": {"y": 2}}),
    (TEXTS, ["a", "b"], ["c", "d"], (1,), ["c", "b"]),
    (TEXTS, ["a"], ["c", "d"], (1,), ["c", "d"]),
    (KEYED, [item("a", "x")], [item("b"), item("a")], ("a", "tags"), [item("b"), item("a", "x")]),
    (KEYED, [item("a")], [item("b")], ("a",), [item("b"), item("a")]),
    (KEYED, [item("a")], [item("a"), item("b")], ("b",), [item("a")]),
    (MAP, None, {"x": "2"}, ("x",), {"x": "2"}),
]


@pytest.mark.parametrize(("shape", "before", "after", "path", "expected"), IGNORED)
def test_what_lies_at_an_ignored_path_is_taken_from_before(
    shape: Shape, before: Value, after: Value, path: Path, expected: Value
) -> None:
    found = compare({"a": before}, {"a": after}, schema=schema(a=shape), ignored=[("a", *path)])
    written = found[0].after if found else before
    assert written == expected


def test_a_whole_field_may_be_ignored() -> None:
    assert (
        compare({"a": "1"}, {"a": "2"}, schema=schema(a=TEXT), ignored=[("a",), ("gone",), ()])
        == ()
    )
