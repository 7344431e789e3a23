"""A stack on disk becomes documents, or all of its problems at once."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from descope_state.config.excerpts import excerpted
from descope_state.config.settings import read_settings
from descope_state.config.stack import load
from descope_state.errors import Exit, Invalid, Origin, Problem, UsageError
from descope_state.model.stack import Documents

SETTINGS = """\
dstate: 1
name: acme-auth
environments:
  dev: {vars: {seats: 5}}
  prod: {protected: true, project_id: P2abc, exclude: [tenant.test]}
variables:
  seats: {type: int, default: 10, description: Seats of a tenant}
  customers: {type: map, default: {}}
safety: {max_deletes: 2, plan_max_age: 24h}
"""

RESOURCES = """\
resources:
  role:
    analyst:
      name: Analyst
      permissions: ["${permission.read.name}"]
  tenant:
    acme: {name: Acme}
outputs:
  ids: {value: "${tenant.acme.id}", sensitive: true}
locals: {region: eu}
moved: [{from: tenant.old, to: tenant.acme}]
removed: [{from: role.legacy, destroy: false}]
imports: [{to: tenant.acme, id: T2abc}]
checks:
  - name: has a domain
    assert: ${true}
"""


def stack(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in {"dstate.yaml": SETTINGS, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def opened(root: Path, environment: str | None = "dev", **environ: str) -> Documents:
    return load(root, environment=environment, environ=environ)


def problems(root: Path, environment: str | None = "dev", **environ: str) -> list[str]:
    with pytest.raises(Invalid) as caught:
        opened(root, environment, **environ)
    return [f"{one.origin} {one.message}" for one in caught.value.problems]


def test_a_stack_becomes_blocks_and_items_with_their_places(tmp_path: Path) -> None:
    found = opened(stack(tmp_path, {"resources/deep/all.yaml": RESOURCES}))
    assert (found.name, found.environment.name, found.environments) == (
        "acme-auth",
        "dev",
        ("dev", "prod"),
    )
    assert [f"{one.kind}.{one.name}" for one in found.blocks] == ["role.analyst", "tenant.acme"]
    role = found.blocks[0]
    assert role.body == {"name": "Analyst", "permissions": ["${permission.read.name}"]}
    assert str(role.locate(())) == "resources/deep/all.yaml:3:5"
    assert str(role.locate(("permissions", 0))) == "resources/deep/all.yaml:5:21"
    assert role.locate(("nothing",)) is None
    items = (found.outputs, found.locals, found.moved, found.removed, found.imports, found.checks)
    assert [one[0].name for one in items] == [
        "ids",
        "region",
        "tenant.old",
        "role.legacy",
        "tenant.acme",
        "has a domain",
    ]
    assert str(found.checks[0].locate(("assert",))) == "resources/deep/all.yaml:16:13"
    assert (found.safety.max_deletes, found.safety.plan_max_age) == (2, 86400)


def test_all_problems_of_all_files_are_told_together(tmp_path: Path) -> None:
    files = {
        "a.yaml": "resources:\n  role:\n    one: {}\n    Two: {}\n    three: 3\nresource: {}\n",
        "b.yaml": "resources: {role: {one: {}}}\nmoved: [{from: a.b}]\n",
        "c.yaml": "a: 1\na: 2\n",
        "vars/dev.yaml": "seatz: 1\nseats: many\n",
    }
    assert problems(stack(tmp_path, files)) == [
        "a.yaml:4:5 `Two` is not a name for a resource",
        "a.yaml:5:12 `three` must be a map, not a whole number",
        "a.yaml:6:1 unknown field `resource`, did you mean `resources`?",
        "b.yaml:1:20 `role.one` is already in a.yaml:3:5",
        "b.yaml:2:9 `to` is missing in an element of `moved`",
        "c.yaml:2:1 the key `a` is already in line 1",
        "vars/dev.yaml:1:1 the variable `seatz` is not declared",
        "vars/dev.yaml:2:8 the variable `seats` must be a whole number, not text",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("dstate: 2\n", "dstate.yaml:1:9 `dstate` must be 1"),
        ("name: x\n", "dstate.yaml:1:1 `dstate: 1` is missing"),
        ("dstate: 1\nname: a/b\n", "dstate.yaml:2:7 `name` must consist of"),
        ("dstate: 1\nenvironment: {}\n", "unknown field `environment`, did you mean `environm"),
        ("dstate: 1\nenvironments: {Dev: {}}\n", "2:16 `Dev` is not a name for an environment"),
        ("dstate: 1\nenvironments: {dev: {var: {}}}\n", "unknown field `var`, did you mean `vars"),
        ("dstate: 1\nenvironments: {dev: {protected: 1}}\n", "`protected` must be true or false"),
        ("dstate: 1\nenvironments: {dev: {exclude: [acme]}}\n", "2:32 `acme` is not an address"),
        ("dstate: 1\ndefault_environment: x\n", "2:22 there is no environment `x`"),
        ("dstate: 1\n", "the stack has no environments"),
        ("dstate: 1\nvariables: {in: {}}\n", "2:13 `in` is not a name for a variable"),
        ("dstate: 1\nvariables: {a: {type: str}}\n", "2:23 unknown type `str`"),
        ("dstate: 1\nsafety: {max_deletes: -1}\n", "`max_deletes` must be a whole number from 0"),
        ("dstate: 1\nsafety: {plan_max_age: 1w}\n", "`plan_max_age` must be a number of seconds"),
        ("dstate: 1\nbackend: {type: s3}\n", "unknown backend `s3`"),
        ("[]\n", "dstate.yaml:1:1 a file of the stack must be a map, not a list"),
    ],
)
def test_settings_say_what_is_wrong_with_them(tmp_path: Path, text: str, told: str) -> None:
    root = stack(tmp_path, {"dstate.yaml": text})
    assert any(told in one for one in problems(root))


def test_a_protected_environment_is_no_default(tmp_path: Path) -> None:
    root = stack(tmp_path, {"dstate.yaml": f"{SETTINGS}default_environment: prod\n"})
    (told,) = problems(root)
    assert told.endswith("`prod` is protected, so it cannot be the default environment")


def test_the_environment_is_asked_for_or_set_or_the_default_or_the_only_one(tmp_path: Path) -> None:
    root = stack(tmp_path, {})
    assert opened(root, "prod", DSTATE_ENV="dev").environment.project_id == "P2abc"
    assert opened(root, None, DSTATE_ENV="prod").environment.exclude == ("tenant.test",)
    stack(root, {"dstate.yaml": f"{SETTINGS}default_environment: dev\n"})
    assert opened(root, None).environment.name == "dev"
    stack(root, {"dstate.yaml": "dstate: 1\nenvironments: {only: {}}\n"})
    assert opened(root, None).environment.name == "only"


def test_an_unclear_environment_is_wrong_usage_and_lists_them(tmp_path: Path) -> None:
    root = stack(tmp_path, {})
    with pytest.raises(UsageError, match=r"which environment.*`dev`, `prod`") as unclear:
        opened(root, None)
    assert unclear.value.status is Exit.USAGE
    with pytest.raises(UsageError, match="no environment `prd`; the stack has") as unknown:
        opened(root, "prd")
    assert unknown.value.hint == "did you mean `prod`?"


def test_values_come_from_the_strongest_source(tmp_path: Path) -> None:
    root = stack(tmp_path, {})
    extra = tmp_path / "extra.tfvars"
    extra.write_text("seats: 4\n")

    def seats(environment: str, **given: str) -> object:
        files = [extra] if "file" in given else []
        texts = {"seats": given["text"]} if "text" in given else {}
        environ = {"DSTATE_VAR_seats": given["environ"]} if "environ" in given else {}
        found = load(
            root,
            environment=environment,
            environ=environ,
            variable_files=files,
            variables=texts,
        )
        return found.variables["seats"]

    assert seats("prod") == 10
    assert seats("dev") == 5
    (root / "vars").mkdir()
    (root / "vars" / "dev.yaml").write_text("seats: 2\n")
    assert seats("dev") == 2
    assert seats("dev", environ="3") == 3
    assert seats("dev", environ="3", file="yes") == 4
    assert seats("dev", environ="3", file="yes", text="6") == 6


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", "010", "010"),
        ("string", "", ""),
        ("int", "7", 7),
        ("number", "1.5", 1.5),
        ("number", "2", 2),
        ("bool", "true", True),
        ("list", "[a, 1]", ["a", 1]),
        ("map", "{a: {b: 1}}", {"a": {"b": 1}}),
        ("any", "5", 5),
        ("any", "a: b: c", "a: b: c"),
    ],
)
def test_texts_are_read_by_the_type_of_the_variable(
    tmp_path: Path, kind: str, text: str, value: object
) -> None:
    settings = f"dstate: 1\nenvironments: {{dev: {{}}}}\nvariables: {{x: {{type: {kind}}}}}\n"
    root = stack(tmp_path, {"dstate.yaml": settings})
    by_argument = load(root, environment="dev", environ={}, variables={"x": text})
    assert by_argument.variables == {"x": value}
    assert opened(root, DSTATE_VAR_x=text).variables == {"x": value}


def test_texts_of_another_type_undeclared_ones_and_missing_values_are_problems(
    tmp_path: Path,
) -> None:
    settings = "dstate: 1\nenvironments: {dev: {}}\nvariables: {x: {type: int}, y: {}}\n"
    root = stack(tmp_path, {"dstate.yaml": settings})
    with pytest.raises(Invalid) as caught:
        load(root, environment="dev", environ={"DSTATE_VAR_x": "hidden"}, variables={"z": "1"})
    assert [one.message for one in caught.value.problems] == [
        "`-var z`: the variable `z` is not declared",
        "`DSTATE_VAR_x` must be a whole number",
        "the variable `y` has no value",
    ]


def test_things_that_are_probably_forgotten_are_warned_about(tmp_path: Path) -> None:
    files = {"old.yml": "", "vars/prd.yaml": "seats: 1\n"}
    found = opened(stack(tmp_path, files), DSTATE_VAR_seatz="1")
    assert [one.message for one in found.warnings] == [
        "DSTATE_VAR_seatz is ignored: the variable `seatz` is not declared",
        "`old.yml` is not read",
        "`vars/prd.yaml` belongs to no environment",
    ]


def test_invisible_characters_are_pointed_out(tmp_path: Path) -> None:
    text = "resources: {role: {a: {name: ad\u202emin}}}\n# zero\u200bwidth\n"
    found = opened(stack(tmp_path, {"a.yaml": text})).warnings
    assert [(str(one.origin), one.message, one.warning) for one in found] == [
        ("a.yaml:1:32", "the invisible character U+202E stands here", True),
        ("a.yaml:2:7", "the invisible character U+200B stands here", True),
    ]


def test_the_digest_names_the_contents_of_all_files(tmp_path: Path) -> None:
    root = stack(tmp_path, {"a.yaml": RESOURCES})
    first = opened(root).digest
    assert opened(root).digest == first
    (root / "vars").mkdir()
    (root / "vars" / "dev.yaml").write_text("seats: 5\n")
    second = opened(root).digest
    (root / "a.yaml").rename(root / "b.yaml")
    assert len({first, second, opened(root).digest}) == 3


def test_a_folder_without_settings_is_no_stack(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"it has no `dstate\.yaml`"):
        opened(tmp_path)


def test_a_resource_file_that_leads_out_of_the_stack_is_a_problem(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("resources: {}\n")
    root = stack(tmp_path / "stack", {})
    (root / "in.yaml").symlink_to(outside)
    assert problems(root) == ["in.yaml:1:1 `in.yaml` is outside the stack"]


def test_a_linked_folder_of_resources_is_refused(tmp_path: Path) -> None:
    root = stack(tmp_path / "stack", {"resources/a.yaml": ""})
    (tmp_path / "more").mkdir()
    (root / "resources" / "more").symlink_to(tmp_path / "more")
    assert "symbolic link" in problems(root)[0]


def test_settings_can_be_read_alone(tmp_path: Path) -> None:
    root = stack(tmp_path, {"broken.yaml": "a: ["})
    assert read_settings(root).environments["prod"].protected


def test_later_problems_get_their_line_and_the_column_inside_a_text(tmp_path: Path) -> None:
    root = stack(tmp_path, {"a.yaml": 'resources:\n  role:\n    x: {name: "${vars.nope}"}\n'})
    place = Origin(file="a.yaml", line=3, column=15)
    problem = Problem(code="E1300", message="no", origin=place, inner=3)
    (shown,) = excerpted(root, [problem])
    assert str(shown.origin) == "a.yaml:3:18"
    assert shown.excerpt == '    x: {name: "${vars.nope}"}\n' + " " * 17 + "^"
    gone = Problem(code="E1300", message="no", origin=Origin(file="gone.yaml", line=1))
    assert excerpted(root, [gone]) == (gone,)
