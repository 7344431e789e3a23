"""Terraform's spellings mean here what they mean there, and no argument is ever lost."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from hypothesis import assume, given
from hypothesis import strategies as st

from descope_state.cli import arguments
from descope_state.cli.arguments import first_word, normalized
from descope_state.cli.main import application
from descope_state.errors import UsageError

COMMAND = typer.main.get_command(application())


def _below(command: object) -> Iterator[Any]:
    """Give a command and all that are below it."""
    yield command
    for inner in vars(command).get("commands", {}).values():
        yield from _below(inner)


OPTIONS = [
    parameter
    for command in _below(COMMAND)
    for parameter in command.params
    if parameter.param_type_name == "option"
]
WITH_VALUE = sorted({name for one in OPTIONS if not one.is_flag for name in one.opts})


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("plan -out plan.json", "plan --out plan.json"),
        ("plan -out=plan.json", "plan --out=plan.json"),
        ("plan --out=plan.json", "plan --out=plan.json"),
        ("plan -refresh=false", "plan --no-refresh"),
        ("plan -refresh=False", "plan --no-refresh"),
        ("plan -refresh=0", "plan --no-refresh"),
        ("plan --refresh=false", "plan --no-refresh"),
        ("plan -refresh=true", "plan --refresh"),
        ("plan -refresh=1", "plan --refresh"),
        ("plan -refresh=maybe", "plan --refresh=maybe"),
        ("plan -destroy", "plan --destroy"),
        ("plan -refresh-only", "plan --refresh-only"),
        ("plan -target role.a -target=role.b", "plan --target role.a --target=role.b"),
        ("plan -replace=role.a", "plan --replace=role.a"),
        ("plan -var seats=5 -var-file=a.yaml", "plan --var seats=5 --var-file=a.yaml"),
        ("plan -var=seats=5", "plan --var=seats=5"),
        ("plan -parallelism=3", "plan --parallelism=3"),
        ("plan -detailed-exitcode", "plan --detailed-exitcode"),
        ("plan -compact-warnings", "plan --compact-warnings"),
        ("show -json plan.json", "show --json plan.json"),
        ("-chdir=stack plan", "--chdir stack plan"),
        ("plan -chdir=stack", "--chdir stack plan"),
        ("plan -C stack", "--chdir stack plan"),
        ("plan -no-color", "--no-color plan"),
        ("plan --no-color -C stack", "--no-color --chdir stack plan"),
        ("-h", "-h"),
        ("plan -h", "plan -h"),
        ("-help", "--help"),
        ("-version", "--version"),
    ],
)
def test_every_spelling_of_terraforms_is_understood(typed: str, understood: str) -> None:
    assert normalized(typed.split()) == understood.split()


@pytest.mark.parametrize("option", WITH_VALUE)
def test_what_follows_an_option_with_a_value_is_its_value_whatever_it_looks_like(
    option: str,
) -> None:
    for value in ("-out", "-no-color", "--no-color", "-refresh=false", "--", "-C", "-x"):
        made = normalized(["plan", option, value, "last"])
        place = made.index({"-C": "--chdir"}.get(option, option))
        assert made[place + 1] == value
        assert sorted(made) == sorted(["plan", made[place], value, "last"])


def test_a_value_behind_an_equals_sign_is_left_as_it_is() -> None:
    assert normalized(["plan", "-var=a=-refresh=false"]) == ["plan", "--var=a=-refresh=false"]
    assert normalized(["plan", "-chdir=-no-color"]) == ["--chdir", "-no-color", "plan"]
    assert normalized(["plan", "-var=text=a\nb"]) == ["plan", "--var=text=a\nb"]


def test_what_follows_two_dashes_is_left_as_it_is() -> None:
    typed = ["show", "--", "-out", "-no-color", "-C", "x", "--", "-refresh=false"]
    assert normalized(typed) == typed


def test_a_value_that_is_missing_is_not_made_up() -> None:
    assert normalized([]) == []
    assert normalized(["plan", "-out"]) == ["plan", "--out"]
    for option in ("-C", "-chdir"):
        with pytest.raises(UsageError, match="needs a value") as caught:
            normalized(["plan", option])
        assert caught.value.hint


@pytest.mark.parametrize("typed", ["-5", "-", "-Out", "-o", "-out.json", "-ä", "- out"])
def test_what_is_no_long_option_is_left_as_it_is(typed: str) -> None:
    assert normalized(["plan", typed]) == ["plan", typed]


def test_the_globals_are_known_by_the_parser() -> None:
    known = {name for one in OPTIONS for name in (*one.opts, *one.secondary_opts)}
    assert set(arguments._GLOBAL_WITH_VALUE) <= known
    assert known >= arguments._GLOBAL_FLAGS
    assert known >= arguments._WITH_VALUE


WORDS = st.sampled_from(
    [
        *("plan", "show", "role.a", "a=b", "", "-", "--", "-x", "-5"),
        *("-out", "--out", "-out=p", "--out=", "-var", "-var=a=b"),
        *("-C", "-C=d", "--chdir", "-chdir=d", "--chdir=", "-no-color", "--no-color"),
        *("-refresh=false", "--refresh=true", "-refresh", "--no-refresh", "-refresh=x"),
    ]
)
TYPED = st.lists(WORDS | st.text(max_size=5), max_size=8)


def understood_if_complete(typed: list[str]) -> list[str]:
    """Understand a command line, unless it ends before the value of a global option."""
    try:
        return normalized(typed)
    except UsageError:
        assume(condition=False)
        raise


@given(TYPED)
def test_what_was_understood_once_is_understood_the_same_again(typed: list[str]) -> None:
    once = understood_if_complete(typed)
    assert normalized(once) == once


@given(TYPED)
def test_no_argument_is_lost_and_none_is_made_up(typed: list[str]) -> None:
    made = understood_if_complete(typed)
    assert sum(map(_parts, made)) == sum(map(_parts, typed))
    assert not Counter(one for one in typed if not one.startswith("-")) - Counter(made)


def _parts(text: str) -> int:
    """Count an argument, and the value that stands in the same one and may be parted from it."""
    name, equals, _ = text.partition("=")
    return 2 if equals and name in ("-C", "-chdir", "--chdir") else 1


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        (["plan", "-out", "apply"], "plan"),
        (["-C", "plan", "apply"], "apply"),
        (["apply", "--chdir=plan", "-no-color"], "apply"),
        (["--log", "show"], None),
        (["--help"], "--help"),
        ([], None),
    ],
)
def test_the_first_word_is_what_follows_the_global_options(
    typed: list[str], word: str | None
) -> None:
    assert first_word(normalized(typed)) == word
