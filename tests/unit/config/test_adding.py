"""A resource is added to a file in place: what was there stays to the letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descope_state.config import yaml
from descope_state.config.adding import added, block_lines
from descope_state.config.edit import Unwritable
from descope_state.model.value import Value

COMMENTED = b"""\
# ours
resources:
    # the customers
    tenant:   # all of them
        # the first
        acme: {name: Acme}   # ours

    role: {a: {name: A}}
"""


def plus(text: bytes, **body: Value) -> str:
    return added(text, file="x.yaml", kind="tenant", name="new", body=body).decode()


def test_a_new_file_holds_nothing_else() -> None:
    assert plus(b"", name="New") == "resources:\n  tenant:\n    new:\n      name: New\n"


def test_it_stands_before_the_first_of_its_kind_and_comments_stay() -> None:
    lines = COMMENTED.decode().splitlines()
    new = ["        new:", "          name: New"]
    assert plus(COMMENTED, name="New").splitlines() == [*lines[:4], *new, *lines[4:]]


def test_a_kind_that_is_not_there_yet_is_put_first() -> None:
    text = b"resources:\n  role:\n    a: {name: A}"
    assert plus(text, name="New") == (
        "resources:\n  tenant:\n    new:\n      name: New\n  role:\n    a: {name: A}\n"
    )


def test_a_file_without_resources_keeps_what_it_has() -> None:
    text = b"locals:\n  x: 1\n"
    assert plus(text) == "locals:\n  x: 1\nresources:\n  tenant:\n    new: {}\n"


@pytest.mark.parametrize(
    "text",
    [
        b"resources: {tenant: {acme: {name: Acme}}}\n",
        b"resources:\n  tenant: {acme: {name: Acme}}\n",
        b"resources:\n  tenant:\n    new: {name: Other}\n",
        b"resources: {}\n",
        b"resources:\n  tenant:\n",
    ],
)
def test_where_it_cannot_be_done_in_place_nothing_is_done(text: bytes) -> None:
    with pytest.raises(Unwritable):
        plus(text, name="New")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(VALUES)
def test_whatever_a_field_holds_is_read_back(value: Value) -> None:
    text = "\n".join(block_lines("new", {"x": value})) + "\n"
    assert yaml.parse(text.encode(), file="x.yaml").data == {"new": {"x": _escaped(value)}}


def _escaped(value: Value) -> Value:
    match value:
        case str():
            return value.replace("${", "$${")
        case list():
            return [_escaped(inner) for inner in value]
        case dict():
            return {key: _escaped(inner) for key, inner in value.items()}
    return value
