"""What each command prints where, in words and as JSON, and what it leaves on disk."""

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from descope_state.app.surroundings import Surroundings
from descope_state.cli import commands
from descope_state.cli.catalogue.command import Command
from descope_state.cli.main import run
from descope_state.cli.terminal import Terminal
from tests.support.provider import FakeProvider, FakeWorld

SETTINGS = "dstate: 1\nname: demo\nenvironments: {dev: {endpoint: memory}}\n"
RESOURCES = """\
resources:
  label:
    one: {name: One}
    two: {name: Two, description: "${label.one.id}"}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one command line said."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each line of the answer, as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """Make a stack of two labels, one of which needs the other."""
    (tmp_path / "dstate.yaml").write_text(SETTINGS)
    (tmp_path / "labels.yaml").write_text(RESOURCES)
    return tmp_path


def said(arguments: str, folder: Path) -> Said:
    """Run one command line in process."""
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(
        surroundings=Surroundings(
            environ={},
            folder=folder,
            now=lambda: "2026-01-01T00:00:00Z",
            providers=lambda: {"fake": FakeProvider(FakeWorld())},
            version="1",
            lineage=lambda: "L",
            key=lambda: bytes(32),
        ),
        out=out,
        err=err,
        width=100,
        colour=False,
    )
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(arguments.split(), terminal)
    return Said(status=int(status), out=out.getvalue(), err=err.getvalue())


@pytest.mark.parametrize("command", commands.every(), ids=lambda command: command.name)
def test_every_command_has_help_with_examples_and_its_exit_codes(
    tmp_path: Path, command: Command
) -> None:
    made = said(f"{command.name} --help", tmp_path)
    assert made.status == 0
    for example in command.examples:
        assert f"$ {example}" in made.out
    assert "Exit codes:" in made.out
    assert command.name.split()[0] in said("--help", tmp_path).out


# -- plan and show --------------------------------------------------------------------------------


def test_a_plan_is_an_answer_and_all_else_is_talk(stack: Path) -> None:
    made = said("plan", stack)
    assert "Plan: 2 to add, 0 to change, 0 to destroy." in made.out
    assert "dev → project Pfake" in made.err
    assert "project" not in made.out.splitlines()[0]


def test_a_plan_as_json_is_one_event_a_line_and_nothing_else(stack: Path) -> None:
    made = said("plan -json", stack)
    assert made.status == 0
    assert made.lines[0]["type"] == "version"
    assert {"planned_change", "change_summary"} <= {event["type"] for event in made.lines}
    assert made.err == ""


def test_json_events_may_go_to_a_file_beside_the_words(stack: Path) -> None:
    made = said("plan -json-into=events.jsonl", stack)
    events = (stack / "events.jsonl").read_text().splitlines()
    assert json.loads(events[0])["type"] == "version"
    assert "Plan: 2 to add" in made.out
    assert (stack / "events.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_mistake_is_told_as_json_where_json_was_asked_for(stack: Path) -> None:
    (stack / "labels.yaml").write_text("resources: {label: {one: {nam: x}}}\n")
    made = said("plan -json", stack)
    assert made.status == 1
    found = [event for event in made.lines if event["type"] == "diagnostic"]
    assert {event["@level"] for event in found} == {"error"}
    assert len(found) == 2


def test_a_saved_plan_is_shown_as_it_was(stack: Path) -> None:
    made = said("plan -out=p.json", stack)
    assert "Saved to p.json" in made.err
    shown = said("show p.json", stack)
    assert (shown.status, shown.out) == (0, made.out)
    assert json.loads(said("show -json p.json", stack).out)["format_version"]
    (stack / "dstate.yaml").write_text(SETTINGS.replace("demo", "other"))
    again = said("show p.json", stack)
    assert again.out == made.out
    assert "The seal of this plan was not verified: it is of stack `demo`" in again.err


def test_nothing_but_the_state_is_left_behind(stack: Path) -> None:
    said("plan", stack)
    made = {str(path.relative_to(stack)) for path in stack.rglob("*") if path.is_file()}
    assert made == {"dstate.yaml", "labels.yaml", "state/dev/key", "state/dev/state.json"}


# -- reading --------------------------------------------------------------------------------------


def test_a_stack_that_is_valid_is_said_to_be(stack: Path) -> None:
    assert said("validate", stack).out == "`demo` for `dev` is valid: 2 resources.\n"
    assert json.loads(said("validate -json", stack).out) == {
        "format_version": "1.0",
        "valid": True,
        "error_count": 0,
        "warning_count": 0,
        "diagnostics": [],
    }
    assert not (stack / "state").exists()


def test_what_is_wrong_is_told_with_its_place_as_json(stack: Path) -> None:
    (stack / "labels.yaml").write_text("resources: {label: {one: {name: 5}}}\n")
    made = said("validate -json", stack)
    answer = json.loads(made.out)
    assert (made.status, answer["valid"], answer["error_count"]) == (1, False, 1)
    (told,) = answer["diagnostics"]
    assert told["summary"] == "label.one: `name` must be text"
    assert told["range"]["filename"] == "labels.yaml"
    assert told["range"]["start"]["line"] == 1
    assert "name: 5" in told["snippet"]["code"]


def test_what_uses_a_resource_is_told(stack: Path) -> None:
    made = said("impact label.one", stack)
    assert made.status == 0
    assert "label.two" in made.out


def test_why_tells_where_a_value_was_written(stack: Path) -> None:
    made = said("why label.two", stack)
    assert made.status == 0
    assert "labels.yaml:4" in made.out
    assert "${label.one.id}" in made.out


@pytest.mark.parametrize(("language", "said_by"), [("dot", "digraph"), ("mermaid", "flowchart")])
def test_a_graph_is_drawn_in_the_language_asked_for(
    stack: Path, language: str, said_by: str
) -> None:
    made = said(f"graph --format {language}", stack)
    assert made.out.startswith(said_by)
    assert made.out.count("label.two") >= 1


def test_a_graph_as_json_is_one_document(stack: Path) -> None:
    assert "label.one" in json.dumps(json.loads(said("graph --format=json", stack).out))


# -- describing -----------------------------------------------------------------------------------


def test_kinds_a_kind_and_a_field_are_explained(stack: Path) -> None:
    assert "credential" in said("explain", stack).out
    assert "password" in said("explain credential", stack).out
    assert "floor" in said("explain record.place", stack).out
    assert "least" in said("explain settings.retries", stack).out


def test_the_schema_is_printed_or_written_for_all_to_read(stack: Path) -> None:
    printed = said("schema", stack)
    assert json.loads(printed.out)["$schema"]
    written = said("schema -out=s.json", stack)
    assert (stack / "s.json").read_text() == printed.out
    assert (stack / "s.json").stat().st_mode & 0o777 == 0o644
    assert "yaml-language-server: $schema=s.json" in written.err
    assert written.out == ""


def test_versions_are_told_in_words_and_as_json(stack: Path) -> None:
    assert "dstate 1\n" in said("version", stack).out
    assert json.loads(said("version --json", stack).out)["dstate"] == "1"


UNTIDY = "resources:\n    label:\n        one:   {name: One}   # kept\n"


def test_a_stack_is_laid_out_only_when_it_is_asked_to_be(stack: Path) -> None:
    path = stack / "labels.yaml"
    path.write_text(UNTIDY)
    path.chmod(0o640)
    checked = said("fmt --check", stack)
    assert (checked.status, checked.out) == (2, "labels.yaml\n")
    compared = said("fmt --diff", stack)
    assert compared.status == 0
    assert "-        one:   {name: One}   # kept\n" in compared.out
    assert path.read_text() == UNTIDY
    assert said("fmt", stack).out == "labels.yaml\n"
    assert path.read_text() != UNTIDY
    assert "# kept" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o640
    again = said("fmt --check", stack)
    assert (again.status, again.out) == (0, "")
    assert "Every file is laid out already." in again.err


def test_no_file_is_laid_out_while_another_cannot_be_read(stack: Path) -> None:
    (stack / "labels.yaml").write_text(UNTIDY)
    (stack / "wrong.yaml").write_text("a: [\n")
    made = said("fmt", stack)
    assert made.status == 1
    assert "wrong.yaml" in made.err
    assert (stack / "labels.yaml").read_text() == UNTIDY
