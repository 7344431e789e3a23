"""The installed providers and the kinds they manage between them."""

import pytest

from descope_state.app.registry import catalog_of, installed
from descope_state.errors import DstateError
from tests.support.provider import KINDS, FakeProvider, FakeWorld


def test_the_provider_that_comes_with_dstate_is_found() -> None:
    found = installed()
    assert "descope" in found
    assert {"permission", "role", "tenant"} <= catalog_of(found).keys()


def test_every_kind_is_described_with_its_provider() -> None:
    catalog = catalog_of({"fake": FakeProvider(FakeWorld())})
    assert set(catalog) == {kind.name for kind in KINDS}
    assert {described.schema.provider for described in catalog.values()} == {"fake"}


def test_two_providers_of_one_kind_are_refused_by_their_names() -> None:
    with pytest.raises(DstateError, match="`fake` and `fake` both manage the kind") as caught:
        catalog_of({"one": FakeProvider(FakeWorld()), "two": FakeProvider(FakeWorld())})
    assert caught.value.hint == "uninstall one of them"
