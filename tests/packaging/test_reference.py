"""The reference in docs/ is what the program says of itself; `make docs` writes it anew."""

import ast
import contextlib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from descope_state.app.registry import catalog_of, installed
from descope_state.cli import commands
from descope_state.errors import DstateError
from descope_state.report import drift_json
from descope_state.report.codes import EXPRESSIONS, GENERAL, MEANINGS, RESOURCES, SETTINGS, YAML
from descope_state.report.explain import type_text
from descope_state.sdk.provider import Tier
from descope_state.sdk.schema import Field, Schema
from tests.support import provider_api
from tests.support.spoken import said

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
MADE = "<!-- Made by `make docs` from the program itself: change that, not this. -->"
CODE = re.compile(r'"(E\d{4})"')
CHAPTERS = {
    "Of commands": GENERAL,
    "Of YAML": YAML,
    "Of settings, variables and secrets": SETTINGS,
    "Of resources": RESOURCES,
    "Of expressions": EXPRESSIONS,
}


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERMINAL_WIDTH", "100")


def errors() -> Iterator[str]:
    yield "# Errors\n\nEvery error has a code; `dstate explain CODE` tells this in the terminal."
    for title, meanings in CHAPTERS.items():
        yield f"## {title}"
        for code, meaning in meanings.items():
            yield f"### {code}: {meaning.title}\n\n{meaning.why} {meaning.way}"


def help_of(name: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        came = said([*name.split(), "--help"], folder=ROOT)
    return (came.out + out.getvalue()).rstrip()


def all_commands() -> Iterator[str]:
    yield "# Commands\n\nWhat `dstate COMMAND --help` says of each."
    for command in commands.every():
        yield f"## dstate {command.name}\n\n```text\n{help_of(command.name)}\n```"


def kinds() -> Iterator[str]:
    yield "# Kinds\n\nWhat a stack may hold; `dstate explain KIND.FIELD` tells more of each field."
    for kind, described in sorted(catalog_of(installed()).items()):
        yield f"## {kind}\n\n{described.schema.description}"
        facts = list(_facts(described.schema))
        if facts:
            yield "\n".join(f"- {fact}" for fact in facts)
        rows = [_row(name, field) for name, field in described.schema.fields.items()]
        yield "\n".join(("| field | takes | what it is |", "|---|---|---|", *rows))


def _facts(schema: Schema) -> Iterator[str]:
    if schema.singleton:
        yield "There without having been made: it can be changed, and neither made nor deleted."
    elif schema.unique:
        names = " and ".join(f"`{name}`" for name in schema.identity_fields)
        yield f"Known by its {names}: that is its natural key."
    else:
        yield "Has no natural key: it is known by its id alone."
    if schema.batches:
        yield f"Several go out in one call: {', '.join(sorted(schema.batches))}."
    if schema.partial_list:
        yield "Its list lacks fields, so that each managed object is read by itself."
    if schema.requires > Tier.FREE:
        yield f"Needs the {Tier(schema.requires).name.lower()} plan; without it, a blocked row."


def _row(name: str, field: Field) -> str:
    marks = [
        word
        for word, holds in (
            ("made by the service", field.computed and not field.statable),
            ("cannot be changed in place", field.immutable),
            ("a secret", field.sensitive),
            ("not compared", field.volatile),
        )
        if holds
    ]
    told = " ".join((field.description, *(f"*{mark}.*" for mark in marks)))
    return f"| `{name}` | {_escaped(type_text(field.shape))} | {_escaped(told)} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


PAGES = {
    "errors.md": errors,
    "commands.md": all_commands,
    "kinds.md": kinds,
    "provider-api.md": provider_api.page,
}


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_what_the_program_says(name: str) -> None:
    text = "\n\n".join((MADE, *PAGES[name]())) + "\n"
    path = REFERENCE / name
    if os.environ.get("DSTATE_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert path.read_text() == text, "`make docs` writes it anew"


def test_every_module_and_every_name_that_a_provider_may_import_is_told() -> None:
    modules = {path.stem for path in provider_api.SDK.glob("*.py")} - {"__init__"}
    assert modules == {*provider_api.FOR_PROVIDERS, *provider_api.FOR_THE_ENGINE}
    assert provider_api.undocumented() == []


def test_what_a_provider_may_import_is_shown_as_python_reads_it() -> None:
    blocks = re.findall(r"```python\n(.*?)```", "\n\n".join(provider_api.page()), re.DOTALL)
    assert len(blocks) > 60
    for block in blocks:
        ast.parse(block)


def _sources() -> Iterator[Path]:
    for folder in ("descope_state", "providers"):
        yield from (ROOT / folder).rglob("*.py")


def test_every_code_has_a_meaning_and_every_meaning_a_code() -> None:
    used = {
        code
        for path in _sources()
        if path.name != "codes.py"
        for code in CODE.findall(path.read_text())
    }
    assert used == set(MEANINGS)


def test_every_class_of_error_has_a_code_that_is_explained() -> None:
    def below(kind: type[DstateError]) -> Iterator[type[DstateError]]:
        yield kind
        for inner in kind.__subclasses__():
            yield from below(inner)

    assert {kind.code for kind in below(DstateError)} <= set(MEANINGS)


@pytest.mark.parametrize("code", ["E1106", "e1106"])
def test_a_code_is_explained_in_the_terminal(code: str) -> None:
    came = said(["explain", code], folder=ROOT)
    assert came.status == 0
    assert came.out.startswith("E1106: a key stands twice\n")


def test_a_code_that_no_error_has_is_answered_with_the_nearest() -> None:
    came = said(["explain", "E1199"], folder=ROOT)
    assert came.status == 64
    assert "did you mean `E1" in came.err


def test_the_document_of_drift_is_described_field_by_field() -> None:
    text = (REFERENCE / "drift-json.md").read_text()
    source = Path(drift_json.__file__).read_text()
    fields = re.findall(r'^ +"([a-z_]+)":', source, re.MULTILINE)
    assert len(fields) > 40
    assert [name for name in fields if f"`{name}`" not in text] == []
