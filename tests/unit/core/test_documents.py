"""The inner difference of opaque documents."""

import subprocess
import sys

import pytest

from descope_state.core.documents import edits
from descope_state.model.change import Edit, Mark
from descope_state.model.value import Unknown, Value


def lines(before: Value, after: Value, *volatile: str) -> list[str]:
    return [spelled(edit) for edit in edits(before, after, volatile=volatile)]


def spelled(edit: Edit) -> str:
    path = ".".join(map(str, edit.path))
    match edit.mark:
        case Mark.ADDED:
            return f"+ {path} {edit.after}"
        case Mark.REMOVED:
            return f"- {path} {edit.before}"
        case Mark.CHANGED:
            return f"~ {path} {edit.before} -> {edit.after}"


def test_members_come_go_and_change_in_the_order_of_paths() -> None:
    found = lines({"b": 1, "c": {"x": 1}, "a": 0}, {"d": 2, "c": {"x": True}, "b": 1.0})
    assert found == ["- a 0", "~ c.x 1 -> True", "+ d 2"]


def test_objects_with_ids_are_matched_by_id() -> None:
    before: Value = [{"id": "a", "n": 1}, {"id": "b", "n": 2}, {"id": "c"}]
    after: Value = [{"id": "a", "n": 1}, {"id": "c"}, {"id": "d"}]
    assert lines(before, after) == ["- b {'id': 'b', 'n': 2}", "+ d {'id': 'd'}"]


@pytest.mark.parametrize("name", ["screenId", "task_id", "key", "name"])
def test_other_members_that_name_objects_serve_as_ids(name: str) -> None:
    before: Value = [{name: "a", "n": 1}, {name: "b", "n": 2}]
    after: Value = [{name: "z", "n": 0}, {name: "a", "n": 1}, {name: "b", "n": 3}]
    assert lines(before, after) == ["~ b.n 2 -> 3", f"+ z {{'{name}': 'z', 'n': 0}}"]


def test_another_order_of_ids_is_one_edit() -> None:
    before: Value = {"list": [{"id": "a"}, {"id": "b"}]}
    after: Value = {"list": [{"id": "b"}, {"id": "a"}]}
    assert lines(before, after) == ["~ list ['a', 'b'] -> ['b', 'a']"]


def test_repeated_ids_are_no_ids() -> None:
    before: Value = [{"id": "a", "n": 1}, {"id": "a", "n": 2}]
    after: Value = [{"id": "a", "n": 1}, {"id": "a", "n": 3}]
    assert lines(before, after) == ["~ 1.n 2 -> 3"]


def test_plain_elements_keep_their_beginning_and_end() -> None:
    assert lines([1, 2, 3], [1, 9, 2, 3]) == ["+ 1 9"]
    assert lines([1, 2, 3], [1, 3]) == ["- 1 2"]
    assert lines([1, 2, 3], [1, 4, 3]) == ["~ 1 2 -> 4"]
    assert lines([1, 1], [1]) == ["- 1 1"]


def test_plain_elements_in_another_order_are_one_edit() -> None:
    assert lines([1, 2, 3], [3, 2, 1]) == ["~  [1, 2, 3] -> [3, 2, 1]"]


def test_objects_without_ids_that_changed_and_moved_are_told_apart() -> None:
    """Position would pair each with a stranger and report everything."""
    before: Value = [
        {"op": "eq", "left": "user.email", "right": "a@b.example", "weight": 1},
        {"op": "in", "left": "tenant.plan", "right": ["free", "pro"], "weight": 2},
    ]
    after: Value = [
        {"op": "in", "left": "tenant.plan", "right": ["free", "pro"], "weight": 3},
        {"op": "eq", "left": "user.email", "right": "a@b.example", "weight": 4},
    ]
    assert [edit.path for edit in edits(before, after)] == [(), (0, "weight"), (1, "weight")]


def test_one_of_several_objects_without_ids_was_added() -> None:
    before: Value = [{"x": {"deep": [1, 2, 3]}, "n": 1}]
    after: Value = [{"y": "other"}, {"x": {"deep": [1, 2, 3]}, "n": 2}]
    assert lines(before, after) == ["+ 0 {'y': 'other'}", "~ 1.n 1 -> 2"]


def test_many_loose_objects_are_compared_by_position() -> None:
    before: Value = [{"n": number} for number in range(100)]
    after: Value = [{"n": number + 1000} for number in range(100)]
    assert len(edits(before, after)) == 100


def test_volatile_members_are_not_seen_at_any_depth() -> None:
    before: Value = {"etag": 1, "list": [{"id": "a", "etag": 1}], "gone": {"etag": 1, "x": 1}}
    after: Value = {"list": [{"id": "a", "etag": 2, "n": 1}]}
    assert lines(before, after, "etag") == ["- gone {'x': 1}", "+ list.a.n 1"]


def test_a_volatile_member_is_no_id() -> None:
    before: Value = [{"id": "a", "n": 1}]
    assert lines(before, [{"id": "b", "n": 2}], "id") == ["~ 0.n 1 -> 2"]


def test_a_placeholder_is_a_leaf() -> None:
    after = Unknown("role.a.id")
    (edit,) = edits({"a": {"x": 1}}, {"a": after})
    assert (edit.path, edit.before, edit.after) == (("a",), {"x": 1}, after)


def test_deep_documents_need_no_deep_stack_to_be_equal() -> None:
    before: Value = 1
    after: Value = 1
    for _ in range(60):
        before, after = {"a": [before]}, {"a": [after]}
    assert edits(before, after) == ()
    assert len(edits(before, [after])) == 1


def test_deepdiff_is_not_loaded_for_what_can_be_told_without() -> None:
    program = """
import sys
from descope_state.core.documents import edits
assert len(edits({"a": [{"id": "x", "n": [1, 2]}]}, {"a": [{"id": "x", "n": [2]}]})) == 1
assert "deepdiff" not in sys.modules
assert edits([{"n": 1}, {"m": 1}], [{"n": 2}, {"m": 2}])
assert "deepdiff" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
