"""Laws of comparison: one equality, no noise, one edit is one change."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from descope_state.core import documents
from descope_state.core.diff import arranged, compare, equal, field_change
from descope_state.model.change import Edit, Mark
from descope_state.model.value import Fingerprint, Secret, Value, canonical
from descope_state.sdk.schema import Field, Shape, Type
from tests.support.shapes import (
    ANYTHING,
    DOCUMENTS,
    TEXTS,
    Sample,
    fitting,
    near,
    samples,
    shapes,
    shuffled,
)


def same_bytes(shape: Shape, left: Value, right: Value) -> bool:
    return canonical(arranged(shape, settled(left))) == canonical(arranged(shape, settled(right)))


def settled(value: Value) -> Value:
    """Put the fingerprint, if known, in the place of a secret: they say the same."""
    match value:
        case dict():
            return {name: settled(inner) for name, inner in value.items()}
        case list():
            return [settled(inner) for inner in value]
        case Secret(_, str(fingerprint)):
            return Fingerprint(fingerprint)
        case _:
            return value


@given(samples())
def test_an_object_does_not_differ_from_itself(sample: Sample) -> None:
    assert compare(sample.attributes, sample.attributes, schema=sample.schema) == ()


@given(samples(), st.data())
def test_order_that_means_nothing_changes_nothing(sample: Sample, data: st.DataObject) -> None:
    other = {
        name: data.draw(shuffled(sample.schema.fields[name].shape, value))
        for name, value in sample.attributes.items()
    }
    assert compare(sample.attributes, other, schema=sample.schema) == ()
    assert compare(other, sample.attributes, schema=sample.schema) == ()


@given(samples(), st.data())
def test_one_edited_field_is_one_change(sample: Sample, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(sample.attributes)))
    field = sample.schema.fields[name]
    value = data.draw(fitting(field.shape))
    changes = compare(sample.attributes, {**sample.attributes, name: value}, schema=sample.schema)
    if same_bytes(field.shape, sample.attributes[name], value):
        assert changes == ()
    else:
        (change,) = changes
        assert (change.name, change.after) == (name, value)
        assert change.forces_replacement is field.immutable


@given(shapes(), ANYTHING, st.data())
def test_fast_equality_is_canonical_equality(
    shape: Shape, value: Value, data: st.DataObject
) -> None:
    """For values that fit no shape too: no path takes `True` for `1` or `0.0` for `-0.0`."""
    other = data.draw(st.one_of(near(value), ANYTHING))
    assert equal(value, other, shape=shape) is same_bytes(shape, value, other)


@given(shapes(), st.data())
def test_fast_equality_holds_for_fitting_values(shape: Shape, data: st.DataObject) -> None:
    value = data.draw(fitting(shape))
    other = data.draw(st.one_of(near(value), fitting(shape), shuffled(shape, value)))
    assert equal(value, other, shape=shape) is same_bytes(shape, value, other)


@given(shapes(), ANYTHING, st.data())
def test_a_field_changes_exactly_if_its_bytes_do(
    shape: Shape, value: Value, data: st.DataObject
) -> None:
    other = data.draw(st.one_of(near(value), ANYTHING, fitting(shape)))
    change = field_change(value, other, field=Field(name="field", shape=shape))
    assert (change is None) is same_bytes(shape, value, other)


@given(ANYTHING, st.data(), st.sampled_from([(), ("size",)]))
def test_a_document_has_edits_exactly_if_its_bytes_differ(
    value: Value, data: st.DataObject, volatile: tuple[str, ...]
) -> None:
    other = data.draw(st.one_of(near(value), ANYTHING))
    shape = Shape(type=Type.JSON, volatile=volatile)
    found = documents.edits(value, other, volatile=volatile)
    assert (found == ()) is same_bytes(shape, value, other)
    assert found == documents.edits(value, other, volatile=volatile)


@given(shapes(), st.data())
def test_arranging_twice_is_arranging_once(shape: Shape, data: st.DataObject) -> None:
    once = arranged(shape, data.draw(fitting(shape)))
    assert canonical(arranged(shape, once)) == canonical(once)


def applied_to_set(before: list[Value], edits: Iterable[Edit]) -> set[bytes]:
    spelled = {canonical(item) for item in before}
    for edit in edits:
        assert edit.path == ()
        if edit.mark is Mark.ADDED:
            assert canonical(edit.after) not in spelled
            spelled.add(canonical(edit.after))
        else:
            spelled.remove(canonical(edit.before))
    return spelled


@given(st.lists(DOCUMENTS, max_size=5), st.lists(DOCUMENTS, max_size=5))
def test_edits_of_a_set_lead_from_before_to_after(before: list[Value], after: list[Value]) -> None:
    shape = Shape(type=Type.SET, item=Shape(type=Type.JSON))
    left, right = arranged(shape, before), arranged(shape, after)
    assert isinstance(left, list)
    assert isinstance(right, list)
    change = field_change(before, after, field=Field(name="field", shape=shape))
    edits = change.edits if change else ()
    assert applied_to_set(left, edits) == {canonical(item) for item in right}


def applied_to_map(before: dict[str, Value], edits: Iterable[Edit]) -> dict[str, Value]:
    found = dict(before)
    for edit in edits:
        (name,) = edit.path
        assert isinstance(name, str)
        if edit.mark is Mark.REMOVED:
            assert found.pop(name) == edit.before
        else:
            assert found.get(name) == edit.before
            found[name] = edit.after
    return found


MAPS = st.dictionaries(TEXTS, TEXTS, max_size=5)


@given(MAPS, MAPS)
def test_edits_of_a_map_lead_from_before_to_after(
    before: dict[str, Value], after: dict[str, Value]
) -> None:
    shape = Shape(type=Type.MAP, item=Shape(type=Type.STRING))
    change = field_change(before, after, field=Field(name="field", shape=shape))
    edits = change.edits if change else ()
    assert applied_to_map(before, edits) == after
    assert len(edits) == sum(
        before.get(name) != after.get(name) for name in before.keys() | after.keys()
    )
