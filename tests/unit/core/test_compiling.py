"""Meta-arguments of a block: what they mean, and what is wrong with them at their places."""

from pathlib import Path

import pytest

from descope_state.model.value import Ref
from tests.unit.core.stacks import desired, problem, problems


def stack(body: str, kind: str = "label") -> str:
    return f"resources:\n  {kind}:\n    b: {{name: b}}\n    a:\n      name: a\n      {body}\n"


def test_a_lifecycle_is_read_as_it_is_written(tmp_path: Path) -> None:
    body = (
        "lifecycle: {prevent_destroy: true, ignore_changes: [tags.team, note],"
        " replace_triggered_by: [record.b, record.b.note]}"
    )
    found = desired(tmp_path, stack(body, "record"))["record.a"].lifecycle
    assert found.prevent_destroy
    assert not found.create_before_destroy
    assert found.ignore_changes == (("tags", "team"), ("note",))
    assert found.replace_triggered_by == (Ref("record", "b"), Ref("record", "b", None, "note"))


def test_what_has_no_natural_key_may_be_made_before_the_old_one_goes(tmp_path: Path) -> None:
    body = "lifecycle: {create_before_destroy: true}"
    found = desired(tmp_path, stack(body, "credential"))["credential.a"]
    assert found.lifecycle.create_before_destroy


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("depends_on: label.b", "`depends_on` takes a list of addresses"),
        ("depends_on: [label]", "`label` is not an address"),
        ("depends_on: [5]", "`5` is not an address"),
        ("lifecycle: yes", "`lifecycle` takes a mapping"),
        ("lifecycle: {prevent_destory: true}", "did you mean `prevent_destroy`?"),
        ("lifecycle: {prevent_destroy: often}", "must be true or false"),
        ("lifecycle: {ignore_changes: name}", "`lifecycle.ignore_changes` takes a list of texts"),
        ("lifecycle: {ignore_changes: [5]}", "`lifecycle.ignore_changes` takes a list of texts"),
        ("lifecycle: {ignore_changes: [nam]}", "has no field `nam` to ignore"),
        ("lifecycle: {replace_triggered_by: [b]}", "`b` is not an address"),
        ("lifecycle: {create_before_destroy: true}", "`create_before_destroy` cannot work"),
    ],
)
def test_what_a_meta_argument_cannot_say_is_told_at_its_place(
    tmp_path: Path, body: str, said: str
) -> None:
    found = problem(tmp_path, stack(body))
    assert found.startswith("a.yaml:6:")
    assert said in found


def test_an_unknown_kind_is_told_once_with_what_was_meant(tmp_path: Path) -> None:
    found = problems(tmp_path, "resources: {lable: {a: {nonsense: 1}}, xyz: {a: {}}}\n")
    assert len(found) == 2
    assert "did you mean `label`?" in found[0]
    assert "unknown kind `xyz`" in found[1]
    assert "`tenant`" not in found[1]


@pytest.mark.parametrize(
    ("text", "column"), [('"${1 +}"', 17), ('"x ${vars.}"', 17), ('["${1 +}"]', 17)]
)
def test_an_expression_that_cannot_be_read_is_told_inside_its_line(
    tmp_path: Path, text: str, column: int
) -> None:
    found = problem(tmp_path, stack(f"labels: {text}", "group"))
    line, place = found.split(" ")[0].split(":")[1:3]
    assert line == "6"
    assert int(place) >= column - 2
