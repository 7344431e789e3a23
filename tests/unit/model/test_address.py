"""Addresses: parse, print and order."""

import pytest

from descope_state.model.address import Address, is_name


@pytest.mark.parametrize("key", ["a", "", 'quo"te', "new\nline", "]", "ü", "\\", '"]["', "a.b"])
def test_any_key_survives_being_printed_and_read(key: str) -> None:
    address = Address("tenant", "customer", key)
    assert Address.parse(str(address)) == address
    assert address.block == Address("tenant", "customer")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tenant",
        "tenant.",
        ".acme",
        "Tenant.acme",
        "tenant.acme.id",
        "tenant.acme[0]",
        "tenant.acme[a]",
        'tenant.acme["a"',
        'tenant.acme["a"]x',
        "tenant.acme['a']",
        "tenant.a b",
    ],
)
def test_what_is_no_address_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address") as caught:
        Address.parse(text)
    assert f"`{text}`" in str(caught.value)


def test_a_resource_comes_before_its_instances_and_these_by_key() -> None:
    ordered = [
        Address("role", "z"),
        Address("tenant", "a"),
        Address("tenant", "a", ""),
        Address("tenant", "a", "1"),
        Address("tenant", "b"),
    ]
    assert sorted(ordered) == ordered


def test_names_that_expressions_could_not_say_are_no_names() -> None:
    assert all(map(is_name, ("a", "_", "sign_up_or_in", "a1")))
    assert not any(map(is_name, ("", "1a", "A", "a-b", "in", "true", "false", "null")))


@pytest.mark.parametrize("text", ["tenant.acme[a]", "tenant.acme['a']"])
def test_a_key_whose_quotes_the_shell_took_is_shown_with_them(text: str) -> None:
    with pytest.raises(ValueError, match="its key stands in quotes") as caught:
        Address.parse(text)
    assert """in a shell `'tenant.acme["a"]'`""" in str(caught.value)
