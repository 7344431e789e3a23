"""From blocks to resources: instances, conditions, exact edges, and all problems at once."""

from pathlib import Path

import pytest

from descope_state.core.secret_sources import secrets_of
from descope_state.model.value import Secret
from tests.unit.core.stacks import SETTINGS, desired, problem, problems, resolved

# -- instances ------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["[y, x]", "{y: 1, x: 2}"])
def test_a_resource_for_each_key_is_there_once_a_key_in_order(tmp_path: Path, keys: str) -> None:
    found = desired(
        tmp_path,
        f"""
        resources:
          label:
            a:
              for_each: {keys}
              name: "${{each.key}}"
        """,
    )
    assert list(found) == ['label.a["x"]', 'label.a["y"]']
    assert [one.attributes["name"] for one in found.values()] == ["x", "y"]


def test_a_field_of_all_instances_is_not_taken_for_a_mistyped_key(tmp_path: Path) -> None:
    found = problem(
        tmp_path,
        """
        resources:
          label:
            a: {for_each: [names, other], name: "${each.key}"}
            b: {name: "${label.a.name}"}
        """,
    )
    assert "it has `for_each`; write `label.a[" in found
    assert "did you mean" not in found


@pytest.mark.parametrize("keys", ["[]", "{}"])
def test_no_keys_are_no_resources(tmp_path: Path, keys: str) -> None:
    text = f"resources: {{label: {{a: {{for_each: {keys}, name: n}}}}}}\n"
    assert desired(tmp_path, text) == {}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("[x, y, x]", "`for_each` names `x` more than once"),
        ("[x, 1]", "`for_each` takes a map, or a list of texts"),
        ("text", "`for_each` takes a map, or a list of texts"),
        ("3", "`for_each` takes a map, or a list of texts"),
        ("null", "`for_each` takes a map, or a list of texts"),
    ],
)
def test_what_cannot_be_keys_is_refused_where_it_stands(
    tmp_path: Path, keys: str, said: str
) -> None:
    found = problem(tmp_path, f"resources: {{label: {{a: {{for_each: {keys}, name: n}}}}}}\n")
    assert found.startswith("a.yaml:1:")
    assert said in found


def test_each_outside_of_for_each_is_refused_in_those_words(tmp_path: Path) -> None:
    found = problem(tmp_path, 'resources: {label: {a: {name: "${each.key}"}}}\n')
    assert "`each` exists only in a resource that has `for_each`" in found


@pytest.mark.parametrize(
    ("name", "expression"), [("for_each", "[label.a.id]"), ("when", "label.a.id == 'x'")]
)
def test_what_decides_whether_a_resource_is_there_must_be_known_when_planning(
    tmp_path: Path, name: str, expression: str
) -> None:
    found = problem(
        tmp_path,
        f"""
        resources:
          label:
            a: {{name: a}}
            b:
              {name}: "${{{expression}}}"
              name: b
            c: {{name: c, description: "${{label.b.id}}"}}
        """,
    )
    assert found.startswith("a.yaml:5:")
    assert "must be known when planning" in found
    assert "`label.a`" in found


def test_a_condition_must_come_to_true_or_false(tmp_path: Path) -> None:
    found = problem(tmp_path, 'resources: {label: {a: {when: "yes", name: n}}}\n')
    assert "`when` must come to true or false" in found


def test_what_is_not_wanted_here_may_not_be_referred_to(tmp_path: Path) -> None:
    found = problem(
        tmp_path,
        """
        resources:
          label:
            a: {name: a, when: false}
            b: {name: b, description: "${label.a.id}"}
        """,
    )
    assert found.startswith("a.yaml:4:")
    assert "`label.a` is left out of this environment" in found


# -- edges ----------------------------------------------------------------------------------------


