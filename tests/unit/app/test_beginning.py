"""Beginning a stack: what is written plans at once, and what was there stays."""

from pathlib import Path

import pytest

from descope_state.app.beginning import name_of
from tests.support.spoken import said


def test_what_init_writes_plans_at_once_and_ends_in_nothing_to_do(tmp_path: Path) -> None:
    assert said(["init", "auth", "--env", "dev", "--env", "prod"], folder=tmp_path).status == 0
    stack = tmp_path / "auth"
    assert said(["validate"], folder=stack).status == 0
    assert said(["fmt", "--check"], folder=stack).status == 0
    assert "Plan: 2 to add" in said(["plan"], folder=stack).out
    assert said(["apply", "-auto-approve"], folder=stack).status == 0
    assert said(["plan", "-detailed-exitcode"], folder=stack).status == 0
    assert said(["doctor"], folder=stack).status == 0


def test_production_is_protected_from_the_start(tmp_path: Path) -> None:
    said(["init", "--name", "x", "--env", "prod", "--env", "dev"], folder=tmp_path)
    came = said(["doctor", "--env", "prod"], folder=tmp_path)
    assert "for `prod`, protected" in came.out
    assert came.status == 7


def test_the_readme_says_how_an_environment_is_tried_without_an_account(tmp_path: Path) -> None:
    said(["init", "auth", "--env", "prod", "--env", "dev"], folder=tmp_path)
    readme = (tmp_path / "auth" / "README.md").read_text()
    assert "To try `dev` without any: `dev: {endpoint: emulator}`" in readme
    settings = tmp_path / "auth" / "dstate.yaml"
    settings.write_text(settings.read_text().replace("dev: {}", "dev: {endpoint: emulator}"))
    assert "2 to add" in said(["plan", "--env", "dev"], folder=tmp_path / "auth").out


def test_a_stack_is_not_begun_twice(tmp_path: Path) -> None:
    said(["init", "--yes"], folder=tmp_path)
    before = (tmp_path / "dstate.yaml").read_bytes()
    came = said(["init", "--yes"], folder=tmp_path)
    assert (came.status, "is a stack already" in came.err) == (64, True)
    assert (tmp_path / "dstate.yaml").read_bytes() == before


def test_files_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")
    came = said(["init", "--yes"], folder=tmp_path)
    assert ".gitignore was there" in came.out
    assert "lets `/state/`, `.env` into git" in came.err
    assert (tmp_path / ".gitignore").read_text() == "mine\n"


@pytest.mark.parametrize("text", ["state\n.env\n", "*.pyc\n/state/\n/.env\n"])
def test_a_gitignore_that_keeps_out_what_it_should_is_no_reason_to_warn(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / ".gitignore").write_text(text)
    came = said(["init", "--yes"], folder=tmp_path)
    assert (came.status, came.err) == (0, "")
    assert said(["init", "new", "--yes"], folder=tmp_path).err == ""


@pytest.mark.parametrize("words", [["--name", "Not Good"], ["--env", "Prod!"], ["--name", "../x"]])
def test_names_that_cannot_be_are_refused_before_anything_is_written(
    tmp_path: Path, words: list[str]
) -> None:
    came = said(["init", "--yes", *words], folder=tmp_path)
    assert came.status == 64
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("folder", "name"), [("Our Auth", "our-auth"), ("x", "x"), ("__", "stack"), ("Ü", "stack")]
)
def test_a_stack_is_called_like_its_folder(tmp_path: Path, folder: str, name: str) -> None:
    assert name_of(tmp_path / folder) == name


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    stack, elsewhere = tmp_path / "stack", tmp_path / "elsewhere"
    stack.mkdir()
    elsewhere.mkdir()
    (stack / "resources").symlink_to(elsewhere)
    came = said(["init", "--yes"], folder=stack)
    assert (came.status, "is not a folder" in came.err) == (1, True)
    assert list(elsewhere.iterdir()) == []
    assert not (stack / "dstate.yaml").exists()


@pytest.mark.parametrize("command", ["init", "demo"])
@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_is_no_place_for_a_stack(tmp_path: Path, command: str, name: str) -> None:
    (tmp_path / "file").write_text("mine")
    came = said([command, name], folder=tmp_path)
    assert came.status in (1, 64)
    assert "a mistake in dstate" not in came.err
    assert (tmp_path / "file").read_text() == "mine"


def test_the_folder_of_a_demonstration_is_below_the_one_that_is_named(tmp_path: Path) -> None:
    came = said(["demo", "shown", "-C", "below"], folder=tmp_path)
    assert (came.status, "`cd below/shown`" in came.out) == (0, True)
    assert (tmp_path / "below" / "shown" / "state" / "local" / "state.json").exists()
