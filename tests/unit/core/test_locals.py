"""Named values: evaluated when asked for, and their mistakes told where they stand, once."""

from pathlib import Path

from tests.unit.core.stacks import desired, problem, problems


def test_a_local_may_use_locals_and_keeps_its_type(tmp_path: Path) -> None:
    found = desired(
        tmp_path,
        """
        locals:
          names: [x, y]
          first: "${locals.names[0]}"
          both: "${locals.names}"
        resources:
          group:
            g: {name: "${locals.first}", labels: "${locals.both}"}
        """,
    )
    assert found["group.g"].attributes == {"name": "x", "labels": ["x", "y"]}


def test_a_local_brings_the_edges_of_what_it_refers_to(tmp_path: Path) -> None:
    found = desired(
        tmp_path,
        """
        locals:
          outer: "x ${locals.inner}"
          inner: "${label.a.id}"
        resources:
          label:
            a: {name: a}
            b: {name: b, description: "${locals.outer}"}
        """,
    )
    assert [str(one) for one in found["label.b"].depends_on] == ["label.a"]


def test_locals_in_a_circle_are_told_with_the_circle(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """
        locals:
          one: "${locals.two}"
          two: "${locals.three}"
          three: "${locals.one}"
        resources:
          label:
            a: {name: a, description: "${locals.one}"}
            b: {name: b, description: "${locals.two}"}
        """,
    )
    assert len(found) == 1
    assert "in a circle: one → two → three → one" in found[0]
    assert found[0].startswith("a.yaml:")


def test_a_mistake_in_a_local_is_told_once_where_it_stands_however_often_it_is_used(
    tmp_path: Path,
) -> None:
    found = problem(
        tmp_path,
        """
        locals:
          wrong: "${vars.nothing}"
        resources:
          label:
            a: {name: "${locals.wrong}"}
            b: {name: "${locals.wrong}"}
        """,
    )
    assert found.startswith("a.yaml:2:")
    assert "nothing" in found


def test_a_mistake_in_a_local_that_nobody_uses_is_told_too(tmp_path: Path) -> None:
    found = problem(tmp_path, 'locals: {unused: "${vars.nothing}"}\n')
    assert found.startswith("a.yaml:1:")


def test_a_local_that_there_is_not_is_told_with_what_was_meant(tmp_path: Path) -> None:
    found = problem(
        tmp_path,
        """
        locals: {greeting: hello}
        resources:
          label:
            a: {name: "${locals.greting}"}
        """,
    )
    assert found.startswith("a.yaml:4:")
    assert "greting" in found
    assert "did you mean" in found


def test_locals_without_end_are_refused(tmp_path: Path) -> None:
    chain = "".join(f'  l{number}: "${{locals.l{number + 1}}}"\n' for number in range(100))
    found = problems(tmp_path, f"locals:\n{chain}  l100: end\n")
    assert all("more than 64 deep" in one for one in found)
    doubling = "".join(
        f'  l{number + 1}: ["${{locals.l{number}}}", "${{locals.l{number}}}"]\n'
        for number in range(40)
    )
    found = problems(tmp_path, f"locals:\n  l0: x\n{doubling}")
    assert any("holds more than 100,000 values" in one for one in found)
