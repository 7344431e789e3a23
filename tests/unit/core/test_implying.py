"""Edges that a stack does not write: who names another by a plain text needs it as well."""

from pathlib import Path

from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, opened
from descope_state.core.graph import closure
from dstate_descope import Descope
from tests.unit.core.stacks import desired, resolved

NAMED = """
    resources:
      group:
        a: {name: first, labels: [red, blue]}
        b: {name: second, labels: ["${label.z.name}", elsewhere]}
      label:
        y: {name: red}
        z: {name: blue}
    """


def test_a_name_that_is_written_out_is_an_edge_like_a_reference(tmp_path: Path) -> None:
    found = desired(tmp_path, NAMED)
    assert [*map(str, found["group.a"].depends_on)] == ["label.y", "label.z"]
    assert [*map(str, found["group.b"].depends_on)] == ["label.z"]
    assert found["label.y"].depends_on == ()


def test_what_is_needed_comes_before_what_names_it(tmp_path: Path) -> None:
    order = list(desired(tmp_path, NAMED))
    assert order.index("label.y") < order.index("group.a")
    assert order.index("label.z") < order.index("group.a")


def test_only_the_instance_that_is_named_is_needed(tmp_path: Path) -> None:
    found = desired(
        tmp_path,
        """
        resources:
          group:
            g: {for_each: [red, blue], name: "${each.key}", labels: ["${each.key}"]}
          label:
            l: {for_each: [red, blue], name: "${each.key}"}
        """,
    )
    assert [*map(str, found['group.g["red"]'].depends_on)] == ['label.l["red"]']


def test_an_edge_that_would_close_a_ring_is_left_out_and_no_other(tmp_path: Path) -> None:
    found = resolved(
        tmp_path,
        """
        resources:
          group:
            a: {name: first, labels: [red, blue]}
          label:
            y: {name: red, description: "${group.a.name}"}
            z: {name: blue}
        """,
    ).desired
    needs = {one.address: one.depends_on for one in found}
    assert {str(one): [*map(str, others)] for one, others in needs.items()} == {
        "group.a": ["label.z"],
        "label.y": ["group.a"],
        "label.z": [],
    }
    for one in found:
        assert one.address not in closure(one.depends_on, needs)


def test_an_id_that_is_known_only_later_is_nobodys_name(tmp_path: Path) -> None:
    found = desired(
        tmp_path,
        """
        resources:
          site: {s: {name: here}}
          child: {c: {name: small, site: S1}}
        """,
    )
    assert found["child.c"].depends_on == ()


def test_what_an_object_is_known_by_comes_before_what_else_it_names(tmp_path: Path) -> None:
    (tmp_path / "dstate.yaml").write_text(
        "dstate: 1\nname: s\nenvironments: {local: {endpoint: emulator}}\n"
    )
    (tmp_path / "a.yaml").write_text(
        "resources:\n"
        "  role: {mine: {name: Mine, tenant: acme}}\n"
        "  tenant: {acme: {name: Acme, id: acme, default_roles: [Mine]}}\n"
    )
    surroundings = Surroundings(
        environ={},
        folder=tmp_path,
        now=lambda: "2026-01-01T00:00:00Z",
        providers=lambda: {"descope": Descope()},
        version="1",
        lineage=lambda: "L",
        key=lambda: bytes(32),
    )
    found = opened(surroundings, Opening()).resolution().desired
    assert [(str(one.address), [*map(str, one.depends_on)]) for one in found] == [
        ("tenant.acme", []),
        ("role.mine", ["tenant.acme"]),
    ]
