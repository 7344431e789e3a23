"""Every page of documentation: its commands work as they stand, and its links lead somewhere."""

import os
import sys
from pathlib import Path

import pytest

from tests.support.pages import Typed, broken_links, tried, typed

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/**/README.md")
    for path in ROOT.glob(pattern)
    if "reference" not in path.parts
)
# What these pages type is a test of its own: it needs a package to be installed first.
ELSEWHERE = {"examples/provider_template/README.md"}


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture
def place(repository: Path, page: Path, tmp_path: Path) -> Path:
    """Give where a page is read: the lessons begin in an empty folder, all else in a clone."""
    return tmp_path if "tutorial" in page.parts else repository


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken_links(page) == []


@pytest.mark.parametrize(
    "page", [page for page in PAGES if _named(page) not in ELSEWHERE], ids=_named
)
def test_what_a_page_types_works_and_shows_what_it_says(page: Path, place: Path) -> None:
    environ = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(place),
        "COLUMNS": "100",
        "DSTATE_DATA_DIR": str(place / "data"),
    }
    for one in typed(page.read_text(encoding="utf-8")):
        if one.command.startswith("cd "):
            place = place / one.command.removeprefix("cd ")
            continue
        assert tried(one, place, environ=environ) == ""


def test_a_page_that_is_wrong_is_noticed(tmp_path: Path) -> None:
    page = "```console\n$ echo one two\none … two\n$ false\n(exit 1)\n$ echo a\nb\n```\n"
    first, second, third = typed(page)
    assert first == Typed(command="echo one two", shows=["one … two"])
    environ = {"PATH": os.environ["PATH"]}
    assert tried(first, tmp_path, environ=environ) == ""
    assert tried(second, tmp_path, environ=environ) == ""
    assert "does not show `b`" in tried(third, tmp_path, environ=environ)
    second.status = 0
    assert "ended with 1, not 0" in tried(second, tmp_path, environ=environ)


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# A heading, here\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](other.md#a-heading-here) [b](gone.md) [c](other.md#not) [d](#here)\n# Here"
    )
    assert broken_links(page) == ["gone.md", "other.md#not"]