def test_an_instance_needs_exactly_the_instances_that_it_names(tmp_path: Path) -> None:
    found = desired(
        tmp_path,
        """
        resources:
          site:
            one:
              for_each: [x, y]
              name: "site ${each.key}"
          child:
            own:
              for_each: [x, y]
              name: n
              site: "${site.one[each.key].id}"
            all:
              name: "n${size(site.one)}"
              site: "${site.one['x'].id}"
            fixed:
              name: fixed
              site: "${site.one['y'].id}"
            declared:
              name: declared
              site: s
              depends_on: ['site.one["x"]']
            every:
              name: every
              site: s
              depends_on: [site.one]
        """,
    )
    edges = {name: [str(to) for to in one.depends_on] for name, one in found.items()}
    both = ['site.one["x"]', 'site.one["y"]']
    assert edges['child.own["x"]'] == ['site.one["x"]']
    assert edges['child.own["y"]'] == ['site.one["y"]']
    assert edges["child.all"] == both
    assert edges["child.fixed"] == ['site.one["y"]']
    assert edges["child.declared"] == ['site.one["x"]']
    assert edges["child.every"] == both


def test_a_key_that_there_is_not_is_told(tmp_path: Path) -> None:
    found = problem(
        tmp_path,
        """
        resources:
          label:
            a: {for_each: [x, y], name: "${each.key}"}
            b: {name: b, description: "${label.a['z'].id}"}
        """,
    )
    assert found.startswith("a.yaml:4:")
    assert "z" in found


# -- environments ---------------------------------------------------------------------------------

EXCLUDING = "dstate: 1\nname: d\nenvironments: {dev: {endpoint: memory, exclude: [%s]}}\n"
THREE = """
resources:
  label:
    a: {name: a}
    many: {for_each: [x, y], name: "${each.key}"}
"""


@pytest.mark.parametrize(
    ("excluded", "left"),
    [
        ("label.a", ['label.many["x"]', 'label.many["y"]']),
        ("label.many", ["label.a"]),
        ("'label.many[\"x\"]'", ["label.a", 'label.many["y"]']),
    ],
)
def test_an_environment_may_leave_out_addresses(
    tmp_path: Path, excluded: str, left: list[str]
) -> None:
    assert list(desired(tmp_path, THREE, settings=EXCLUDING % excluded)) == left


def test_leaving_out_what_there_is_not_is_told_in_the_settings(tmp_path: Path) -> None:
    found = problem(tmp_path, THREE, settings=EXCLUDING % "label.mony")
    assert found.startswith("dstate.yaml:3:")
    assert "`dev` excludes `label.mony`, which the stack does not have" in found
    assert "did you mean `label.many`?" in found


# -- problems -------------------------------------------------------------------------------------


def test_all_problems_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """
        resources:
          label:
            a: {name: 5}
            b: {name: b, descripton: x}
            c: {name: "${vars.nothing}"}
            d: {name: d, depends_on: [label.e]}
            f: {name: "${1 +}"}
        """,
    )
    assert [one.split(":")[1] for one in found] == ["3", "4", "5", "6", "7"]


def test_instances_with_one_mistake_tell_it_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """
        resources:
          label:
            a: {for_each: [x, y, z], name: "${vars.nothing}"}
        """,
    )
    assert len(found) == 1


def test_two_of_one_natural_key_are_told_with_the_place_of_the_other(tmp_path: Path) -> None:
    found = problem(
        tmp_path,
        """
        resources:
          label:
            a: {name: same}
            b: {name: same}
        """,
    )
    assert found.startswith("a.yaml:4:")
    assert "label.b and label.a are both the label `same` (the other is at a.yaml:3:" in found


def test_names_that_may_be_given_twice_are_no_twins(tmp_path: Path) -> None:
    text = "resources: {credential: {a: {name: same}, b: {name: same}}}\n"
    assert len(desired(tmp_path, text)) == 2


def test_every_source_of_a_secret_is_named_once(tmp_path: Path) -> None:
    found = resolved(
        tmp_path,
        """
        resources:
          credential:
            a: {name: a, password: "${secret('env:ONE')}"}
            b: {name: b, password: "${secret('env:TWO')}"}
            c: {name: c, password: "${secret('env:ONE')}"}
        """,
        settings=SETTINGS,
    )
    named = secrets_of(found)
    assert list(named) == [Secret("env:ONE"), Secret("env:TWO")]
    lines = [origin.line for origin in named.values() if origin]
    assert lines == [lines[0], lines[0] + 1]
