"""What refers to what: circles with every edge, and one mistake told once."""

from pathlib import Path

import pytest

from tests.unit.core.stacks import desired, problem, problems


def test_a_circle_is_told_with_the_file_and_line_of_every_edge(tmp_path: Path) -> None:
    found = problem(
        tmp_path,
        """
        resources:
          label:
            a: {name: a, description: "${group.b.id}"}
          group:
            b:
              name: b
              labels: [x, "${site.c.id}"]
          site:
            c: {name: c, depends_on: [label.a]}
        """,
    )
    assert "a cycle: group.b → site.c → label.a → group.b" in found or (
        "a cycle: label.a → group.b → site.c → label.a" in found
    )
    assert "label.a needs group.b at a.yaml:3:" in found
    assert "group.b needs site.c at a.yaml:7:" in found
    assert "site.c needs label.a at a.yaml:9:" in found
    assert found.endswith("| remove one of these references")


@pytest.mark.parametrize(
    "body",
    [
        'name: a\n              description: "${label.a.id}"',
        "name: a\n              depends_on: [label.a]",
        'name: a\n              for_each: "${label.a.name}"',
        "name: a\n              lifecycle: {replace_triggered_by: [label.a]}",
    ],
)
def test_what_needs_itself_is_a_circle_of_one(tmp_path: Path, body: str) -> None:
    found = problem(
        tmp_path,
        f"""
        resources:
          label:
            a:
              {body}
        """,
    )
    assert "a cycle: label.a → label.a" in found
    assert "label.a needs label.a at a.yaml:5:" in found


def test_a_circle_through_a_local_names_the_place_that_uses_the_local(tmp_path: Path) -> None:
    found = problem(
        tmp_path,
        """
        locals: {back: "${label.a.id}"}
        resources:
          label:
            a: {name: a, description: "${label.b.id}"}
            b: {name: b, description: "${locals.back}"}
        """,
    )
    assert "label.a needs label.b at a.yaml:4:" in found
    assert "label.b needs label.a at a.yaml:5:" in found


def test_every_circle_is_told_and_nobody_is_blamed_for_standing_beside_one(
    tmp_path: Path,
) -> None:
    found = problems(
        tmp_path,
        """
        resources:
          label:
            a: {name: a, description: "${label.b.id}"}
            b: {name: b, description: "${label.a.id}"}
            c: {name: c, description: "${label.d.id}"}
            d: {name: d, description: "${label.c.id}"}
            e: {name: e, description: "${label.a.id}"}
        """,
    )
    assert len(found) == 2
    assert ["a cycle: label." in one for one in found] == [True, True]


def test_a_reference_to_nothing_is_told_once_with_what_was_meant(tmp_path: Path) -> None:
    found = problem(
        tmp_path,
        """
        resources:
          label:
            first: {name: a}
            second: {name: b, description: "${label.frist.name}"}
            third: {name: c, description: "${label.second.description}"}
        """,
    )
    assert found.startswith("a.yaml:4:")
    assert "label.second refers to `label.frist`, which the stack does not have" in found
    assert found.endswith("did you mean `label.first`?")


@pytest.mark.parametrize("meta", ["depends_on", "lifecycle: {replace_triggered_by"])
def test_an_address_of_nothing_is_told_where_it_stands(tmp_path: Path, meta: str) -> None:
    close = "}" if "{" in meta else ""
    found = problem(
        tmp_path,
        f"""
        resources:
          label:
            a:
              name: a
              {meta}: [label.b]{close}
        """,
    )
    assert found.startswith("a.yaml:5:")
    assert "label.a refers to `label.b`, which the stack does not have" in found


def test_what_cannot_be_read_is_told_once_and_not_by_its_users(tmp_path: Path) -> None:
    found = problem(
        tmp_path,
        """
        resources:
          lable:
            a: {name: a}
          label:
            b: {name: b, depends_on: [lable.a]}
        """,
    )
    assert "unknown kind `lable`" in found
    assert "did you mean `label`?" in found


def test_what_is_needed_comes_first_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    found = desired(
        tmp_path,
        """
        resources:
          label:
            a: {name: a, description: "${label.c.id}"}
            b: {name: b, depends_on: [label.a]}
            c: {name: c}
        """,
    )
    assert list(found) == ["label.c", "label.a", "label.b"]
    assert [str(one) for one in found["label.b"].depends_on] == ["label.a"]
