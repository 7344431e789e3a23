"""What environments share stands once; what differs is a variable; what one lacks it excludes."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from descope_state.core.factoring import (
    Factored,
    Side,
    Variable,
    common_names,
    factored,
    left_in,
    places,
)
from descope_state.core.intake import Asked, Ground, intake
from descope_state.core.observation import Observation
from descope_state.core.portable import Atlas
from descope_state.model.resource import Live
from descope_state.model.value import Unknown
from descope_state.sdk.provider import Tier
from tests.unit.core.test_intake import CATALOG, live

Json = Any
LONG = {"text": "long " * 60}
LONG_FLOW = {"contents": {"screens": [], "tasks": {"0": {"id": "0", "type": "end"}}}}


def observed(objects: Iterable[Live]) -> Observation:
    found: dict[str, dict[str, Live]] = {}
    for one in objects:
        found.setdefault(one.kind, {})[one.id] = one
    return Observation(live=found, tier=Tier.PRO, closed={}, baseline={})


def side(*objects: Live) -> Side:
    seen = observed(objects)
    ground = Ground(catalog=CATALOG, observation=seen, entries={}, desired=(), names=frozenset())
    return Side(intake=intake(ground, Asked()), observation=seen)


def together(**sides: Side) -> Factored:
    found = factored(sides, CATALOG)
    backwards = dict(reversed(sides.items()))
    assert factored(backwards, CATALOG) == found
    return found


def bodies(found: Factored) -> dict[str, Json]:
    def spelled(value: Json) -> Json:
        if isinstance(value, list):
            return [spelled(inner) for inner in value]
        return value.expression if isinstance(value, Unknown) else value

    return {
        str(one.address): {name: spelled(value) for name, value in one.body.items()}
        for one in found.taken
    }


def variables(found: Factored) -> dict[str, tuple[Json, Mapping[str, Json]]]:
    return {one.name: (one.default, one.values) for one in found.variables}


def permission(name: str, **fields: Json) -> Live:
    return live("permission", f"P-{name}", name, **fields)


def test_what_all_have_alike_is_one_block_without_variables() -> None:
    one = permission("read", description="Alike ${x}")
    found = together(dev=side(one), prod=side(one))
    assert bodies(found) == {"permission.read": {"name": "read", "description": "Alike ${x}"}}
    assert found.variables == ()
    assert found.excluded == {"dev": (), "prod": ()}


def test_what_most_say_is_the_default_and_a_draw_goes_to_the_first_by_name() -> None:
    old, new = permission("read", description="Old"), permission("read", description="New")
    found = together(dev=side(new), prod=side(old), staging=side(old))
    name = "permission_read_description"
    assert bodies(found)["permission.read"]["description"] == f"${{vars.{name}}}"
    assert variables(found) == {name: ("Old", {"dev": "New"})}
    assert variables(together(b=side(old), a=side(new))) == {name: ("New", {"b": "Old"})}


def test_a_default_that_is_not_said_is_a_value_like_any_other() -> None:
    found = together(dev=side(permission("a")), prod=side(permission("a", description="Said")))
    assert variables(found) == {"permission_a_description": ("", {"prod": "Said"})}


def test_an_environment_excludes_what_it_lacks() -> None:
    found = together(dev=side(permission("a"), permission("b")), prod=side(permission("a")))
    assert {name: list(map(str, lacks)) for name, lacks in found.excluded.items()} == {
        "dev": [],
        "prod": ["permission.b"],
    }


def test_ids_that_differ_are_one_reference() -> None:
    found = together(
        dev=side(
            live("tenant", "T2" + "a" * 26, "Acme"),
            live("role", "R1", "T2" + "a" * 26 + "/Boss", name="Boss", tenant="T2" + "a" * 26),
        ),
        prod=side(
            live("tenant", "T2" + "b" * 26, "Acme"),
            live("role", "R9", "T2" + "b" * 26 + "/Boss", name="Boss", tenant="T2" + "b" * 26),
        ),
    )
    assert bodies(found)["role.acme_boss"] == {"name": "Boss", "tenant": "${tenant.acme.id}"}
    assert found.variables == ()


def test_references_that_differ_become_names_and_the_order_is_kept() -> None:
    read, write = permission("read"), permission("write")
    found = together(
        dev=side(read, write, live("role", "R1", "Boss", permissions=["read", "write"])),
        prod=side(read, live("role", "R2", "Boss", permissions=["read"])),
    )
    assert bodies(found)["role.boss"] == {
        "name": "Boss",
        "permissions": "${vars.role_boss_permissions}",
        "depends_on": ["permission.read", "permission.write"],
    }
    assert variables(found)["role_boss_permissions"] == (["read", "write"], {"prod": ["read"]})


def test_what_is_a_reference_in_one_alone_and_yet_the_same_is_no_variable() -> None:
    tenant = live("tenant", "acme", "Acme", id="acme")
    found = together(
        dev=side(live("role", "R1", "acme/Boss", name="Boss", tenant="acme")),
        prod=side(tenant, live("role", "R9", "acme/Boss", name="Boss", tenant="acme")),
    )
    assert bodies(found)["role.acme_boss"] == {
        "name": "Boss",
        "tenant": "acme",
        "depends_on": ["tenant.acme"],
    }
    assert found.variables == ()
    assert list(map(str, found.excluded["dev"])) == ["tenant.acme"]


def test_no_order_is_kept_that_would_close_a_circle() -> None:
    """In one environment a tenant is above another, in the other environment below it."""
    one: Json = {"a": {}, "b": {"parent": "a"}}
    other: Json = {"a": {"parent": "b"}, "b": {}}
    sides = {
        name: side(*(live("tenant", id_, id_.upper(), **fields) for id_, fields in each.items()))
        for name, each in (("dev", one), ("prod", other))
    }
    waiting = {name: body.get("depends_on") for name, body in bodies(together(**sides)).items()}
    assert waiting == {"tenant.a": ["tenant.b"], "tenant.b": None}


def named(document: Json) -> str:
    name: str = document["metadata"]["name"]
    return name


def flow(id_: str, text: str) -> Live:
    return live("flow", id_, id_, definition={"metadata": {"name": text}, **LONG_FLOW})


def test_a_document_that_differs_is_a_file_for_each_that_has_it_otherwise() -> None:
    found = together(
        dev=side(flow("hi", "a")),
        prod=side(flow("hi", "b")),
        qa=side(flow("hi", "b")),
        staging=side(flow("hi", "a")),
        test=side(flow("hi", "a")),
    )
    name = "flow_hi_definition_file"
    assert bodies(found)["flow.hi"]["definition"] == f"${{json(file(vars.{name}))}}"
    other = "files/flows/hi/prod.json"
    assert variables(found) == {name: ("files/flows/hi.json", {"prod": other, "qa": other})}
    assert {path: named(one) for path, one in found.files.items()} == {
        "files/flows/hi.json": "a",
        other: "b",
    }


def test_a_document_that_is_alike_is_one_file() -> None:
    found = together(dev=side(flow("hi", "a")), prod=side(flow("hi", "a")))
    assert bodies(found)["flow.hi"]["definition"] == '${json(file("files/flows/hi.json"))}'
    assert list(found.files) == ["files/flows/hi.json"]


def test_a_long_document_and_a_short_one_are_both_files() -> None:
    short, long = ({"a": 1}, LONG)
    found = together(
        **{
            name: side(live("list", "L", "Rates", type="json", document=value))
            for name, value in (("dev", short), ("prod", long))
        }
    )
    assert found.files == {"files/lists/rates.json": short, "files/lists/rates/prod.json": long}


def test_a_field_that_cannot_be_stated_in_one_environment_is_stated_in_none() -> None:
    found = together(
        dev=side(permission("a", description="Short")),
        prod=side(permission("a", description="x" * 300)),
    )
    (one,) = found.taken
    assert (one.body, list(one.unsaid)) == ({"name": "a"}, ["description"])
    assert found.variables == ()


def test_an_id_that_was_chosen_in_one_environment_alone_is_a_variable() -> None:
    made = "T2" + "a" * 26
    found = together(
        dev=side(live("tenant", "acme", "Acme")), prod=side(live("tenant", made, "Acme"))
    )
    assert variables(found) == {"tenant_acme_id": ("acme", {"prod": made})}


def test_variables_of_one_name_are_numbered() -> None:
    """The client id of one and the id of another may meet in one name."""
    found = together(
        **{
            name: side(
                live("outbound_application", "id", "a", client_id=name),
                live("outbound_application", name, "a client", client_id="same"),
            )
            for name in ("dev", "prod")
        }
    )
    names = [one.name for one in found.variables]
    assert names == ["outbound_application_a_client_id", "outbound_application_a_client_id_2"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (("a", "b"), "string"),
        (("a", None), "string"),
        ((1, 2), "int"),
        ((1, 2.5), "number"),
        ((True, False), "bool"),
        ((True, 1), "any"),
        (([], ["a"]), "list"),
        (({}, {"a": 1}), "map"),
        (("a", ["a"]), "any"),
        ((None, None), "any"),
    ],
)
def test_a_variable_has_the_narrowest_type_that_fits(values: tuple[Json, Json], kind: str) -> None:
    assert Variable(name="x", default=values[0], values={"prod": values[1]}).type == kind


# -- who is who -----------------------------------------------------------------------------------


def test_objects_are_the_same_by_their_natural_key() -> None:
    found = [
        places(
            Atlas(
                observed(
                    [
                        live("tenant", f"T{number}", "Acme"),
                        live(
                            "role",
                            f"R{number}",
                            f"T{number}/Boss",
                            name="Boss",
                            tenant=f"T{number}",
                        ),
                    ]
                ),
                CATALOG,
            )
        )
        for number in (1, 2)
    ]
    assert found[0].keys() == found[1].keys()
    assert ("role", "Acme/Boss", 1) in found[0]


def test_objects_that_share_a_name_are_told_apart_by_number() -> None:
    keys = [live("access_key", id_, "robot") for id_ in ("K2", "K1")]
    found = places(Atlas(observed(keys), CATALOG))
    assert found == {
        ("access_key", "robot", 1): ("access_key", "K1"),
        ("access_key", "robot", 2): ("access_key", "K2"),
    }


def test_an_object_is_called_as_most_call_it_and_no_two_alike() -> None:
    a, b, c = ("role", "A", 1), ("role", "a", 1), ("tenant", "A", 1)
    wanted = {"dev": {a: "a", b: "a_2", c: "a"}, "prod": {b: "a"}, "qa": {b: "a"}}
    assert common_names(wanted) == {a: "a", b: "a_2", c: "a"}
    assert common_names(dict(reversed(wanted.items()))) == common_names(wanted)


def test_what_is_left_out_is_told_with_the_environments() -> None:
    twice = [permission("a"), live("permission", "P-2", "a")]
    found = left_in({"prod": side(*twice), "dev": side(permission("a"))})
    assert list(found.values()) == [("prod",)]
