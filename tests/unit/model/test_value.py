"""The one equality, and what must never be taken for something else."""

import json
from typing import cast

import pytest

from descope_state.model.value import (
    Fingerprint,
    Ref,
    Secret,
    Unknown,
    Value,
    canonical,
    digest,
    known,
    placeholders,
    same,
    written,
)

PLACEHOLDERS = (
    Fingerprint("x"),
    Secret("env:X"),
    Secret("env:X", "abc"),
    Unknown("${role.a.id}", (Ref("role", "a", None, "id"),), (("each.key", "k"),)),
)


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
def test_a_map_that_looks_like_a_placeholder_is_not_the_placeholder(placeholder: Value) -> None:
    """What somebody writes into a document cannot pose as what dstate waits for or remembers."""
    posing = cast("Value", json.loads(written(placeholder)))
    assert not same(posing, placeholder)
    assert not same([{"inner": posing}], [{"inner": placeholder}])


@pytest.mark.parametrize(
    ("left", "right"),
    [(True, 1), (False, 0), ("1", 1), (None, ""), ([], {}), ([1, 2], [2, 1]), ("é", "e\u0301")],
)
def test_what_python_or_an_eye_takes_for_the_same_is_told_apart(left: Value, right: Value) -> None:
    assert not same(left, right)


def test_the_order_of_keys_means_nothing() -> None:
    assert canonical({"a": 1, "b": [{"d": 1, "c": 2}]}) == canonical(
        {"b": [{"c": 2, "d": 1}], "a": 1}
    )
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


def test_infinity_and_nan_are_no_values() -> None:
    for number in (float("inf"), float("nan")):
        with pytest.raises(ValueError, match="Out of range"):
            canonical(number)


def test_what_is_no_value_is_refused_by_its_type() -> None:
    with pytest.raises(TypeError, match="set is not a value"):
        canonical(cast("Value", {1, 2}))


def test_placeholders_are_found_with_the_path_that_leads_to_them() -> None:
    unknown, secret = Unknown("${a.b.c}"), Secret("env:X")
    value: Value = {"list": [1, unknown], "map": {"inner": secret}, "text": "x"}
    assert list(placeholders(value)) == [(("list", 1), unknown), (("map", "inner"), secret)]
    assert not known(value)
    assert known({"map": {"inner": secret}})
