"""Where the stack, its state and its `.env` are found."""

import subprocess
from pathlib import Path

import pytest

from descope_state.config.dotenv import environment
from descope_state.config.location import find_stack, state_folder
from descope_state.errors import Invalid, UnsafeFile, UsageError


def stack(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dstate.yaml").write_text("dstate: 1\nenvironments: {dev: {}}\n")
    return folder


def project(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text(f"[tool.dstate]\n{text}\n")


def test_the_named_folder_wins_over_the_current_one(tmp_path: Path) -> None:
    stack(tmp_path)
    named = stack(tmp_path / "named")
    assert find_stack(tmp_path, chdir=Path("named")) == named
    assert find_stack(tmp_path) == tmp_path


def test_the_nearest_pyproject_above_names_the_stack(tmp_path: Path) -> None:
    found = stack(tmp_path / "stacks" / "acme")
    project(tmp_path, 'stack = "stacks/acme"')
    below = tmp_path / "src" / "deep"
    below.mkdir(parents=True)
    assert find_stack(below) == found.resolve()


def test_without_a_stack_those_below_are_named(tmp_path: Path) -> None:
    stack(tmp_path / "a")
    stack(tmp_path / "b" / "c")
    stack(tmp_path / ".hidden" / "d")
    with pytest.raises(UsageError) as caught:
        find_stack(tmp_path)
    assert caught.value.hint == "name one with -C: `a`, `b/c`"


def test_a_misspelled_folder_is_met_with_the_right_one(tmp_path: Path) -> None:
    stack(tmp_path / "acme")
    with pytest.raises(UsageError, match="does not exist") as caught:
        find_stack(tmp_path, chdir=Path("acmee"))
    assert caught.value.hint == "did you mean `acme`?"


@pytest.mark.parametrize("text", ["stack = 5", "stack = ", 'stack = "nowhere/x"'])
def test_a_broken_pyproject_is_wrong_usage(tmp_path: Path, text: str) -> None:
    project(tmp_path, text)
    with pytest.raises(UsageError, match=r"pyproject\.toml"):
        find_stack(tmp_path)


def test_state_lies_where_the_backend_or_the_project_says_or_beside_the_stack(
    tmp_path: Path,
) -> None:
    root = stack(tmp_path / "acme").resolve()

    def folder(path: str = "") -> Path:
        return state_folder(root, stack="auth", path=path, environment="dev")

    assert folder() == root / "state" / "dev"
    assert folder("kept") == root / "kept" / "dev"
    project(tmp_path, 'state = "state"')
    expected = tmp_path.resolve() / "state" / "auth" / "dev"
    assert folder() == expected


def test_the_environment_is_stronger_than_its_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        '# keys\nexport A=one\nB = \'two words\'\nC="a\\nb\\"c"  # note\nD=\nE=x#y\n\nA2=$A\n'
    )
    assert environment(tmp_path, {"A": "real", "Z": "z"}) == {
        "A": "real",
        "B": "two words",
        "C": 'a\nb"c',
        "D": "",
        "E": "x#y",
        "A2": "$A",
        "Z": "z",
    }


def test_without_the_file_the_environment_is_what_it_is(tmp_path: Path) -> None:
    assert environment(tmp_path, {"A": "1"}) == {"A": "1"}


def test_a_broken_line_is_named_but_not_shown(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nhidden value\n")
    with pytest.raises(Invalid) as caught:
        environment(tmp_path, {})
    (problem,) = caught.value.problems
    assert str(problem.origin) == ".env:2:1"
    assert "hidden" not in f"{problem.message}{problem.hint}{problem.excerpt}"


def test_a_file_that_git_tracks_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)  # noqa: S607  # git of the host
    assert environment(tmp_path, {}) == {"A": "1"}
    subprocess.run(["git", "add", ".env"], cwd=tmp_path, check=True)  # noqa: S607  # the same
    with pytest.raises(UnsafeFile, match="tracked by git"):
        environment(tmp_path, {})
