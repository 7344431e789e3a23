"""Fields as a command line sets them: by the schema, lists by repetition, maps by their members."""

import pytest

from descope_state.app.drafting import parsed
from descope_state.core.assigning import assigned, assignments, checked
from descope_state.errors import UsageError
from descope_state.model.value import Value
from descope_state.sdk.catalog import described
from dstate_descope.kinds.access_key import AccessKeyKind
from dstate_descope.kinds.outbound_application import OutboundApplicationKind
from dstate_descope.kinds.tenant import TenantKind

TENANT = described(TenantKind, provider="descope")
KEY = described(AccessKeyKind, provider="descope")


def tenant(*pairs: tuple[str, str], before: dict[str, Value] | None = None) -> dict[str, Value]:
    found = assignments(pairs, schema=TENANT.schema, parse=parsed)
    return assigned(found, before or {}, described=TENANT)


def test_values_are_read_by_the_type_of_their_field() -> None:
    assert tenant(("name", "123"), ("disabled", "true"), ("attributes", "{seats: 3}")) == {
        "name": "123",
        "disabled": True,
        "attributes": {"seats": 3},
    }


def test_a_list_is_given_by_repetition_or_whole() -> None:
    domains = "self_provisioning_domains"
    assert tenant(("name", "A"), (domains, "a.example"), (domains, "b.example"))[domains] == [
        *("a.example", "b.example")
    ]
    assert tenant(("name", "A"), (domains, "[a.example, b.example]"))[domains] == [
        *("a.example", "b.example")
    ]
    assert tenant(("name", "A"), (domains, ""))[domains] == []


def test_a_member_of_a_map_joins_those_there_are() -> None:
    before: dict[str, Value] = {"name": "A", "attributes": {"seats": 1, "plan": "x"}}
    found = tenant(("attributes.seats", "2"), ("attributes.new", "y"), before=before)
    assert found == {"attributes": {"seats": 2, "plan": "x", "new": "y"}}


def test_what_is_demanded_besides_is_not_set() -> None:
    assert checked({"disabled": True}, {"name": "A"}, described=TENANT) == {"disabled": True}
    with pytest.raises(UsageError, match="`name`"):
        checked({"disabled": True}, {}, described=TENANT)


def test_a_list_of_objects_is_read_as_yaml() -> None:
    found = assignments([("tenants", "{tenant: T1}")], schema=KEY.schema, parse=parsed)
    assert found[0].value == [{"tenant": "T1"}]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nmae", "no field `nmae`"),
        ("created_time", "no field `created_time`"),
        ("name.x", "`name` has no members"),
    ],
)
def test_what_cannot_be_set_is_told(name: str, said: str) -> None:
    with pytest.raises(UsageError) as found:
        tenant((name, "x"))
    assert said in found.value.message


def test_a_value_of_another_type_is_told_by_its_field() -> None:
    with pytest.raises(UsageError, match="`disabled` of a tenant"):
        tenant(("name", "A"), ("disabled", "maybe"))


def test_a_secret_is_not_set_on_a_command_line() -> None:
    schema = described(OutboundApplicationKind, provider="descope").schema
    secret = next(one.name for one in schema.fields.values() if one.sensitive)
    with pytest.raises(UsageError, match="is a secret"):
        assignments([(secret, "canary")], schema=schema, parse=parsed)
