"""What is written as YAML is read again as the same, and as everybody would read it."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml as other_yaml
from hypothesis import given
from hypothesis import strategies as st

from descope_state.config import yaml
from descope_state.config.appending import appended
from descope_state.config.edit import Unwritable, formatted
from descope_state.config.writing import (
    Unspellable,
    Written,
    block,
    document,
    resources,
    settings,
    values,
)
from descope_state.model.value import Unknown, Value, canonical
from tests.support.laws import law
from tests.support.projects import ODD

Json = Any
TEXTS = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def text_of(body: Mapping[str, Value], *notes: str) -> str:
    return resources(
        [Written(kind="label", name="one", body=body, notes=notes)], heading=["Labels."]
    )


def read(text: str) -> Json:
    return yaml.parse(text.encode(), file="a.yaml").data


@law(150)
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_any_body_is_read_again_and_laid_out(body: dict[str, Any]) -> None:
    try:
        text = text_of(body)
    except Unspellable:
        # Two keys that look alike, or one that is too long for a key, are no YAML of ours.
        return
    assert read(text)["resources"]["label"]["one"] == _doubled(body)
    assert formatted(text.encode(), file="a.yaml").decode() == text


@law(100)
@given(st.dictionaries(st.sampled_from(["a", "role_b_c", "_2"]), VALUES, max_size=3))
def test_values_of_variables_are_read_again_as_they_are_and_laid_out(given: dict[str, Any]) -> None:
    try:
        text = values(given, heading="Otherwise.")
        variables = {name: {"type": "any", "default": value} for name, value in given.items()}
        whole = settings("x", environments={"dev": {"exclude": ["a.b"]}}, variables=variables)
    except Unspellable:
        return
    assert canonical(read(text) or {}) == canonical(given)
    assert canonical(read(whole).get("variables", {})) == canonical({**variables})
    for one in (text, whole):
        assert formatted(one.encode(), file="a.yaml").decode() == one


def test_values_that_no_yaml_holds_are_refused() -> None:
    with pytest.raises(Unspellable):
        values({"a": "\ud800"}, heading="Otherwise.")
    with pytest.raises(Unspellable):
        settings("x", environments={"dev": {}}, variables={"a": {"default": 2**60}})


def _doubled(value: Json) -> Json:
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, dict):
        return {key: _doubled(inner) for key, inner in value.items()}
    return [_doubled(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("text", ODD)
def test_an_odd_text_is_text_for_readers_of_older_yaml_too(text: str) -> None:
    written = text_of({"name": text, "tags": [text], "steps": {text: text}})
    found = other_yaml.safe_load(written)["resources"]["label"]["one"]
    meant = text.replace("${", "$${")
    assert found == {"name": meant, "tags": [meant], "steps": {text: meant}}


def test_texts_of_several_lines_stand_as_they_are_where_they_can() -> None:
    assert text_of({"a": "x\n  y\n\nz\n", "b": "x\ny", "c": "x \ny", "d": " x\ny"}) == (
        "# Labels.\n"
        "resources:\n"
        "  label:\n"
        "    one:\n"
        "      a: |\n"
        "        x\n"
        "          y\n"
        "\n"
        "        z\n"
        "      b: |-\n"
        "        x\n"
        "        y\n"
        '      c: "x \\ny"\n'
        '      d: " x\\ny"\n'
    )


def test_expressions_are_bare_and_comments_are_one_line() -> None:
    role = Unknown("${role.a.name}")
    text = text_of({"id": role, "roles": [role, "${x}"]}, "left\nout\x00", "more")
    assert text.splitlines()[3:] == [
        "    one:",
        "      id: ${role.a.name}",
        "      roles:",
        "        - ${role.a.name}",
        '        - "$${x}"',
        "      # left out\\u0000",
        "      # more",
    ]


@pytest.mark.parametrize("value", [2**60, "\ud800", {"a": ["\udfff"]}, {"é": 1, "e\u0301": 2}])
def test_what_yaml_of_ours_cannot_hold_is_refused(value: Value) -> None:
    with pytest.raises(Unspellable):
        block(Written(kind="label", name="one", body={"name": value}), indent=2)


def test_documents_are_sorted_and_refused_where_they_cannot_be_read() -> None:
    assert document({"b": 1, "a": ["é"]}) == '{\n  "a": [\n    "é"\n  ],\n  "b": 1\n}\n'
    with pytest.raises(Unspellable):
        document({"a": 2**60})


# -- one block more -------------------------------------------------------------------------------

ONE = Written(kind="label", name="new", body={"name": "New"})


NEW = "new: {name: New}\n"
DEEP = "resources:\n    label:\n        a: {name: A}   # kept\n        # after\n"
LONG = "resources:\n  label:\n    a:\n      name: |\n        long\n\n    b: {name: B}\n"
OTHER = "resources:\n  group:\n    a: {name: A}\n"
TOP = "# Top.\noutputs: {}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"resources:\n  label:\n    {NEW}"),
        (TOP, f"{TOP}\nresources:\n  label:\n    {NEW}"),
        (f"{DEEP}\nchecks: []\n", f"{DEEP}        {NEW}\nchecks: []\n"),
        (f"{OTHER}# end", f"{OTHER}\n  label:\n    {NEW}# end\n"),
        (LONG, f"{LONG}\n    {NEW}"),
    ],
)
def test_a_block_is_added_below_its_kind_and_every_line_stays(before: str, after: str) -> None:
    assert appended(before.encode(), one=ONE, file="a.yaml").decode() == after


@pytest.mark.parametrize(
    "before",
    [
        "resources: {label: {a: {name: A}}}\n",
        "resources:\n  label: {a: {name: A}}\n",
        "resources:\n  label:\n    new: {name: Old}\n",
        "- a list\n",
        "resources:\n  label: [a]\n",
    ],
)
def test_a_file_without_room_for_a_block_is_left_alone(before: str) -> None:
    with pytest.raises(Unwritable) as caught:
        appended(before.encode(), one=ONE, file="a.yaml")
    assert "label.new" in caught.value.message


@law(60)
@given(
    st.dictionaries(st.sampled_from(["a", "b", "c_1"]), st.dictionaries(TEXTS, VALUES, max_size=3))
)
def test_adding_changes_nothing_else(blocks: dict[str, dict[str, Any]]) -> None:
    try:
        text = resources(
            [Written(kind="label", name=name, body=body) for name, body in blocks.items()],
            heading=(),
        )
    except Unspellable:
        return
    before = read(text) if blocks else {}
    after = read(appended(text.encode() if blocks else b"", one=ONE, file="a.yaml").decode())
    assert after["resources"]["label"].pop("new") == {"name": "New"}
    assert canonical(after if blocks else {}) == canonical(before)
