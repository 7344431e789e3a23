"""Who stands behind a command: what git's files and the variables of a CI say."""

from pathlib import Path

import pytest

from descope_state.config.identity import ci_run, git_email, identified

CONFIG = "[core]\n\tbare = false\n[user]\n\tname = Ana # me\n\temail = ana@example.com ; work\n"


def repository(folder: Path, text: str = CONFIG) -> Path:
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text(text)
    inner = folder / "stacks" / "acme"
    inner.mkdir(parents=True)
    return inner


@pytest.mark.parametrize(
    ("text", "email"),
    [
        (CONFIG, "ana@example.com"),
        ('[USER]\nEmail="ana;x@example.com"\n', "ana;x@example.com"),
        ('[user "sub"]\nemail = no@example.com\n', ""),
        ("[core]\nemail = no@example.com\n", ""),
        ("\0\x80 not a config", ""),
    ],
)
def test_the_address_is_read_from_the_repository(tmp_path: Path, text: str, email: str) -> None:
    assert git_email({}, repository(tmp_path, text)) == email


def test_the_address_of_the_user_stands_in_for_that_of_the_repository(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(CONFIG)
    inner = repository(tmp_path, "[core]\n")
    assert git_email({"HOME": str(home)}, inner) == "ana@example.com"
    assert git_email({"GIT_AUTHOR_EMAIL": "bo@example.com"}, inner) == "bo@example.com"


def test_a_worktree_asks_the_repository_that_it_belongs_to(tmp_path: Path) -> None:
    (tmp_path / "main").mkdir()
    repository(tmp_path / "main")
    own = tmp_path / "main" / ".git" / "worktrees" / "one"
    own.mkdir(parents=True)
    (own / "commondir").write_text("../..\n")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {own}\n")
    assert git_email({}, tree) == "ana@example.com"


def test_a_ci_is_named_with_who_asked_it_and_which_run_it_is() -> None:
    environ = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "ana", "GITHUB_RUN_ID": "7"}
    assert ci_run(environ) == "github/ana/7"
    assert ci_run({"CI": "1"}) == "ci"
    assert ci_run({"CI": "false"}) == ""
    assert identified({}, Path("/nowhere")) == {}
