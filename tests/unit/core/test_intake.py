"""Which live objects are taken in, under which names, saying what, and referring to what."""

from collections.abc import Iterable
from typing import Any

import pytest

from descope_state.core.intake import Asked, Ground, Intake, intake, unmanaged
from descope_state.core.naming import plural, slug, unused
from descope_state.core.observation import Observation
from descope_state.core.trimming import said
from descope_state.model.address import Address, is_name
from descope_state.model.resource import Desired, Entry, Live
from descope_state.model.value import Unknown
from descope_state.sdk.catalog import Catalog, described
from descope_state.sdk.provider import Tier
from dstate_descope import Descope

Json = Any
CATALOG: Catalog = {kind.name: described(kind, provider="descope") for kind in Descope.kinds}
T1, T2 = "T2" + "a" * 26, "T2" + "b" * 26


def live(kind: str, id_: str, identity: str = "", **fields: Json) -> Live:
    schema = CATALOG[kind].schema
    values = {name: one.default for name, one in schema.fields.items() if one.statable}
    values |= {"name": identity} if "name" in schema.fields else {}
    values |= fields
    own = schema.fields["id"].statable
    return Live(
        kind=kind,
        id=id_,
        identity=identity,
        attributes={**values, **({"id": id_} if own else {})},
        computed={} if own else {"id": id_},
    )


def taken(objects: Iterable[Live], asked: Asked | None = None, **more: Json) -> Intake:
    found: dict[str, dict[str, Live]] = {}
    for one in objects:
        found.setdefault(one.kind, {})[one.id] = one
    seen = Observation(
        live=found,
        baseline={"permission": frozenset({"System"})},
        tier=more.pop("tier", Tier.PRO),
        closed=more.pop("closed", {}),
    )
    plain: dict[str, Any] = {"entries": {}, "desired": (), "names": frozenset(), **more}
    ground = Ground(catalog=CATALOG, observation=seen, **plain)
    return intake(ground, asked or Asked())


def bodies(found: Intake) -> dict[str, dict[str, Any]]:
    def spelled(value: Json) -> Json:
        if isinstance(value, Unknown):
            return value.expression
        if isinstance(value, list):
            return [spelled(inner) for inner in value]
        if isinstance(value, dict):
            return {key: spelled(inner) for key, inner in value.items()}
        return value

    return {str(one.address): spelled(one.body) for one in found.taken}


# -- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("reports.read", "reports_read"),
        ("Customer admin", "customer_admin"),
        ("Zürich  Straße", "zurich_stra_e"),
        ("2fa", "_2fa"),
        ("in", "in_"),
        ("NULL", "null_"),
        ("日本", ""),
        ("--", ""),
        ("a" * 80, "a" * 60),
    ],
)
def test_names_are_made_of_what_can_stand_in_one(text: str, name: str) -> None:
    assert slug(text) == name
    assert not name or is_name(name)


def test_names_are_numbered_and_files_are_called_after_many() -> None:
    assert unused("a", set()) == "a"
    assert unused("a", {"a", "a_2"}) == "a_3"
    assert (plural("role"), plural("tenant_settings")) == ("roles", "tenant_settings")


# -- references -----------------------------------------------------------------------------------


def test_names_and_ids_become_references_wherever_a_kind_says_so() -> None:
    found = taken(
        [
            live("permission", "P1", "docs.read"),
            live("role", "R1", "Reader", permissions=["docs.read", "Impersonate"]),
            live("tenant", T1, "Acme", default_roles=["Reader", "gone"]),
            live("access_key", "K1", "ci", tenants=[{"tenant": T1, "roles": ["Reader"]}]),
            live("tenant_settings", T1, T1, tenant=T1, enabled=True),
        ]
    )
    assert bodies(found)["role.reader"]["permissions"] == [
        "Impersonate",
        "${permission.docs_read.name}",
    ]
    acme = bodies(found)["tenant.acme"]
    assert acme == {"name": "Acme", "default_roles": ["${role.reader.name}", "gone"]}
    (key,) = bodies(found)["access_key.ci"]["tenants"]
    assert key == {"tenant": "${tenant.acme.id}", "roles": ["${role.reader.name}"]}
    assert bodies(found)["tenant_settings.acme"]["tenant"] == "${tenant.acme.id}"


def test_no_reference_closes_a_circle_and_what_identifies_comes_first() -> None:
    found = taken(
        [
            live("tenant", T1, "Acme", default_roles=["Own"]),
            live("role", "R1", f"{T1}/Own", name="Own", tenant=T1),
        ]
    )
    assert bodies(found) == {
        "role.acme_own": {"name": "Own", "tenant": "${tenant.acme.id}"},
        "tenant.acme": {"name": "Acme", "default_roles": ["Own"]},
    }


def test_of_two_with_one_name_that_of_the_whole_project_is_meant_or_none() -> None:
    roles = [
        live("role", "R1", f"{T1}/Own", name="Own", tenant=T1),
        live("role", "R2", f"{T2}/Own", name="Own", tenant=T2),
    ]
    key = live("access_key", "K1", "ci", roles=["Own"])
    assert bodies(taken([*roles, key]))["access_key.ci"]["roles"] == ["Own"]
    project = live("role", "R3", "Own")
    found = bodies(taken([*roles, key, project]))
    assert found["access_key.ci"]["roles"] == ["${role.own.name}"]


