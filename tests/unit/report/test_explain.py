"""A kind and its fields as help in the terminal."""

import pytest

from descope_state.errors import UsageError
from descope_state.report.explain import explain_text, kinds_text
from descope_state.report.spans import plain
from tests.unit.report import golden_file, kinds


@pytest.mark.parametrize("width", [80, 160])
def test_a_kind_is_explained_as_in_its_golden_file(width: int) -> None:
    lines = explain_text(kinds.TENANT, width=width, constraints={"name": "at most 100 characters"})
    golden_file.check(f"explain-{width}.txt", plain(lines))


def test_a_nested_field_is_found_by_its_path() -> None:
    text = plain(explain_text(kinds.TENANT, "contacts.pin", width=80))
    assert text.startswith("tenant.contacts.pin  string or null\n")
    assert "takes only ${secret('…')}" in text


def test_a_field_of_objects_lists_the_fields_inside() -> None:
    text = plain(explain_text(kinds.TENANT, "contacts", width=80))
    assert text.startswith("tenant.contacts  keyed list of object, by email\n")
    assert "Where mail goes." in text


def test_a_misspelt_field_gets_a_suggestion() -> None:
    with pytest.raises(UsageError, match="`tenant` has no field `nmae`") as caught:
        explain_text(kinds.TENANT, "nmae", width=80)
    assert caught.value.hint == "Did you mean `tenant.name`?"


def test_a_path_into_a_leaf_says_that_there_is_nothing_inside() -> None:
    with pytest.raises(UsageError, match=r"`tenant\.name` has no field `x`") as caught:
        explain_text(kinds.TENANT, "name.x", width=80)
    assert caught.value.hint == "It has no fields inside."


def test_kinds_are_listed_in_order() -> None:
    text = plain(kinds_text(kinds.SCHEMAS.values(), width=80))
    assert text.index("  role    A set of") < text.index("  tenant  A customer")
