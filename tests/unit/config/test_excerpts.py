"""Problems are shown with the line they point at, as the file stands now."""

from pathlib import Path

import pytest

from descope_state.config.excerpts import excerpted
from descope_state.config.source import Source
from descope_state.errors import Origin, Problem

TEXT = 'one: 1\n  name: "${vars.seets}"\nlast: ${vars.x}\nblock: |\n  ${vars.y}\n'


def problem(line: int, column: int, *, inner: int = 0, file: str = "a.yaml") -> Problem:
    origin = Origin(file=file, line=line, column=column)
    return Problem(code="E1", message="m", origin=origin, inner=inner)


def shown(root: Path, one: Problem) -> Problem:
    (found,) = excerpted(root, [one])
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a stack of one file."""
    (tmp_path / "a.yaml").write_text(TEXT)
    return tmp_path


def test_a_problem_gets_the_line_it_points_at(root: Path) -> None:
    found = shown(root, problem(1, 6))
    assert found.origin == Origin(file="a.yaml", line=1, column=6)
    assert "one: 1" in found.excerpt
    assert found.excerpt.splitlines()[-1].rstrip().endswith("^")


@pytest.mark.parametrize(("line", "column", "quote"), [(2, 9, 1), (3, 7, 0)])
def test_a_place_inside_an_expression_is_counted_from_its_text_behind_the_quote(
    root: Path, line: int, column: int, quote: int
) -> None:
    found = shown(root, problem(line, column, inner=3))
    assert found.origin == Origin(file="a.yaml", line=line, column=column + 2 + quote)


def test_a_place_inside_a_block_of_text_is_the_block(root: Path) -> None:
    found = shown(root, problem(4, 8, inner=5))
    assert found.origin == Origin(file="a.yaml", line=4, column=8)


def test_a_place_behind_the_end_of_the_line_is_where_the_text_begins(root: Path) -> None:
    found = shown(root, problem(3, 7, inner=500))
    assert found.origin == Origin(file="a.yaml", line=3, column=7)


def test_a_problem_without_a_place_stays_as_it_is(root: Path) -> None:
    one = Problem(code="E1", message="m")
    assert shown(root, one) is one


def test_a_problem_that_has_its_line_keeps_it(root: Path) -> None:
    one = Problem(code="E1", message="m", origin=Origin(file="a.yaml", line=1), excerpt="as it was")
    assert shown(root, one).excerpt == "as it was"


def test_a_place_is_told_in_bytes_too(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("ä: ü\nb: 1\n", encoding="utf-8")
    assert shown(tmp_path, problem(2, 4)).byte == len("ä: ü\nb: ".encode())


@pytest.mark.parametrize("file", ["gone.yaml", "../outside.yaml", "link.yaml", "broken.yaml"])
def test_a_problem_stands_without_its_line_where_the_file_cannot_be_read_any_more(
    root: Path, file: str
) -> None:
    (root.parent / "outside.yaml").write_text("secret: here\n")
    (root / "link.yaml").symlink_to(root.parent / "outside.yaml")
    (root / "broken.yaml").write_bytes(b"\xff\xfe")
    one = problem(1, 1, file=file)
    assert shown(root, one) is one


def test_a_line_that_the_file_no_longer_has_does_no_harm(root: Path) -> None:
    assert shown(root, problem(99, 7)).message == "m"
    assert shown(root, problem(3, 999)).message == "m"


def test_a_place_is_counted_in_bytes_as_well(root: Path) -> None:
    assert shown(root, problem(3, 7)).byte == TEXT.index("${vars.x}")
    (root / "b.yaml").write_text("ä: ö\nname: ü ${vars.x}\n", encoding="utf-8")
    text = (root / "b.yaml").read_bytes()
    found = shown(root, problem(2, 9, file="b.yaml"))
    assert text[found.byte :].startswith(b"${vars.x}")


def test_what_the_loader_says_itself_has_its_place_in_bytes() -> None:
    source = Source("ä: 1\nb: [\n", file="a.yaml")
    assert source.problem("E1", source.text.index("["), message="m").byte == 9
    assert Source("a: [\n", file="a.yaml").problem("E1", 3, message="m").byte == 3
