"""The schema of `dstate.yaml` says what the settings accept, and nothing else."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from descope_state.config.settings import interpret, read_settings
from descope_state.config.settings_schema import settings_schema
from descope_state.config.yaml import parse
from descope_state.errors import Problem

EXAMPLES = Path(__file__).parents[3] / "examples"
WHOLE = b"""
dstate: 1
name: whole
default_environment: dev
environments:
  dev: {endpoint: emulator, vars: {a: 1}, exclude: [role.x]}
  prod: {project_id: P2abcdefgh, protected: true}
variables:
  a: {type: int, default: 2, description: A number}
locals: {b: 3}
safety: {max_deletes: 1, max_delete_percent: 2, plan_max_age: 24h}
backend: {type: local, path: state}
"""
PLACES = (
    b"dstate: 1",
    b"dev: {",
    b"a: {type",
    b"safety: {",
    b"backend: {",
)


def complaints(text: bytes) -> list[Problem]:
    """Let the settings themselves judge a text."""
    problems: list[Problem] = []
    interpret(parse(text, file="dstate.yaml"), root=Path("whole"), problems=problems)
    return problems


def valid(text: bytes) -> bool:
    """Let the schema judge a text."""
    return Draft202012Validator(settings_schema()).is_valid(parse(text, file="dstate.yaml").data)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(settings_schema())


def test_every_field_is_known_to_both() -> None:
    assert complaints(WHOLE) == []
    assert valid(WHOLE)


@pytest.mark.parametrize("place", PLACES)
def test_an_unknown_field_is_known_to_neither(place: bytes) -> None:
    added = (
        b"dstate: 1\nunknown: 1" if place == b"dstate: 1" else place.replace(b"{", b"{unknown: 1, ")
    )
    text = WHOLE.replace(place, added)
    assert complaints(text)
    assert not valid(text)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"dstate: 1", b"dstate: 2"),
        (b"max_deletes: 1", b"max_deletes: -1"),
        (b"plan_max_age: 24h", b"plan_max_age: soon"),
        (b"type: int", b"type: integer"),
        (b"type: local", b"type: s3"),
        (b"protected: true", b"protected: maybe"),
        (b"  prod:", b"  Prod:"),
    ],
)
def test_a_wrong_value_is_refused_by_both(right: bytes, wrong: bytes) -> None:
    text = WHOLE.replace(right, wrong)
    assert complaints(text)
    assert not valid(text)


@pytest.mark.parametrize(
    "name", sorted(path.parent.name for path in EXAMPLES.glob("*/dstate.yaml"))
)
def test_the_settings_of_every_example_are_valid(name: str) -> None:
    assert read_settings(EXAMPLES / name).environments
    assert valid((EXAMPLES / name / "dstate.yaml").read_bytes())