def test_what_the_stack_has_already_is_referred_to_by_its_own_name() -> None:
    here = Address("permission", "reading")
    entry = Entry(
        address=here,
        provider="descope",
        schema_version=1,
        id="P1",
        identity="docs.read",
        inputs={},
        outputs={},
    )
    desired = Desired(address=here, provider="descope", attributes={"name": "docs.read"})
    objects = [
        live("permission", "P1", "docs.read"),
        live("role", "R1", "Reader", permissions=["docs.read"]),
    ]
    found = taken(objects, entries={here: entry}, desired=(desired,))
    assert bodies(found) == {
        "role.reader": {"name": "Reader", "permissions": ["${permission.reading.name}"]}
    }
    # What only the state remembers is about to go: nothing may lean on it.
    found = taken(objects, entries={here: entry})
    assert bodies(found)["role.reader"]["permissions"] == ["docs.read"]


# -- which, and what ------------------------------------------------------------------------------


def test_ids_that_somebody_chose_are_stated_and_those_of_the_service_are_not() -> None:
    found = bodies(taken([live("tenant", T1, "Made"), live("tenant", "acme", "Acme")]))
    assert found == {
        "tenant.acme": {"id": "acme", "name": "Acme"},
        "tenant.made": {"name": "Made"},
    }


def test_what_every_project_holds_is_left_out_unless_it_is_asked_for() -> None:
    objects = [
        live("permission", "P1", "System"),
        live("password_settings", "project", tenant=""),
        live("password_settings", "acme", "acme", tenant="acme"),
        live("tenant_settings", "acme", "acme", tenant="acme"),
        live("fga_schema", "fga", dsl=""),
    ]
    found = taken(objects)
    assert [str(one.address) for one in found.taken] == ["password_settings.project"]
    assert {one.why for one in found.left} == {"every new project holds it", "nobody changed it"}
    assert len(taken(objects, Asked(baseline=True)).taken) == 5


def test_settings_of_a_tenant_that_are_those_of_the_project_are_left_out() -> None:
    objects = [
        live("password_settings", "project", tenant="", min_length=12),
        live("password_settings", "acme", "acme", tenant="acme", min_length=12),
        live("password_settings", "other", "other", tenant="other", min_length=20),
    ]
    assert [str(one.address) for one in taken(objects).taken] == [
        "password_settings.other",
        "password_settings.project",
    ]


def test_what_cannot_be_stated_is_left_out_with_the_reason() -> None:
    found = taken(
        [
            live("permission", "P1", "p", description="x" * 300),
            live("permission", "P2", "n" * 300),
            live("role", "R1", "Twin"),
            live("role", "R2", "Twin"),
            live("sso_application", "A1", "Wiki", type="oidc", login_page_url="https://a.b"),
        ],
        tier=Tier.FREE,
        closed={"project": "not with this key"},
    )
    (first, twin) = found.taken
    assert (first.body, list(first.unsaid)) == ({"name": "p"}, ["description"])
    assert twin.id == "R1"
    whys = {one.id or one.kind: one.why for one in found.left}
    assert whys["project"] == "not with this key"
    assert "at most 100" in whys["P2"]
    assert whys["R2"] == "R1 has the same name"
    assert whys["A1"] == "it needs the pro plan"


def test_what_a_block_lays_claim_to_is_left_to_that_block() -> None:
    desired = Desired(
        address=Address("permission", "mine"), provider="descope", attributes={"name": "p"}
    )
    found = taken([live("permission", "P1", "p")], desired=(desired,))
    (left,) = found.left
    assert found.taken == ()
    assert left.hint == "dstate import permission.mine P1"


def test_one_object_takes_the_address_it_was_given_and_strays_are_named() -> None:
    objects = [live("permission", "P1", "System"), live("permission", "P2", "b")]
    here = Address("permission", "mine")
    only = frozenset({("permission", "P1")})
    found = taken(objects, Asked(only=only, address=here))
    assert [one.address for one in found.taken] == [here]
    seen = Observation(live={"permission": {one.id: one for one in objects}})
    ground = Ground(catalog=CATALOG, observation=seen, entries={}, desired=(), names=frozenset())
    assert [one.id for one in unmanaged(ground)] == ["P1", "P2"]


def test_documents_are_files_and_small_free_json_is_not() -> None:
    definition = {"metadata": {"name": "A", "etag": "x"}, "contents": {}, "screens": []}
    found = taken(
        [
            live("flow", "sign-in-2", "sign-in-2", definition=definition, name=None, disabled=None),
            live("list", "L1", "Rates", type="json", document={"eu": 1}),
            live("list", "L2", "More", type="json", document={"eu": "x" * 300}),
        ]
    )
    body = bodies(found)
    assert body["flow.sign_in_2"]["definition"] == '${json(file("files/flows/sign_in_2.json"))}'
    assert body["list.rates"]["document"] == {"eu": 1}
    assert body["list.more"]["document"] == '${json(file("files/lists/more.json"))}'
    assert found.files["files/flows/sign_in_2.json"] == {
        "contents": {},
        "metadata": {"name": "A"},
        "screens": [],
    }


def test_defaults_are_left_out_but_not_of_settings_that_are_there_by_themselves() -> None:
    schema = CATALOG["password_settings"].schema
    values = live("password_settings", "project", tenant="", min_length=12).attributes
    assert said(values, schema) == {"min_length": 12}
    whole = said(values, schema, whole=True)
    assert whole["enabled"] is False
    assert "tenant" not in whole
