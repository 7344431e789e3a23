"""A field that is there twice is refused wherever it stands, and nothing else is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descope_state.sdk.hosts import loopback
from descope_state.sdk.http import parse

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(value=VALUES)
def test_what_json_can_say_is_read(value: object) -> None:
    assert parse(json.dumps({"value": value}).encode()) == {"value": value}


@given(value=VALUES, name=st.text(max_size=5))
def test_a_field_twice_is_refused_at_any_depth(value: object, name: str) -> None:
    inner = f"{{{json.dumps(name)}: 1, {json.dumps(name)}: {json.dumps(value)}}}"
    with pytest.raises(ValueError, match="twice"):
        parse(f'{{"rows": [[], {inner}]}}'.encode())


@pytest.mark.parametrize("text", ['{"a": 1, "\\u0061": 2}', '[{"": 1, "": 1}]'])
def test_another_spelling_of_a_name_is_the_same_name(text: str) -> None:
    with pytest.raises(ValueError, match="twice"):
        parse(text.encode())


@pytest.mark.parametrize("text", ["9" * 400, "-" + "9" * 5_000, '{"a": [1e999]}'])
def test_a_number_that_cannot_be_spelled_again_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"too large|out of range"):
        parse(text.encode())


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("127.0.0.1.evil.example", False),
        ("127.evil.example", False),
        ("localhost.evil.example", False),
        ("10.0.0.1", False),
        ("", False),
        (None, False),
    ],
)
def test_this_machine_is_known_by_its_name(host: str | None, *, local: bool) -> None:
    assert loopback(host) is local
