"""The JSON Schema of a stack: what editors accept is what dstate accepts, as far as may be."""

from pathlib import Path
from typing import Annotated, Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import Field

from descope_state.app.describing import json_schema
from descope_state.app.surroundings import Surroundings
from descope_state.config.settings_schema import settings_schema
from descope_state.sdk.json_schema import constraints_of, stack_schema
from descope_state.sdk.provider import Provider
from descope_state.sdk.schema import Config, Schema, Unordered, fields_of
from dstate_descope import Descope
from tests.support.fake_models import Record, Settings
from tests.support.provider import FakeProvider, FakeWorld

EXAMPLES = Path(__file__).parents[3] / "examples"
HOLE = "${vars.x}"


def validator(provider: Provider) -> Draft202012Validator:
    schema = json_schema(
        Surroundings(
            environ={},
            folder=Path(),
            now=str,
            providers=lambda: {provider.name: provider},
            version="1",
            lineage=str,
            key=bytes,
        )
    )
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


FAKE = validator(FakeProvider(FakeWorld()))
REAL = validator(Descope())


def said(judge: Draft202012Validator, data: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in judge.iter_errors(data)]


def resource(kind: str, body: object) -> dict[str, object]:
    return {"resources": {kind: {"one": body}}}


# -- what is accepted -----------------------------------------------------------------------------


def test_every_file_of_the_examples_is_accepted() -> None:
    files = [
        path
        for path in EXAMPLES.rglob("*.yaml")
        if path.parent.name in ("resources", *(stack.name for stack in EXAMPLES.iterdir()))
    ]
    assert len(files) >= 3
    for path in files:
        assert said(REAL, yaml.safe_load(path.read_text(encoding="utf-8"))) == [], path


def test_every_section_of_a_file_is_accepted() -> None:
    data = {
        "locals": {"a": [1, {"b": HOLE}]},
        "outputs": {"o": {"value": HOLE, "description": "d", "sensitive": True}},
        "moved": [{"from": "label.a", "to": "label.b"}],
        "removed": [{"from": "label.c", "destroy": False}],
        "imports": [{"to": "label.b", "id": "L1"}],
        "checks": [{"name": "n", "when": True, "assert": HOLE, "message": "m"}],
    }
    assert said(FAKE, data) == []
    assert said(FAKE, {}) == []


@pytest.mark.parametrize(
    "body",
    [
        {"name": "n"},
        {"name": HOLE, "tags": HOLE, "place": HOLE, "ratio": HOLE, "count": HOLE},
        {"name": "n", "enabled": HOLE, "color": HOLE, "note": HOLE, "steps": HOLE},
        {"name": "n", "tags": {"a": HOLE}, "place": {"street": HOLE, "floor": HOLE}},
        {"name": "n", "steps": ["a", HOLE], "note": None, "color": "red", "ratio": 1},
        {"name": "n", "for_each": HOLE, "when": HOLE},
        {"name": "n", "for_each": {"a": 1}, "when": False, "depends_on": ["label.a"]},
        {"name": "n", "for_each": ["a"], "lifecycle": {"prevent_destroy": True}},
        {"name": "n", "lifecycle": {"ignore_changes": ["tags.a"], "replace_triggered_by": ["a.b"]}},
    ],
)
def test_an_expression_may_stand_wherever_a_value_may(body: object) -> None:
    assert said(FAKE, resource("record", body)) == []


def test_an_expression_may_stand_inside_what_may_be_null() -> None:
    class Loose(Config):
        """Containers that may be null."""

        numbers: list[int] | None = Field(default=None, description="Numbers.")
        by_name: dict[str, int] | None = Field(default=None, description="Numbers by name.")
        sorted: Annotated[list[int] | None, Unordered()] = Field(default=None, description="Set.")

    described = Schema(kind="loose", provider="fake", fields=fields_of(Loose))
    schema = stack_schema({"loose": (Loose, described)}, settings_schema())
    Draft202012Validator.check_schema(schema)
    judge = Draft202012Validator(schema)
    good = {"numbers": [1, HOLE], "by_name": {"a": HOLE, "b": 2}, "sorted": [HOLE]}
    assert said(judge, resource("loose", good)) == []
    assert said(judge, resource("loose", {"numbers": None, "by_name": HOLE})) == []
    assert said(judge, resource("loose", {"numbers": ["no expression"]})) != []


# -- what is refused ------------------------------------------------------------------------------

MALFORMED: dict[str, Any] = {
    "unknown section": {"resource": {}},
    "unknown kind": resource("lable", {"name": "n"}),
    "kind without names": {"resources": {"label": []}},
    "name with a dash": {"resources": {"label": {"a-b": {"name": "n"}}}},
    "name with a capital": {"resources": {"label": {"One": {"name": "n"}}}},
    "unknown field": resource("label", {"name": "n", "descripton": "d"}),
    "missing field": resource("label", {"description": "d"}),
    "number for text": resource("label", {"name": 5}),
    "text for a number": resource("record", {"name": "n", "count": "5"}),
    "null where there may be none": resource("label", {"name": None}),
    "another choice": resource("record", {"name": "n", "color": "pink"}),
    "text for a list": resource("record", {"name": "n", "steps": "one"}),
    "unknown field further down": resource("record", {"name": "n", "place": {"stret": "s"}}),
    "number in a map of texts": resource("record", {"name": "n", "tags": {"a": 5}}),
    "too small a number": resource("settings", {"retries": -1}),
    "what the service makes": resource("site", {"name": "n", "url": "u"}),
    "unknown lifecycle": resource("label", {"name": "n", "lifecycle": {"protect": True}}),
    "number of instances": resource("label", {"name": "n", "for_each": 3}),
    "text for a condition": resource("label", {"name": "n", "when": "yes"}),
    "dependency that is no list": resource("label", {"name": "n", "depends_on": "label.a"}),
    "output without a value": {"outputs": {"o": {"description": "d"}}},
    "move without a target": {"moved": [{"from": "label.a"}]},
    "removal with an unknown field": {"removed": [{"from": "label.a", "destory": False}]},
    "import without an id": {"imports": [{"to": "label.a"}]},
    "check without a message": {"checks": [{"name": "n", "assert": True}]},
    "settings of another version": {"dstate": 2, "environments": {}},
    "settings with an unknown field": {"dstate": 1, "environments": {}, "enviroments": {}},
    "settings with resources": {"dstate": 1, "environments": {}, "resources": {}},
    "environment with a capital": {"dstate": 1, "environments": {"Dev": {}}},
}


@pytest.mark.parametrize("name", sorted(MALFORMED))
def test_what_dstate_would_refuse_is_refused(name: str) -> None:
    assert said(FAKE, MALFORMED[name]) != []


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ("${secret('env:X')}", True),
        ("${ secret('file:x') }", True),
        ("${vars.x}", False),
        ("clear", False),
        ("a ${secret('env:X')}", False),
        (5, False),
    ],
)
def test_a_sensitive_field_accepts_nothing_but_a_secret(value: object, *, accepted: bool) -> None:
    found = said(FAKE, resource("credential", {"name": "n", "password": value}))
    assert (found == []) == accepted


def test_every_field_that_may_be_stated_is_described() -> None:
    schema = json_schema_of_fake()
    for kind, one in schema.items():
        fields = one["additionalProperties"]["properties"]
        for name, field in fields.items():
            assert field.get("description"), f"{kind}.{name}"


def json_schema_of_fake() -> dict[str, Any]:
    schema: Any = FAKE.schema
    found: dict[str, Any] = schema["else"]["properties"]["resources"]["properties"]
    return found


# -- in words -------------------------------------------------------------------------------------


def test_bounds_are_told_in_words() -> None:
    class Bounded(Config):
        """A bound of every sort."""

        name: str = Field(min_length=2, max_length=5, pattern="^a", description="Text.")
        label: str = Field(min_length=1, description="Text.")
        share: float = Field(gt=0, lt=1, description="A number.")
        items: list[str] = Field(min_length=2, max_length=3, description="Texts.")
        some: list[str] | None = Field(default=None, min_length=1, description="Texts.")

    assert constraints_of(Bounded) == {
        "name": "at least 2 characters, at most 5 characters, matches ^a",
        "label": "not empty",
        "share": "more than 0, less than 1",
        "items": "at least 2 items, at most 3 items",
        "some": "not empty",
    }
    assert constraints_of(Settings) == {"retries": "at least 0"}
    assert constraints_of(Record) == {"name": "not empty"}
