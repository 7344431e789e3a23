"""Complaints as a person reads them."""

from dataclasses import replace

from descope_state.errors import Origin, Problem
from descope_state.report.problems import problems_text
from descope_state.report.spans import plain
from tests.unit.report import golden_file

UNKNOWN_FIELD = Problem(
    code="E1101",
    message="`nmae` is not a field of tenant",
    origin=Origin(file="resources/tenants.yaml", line=12, column=7),
    hint="Did you mean `name`?",
    excerpt="      nmae: Acme",
)
LONG_LINE = Problem(
    code="E1200",
    message="`permission.read` is not in the stack, and so the permissions of role.analyst "
    "cannot be worked out",
    origin=Origin(file="resources/roles.yaml", line=3, column=120),
    hint="Did you mean `permission.read_reports`?",
    excerpt=f"  permissions: [{'x, ' * 35}${{permission.read.name}}, {'y, ' * 20}]",
)
NOWHERE = Problem(code="E1300", message="two environments share one project\n  dev\n  prod")
WARNING = Problem(
    code="W2000",
    message="`enabled` is an old name",
    origin=Origin(file="resources/roles.yaml", line=9),
    warning=True,
)


def test_problems_read_as_in_the_golden_file() -> None:
    text = plain(problems_text([WARNING, LONG_LINE, UNKNOWN_FIELD, NOWHERE], width=80))
    golden_file.check("problems-80.txt", text)


def test_the_caret_stands_under_the_place_that_is_meant() -> None:
    lines = plain(problems_text([UNKNOWN_FIELD], width=80)).splitlines()
    source = next(text for text in lines if "nmae: Acme" in text)
    caret = lines[lines.index(source) + 1]
    assert caret.index("^") == source.index("nmae")


def test_a_caret_of_the_excerpt_itself_is_kept() -> None:
    problem = replace(UNKNOWN_FIELD, excerpt="…\x1bs: {nmae: Acme}\n     ^")
    lines = plain(problems_text([problem], width=80)).splitlines()
    caret = next(text for text in lines if text.endswith("^"))
    assert lines[lines.index(caret) - 1][caret.index("^") :] == "{nmae: Acme}"
    assert sum("^" in text for text in lines) == 1


def test_an_excerpt_of_several_lines_is_shown_as_it_is() -> None:
    problem = replace(UNKNOWN_FIELD, excerpt=f"one: 1\ntwo: {'x' * 90}\n")
    lines = plain(problems_text([problem], width=80)).splitlines()
    assert lines[2:4] == ["    one: 1", f"    two: {'x' * 70}…"]


def test_the_caret_stays_on_a_long_line() -> None:
    lines = plain(problems_text([LONG_LINE], width=80)).splitlines()
    caret = next(text for text in lines if text.endswith("^"))
    source = lines[lines.index(caret) - 1]
    assert source[caret.index("^") :].startswith(LONG_LINE.excerpt[119:125])


def test_an_excerpt_with_hostile_characters_keeps_its_caret() -> None:
    problem = Problem(
        code="E1",
        message="bad",
        origin=Origin(file="a.yaml", line=1, column=4),
        excerpt="a\x1b\u202eb: 1",
    )
    lines = plain(problems_text([problem], width=80)).splitlines()
    caret = next(text for text in lines if text.endswith("^"))
    assert lines[lines.index(caret) - 1][caret.index("^") :] == "b: 1"


def test_the_total_counts_problems_and_files() -> None:
    text = plain(problems_text([UNKNOWN_FIELD, LONG_LINE, NOWHERE], width=80))
    assert text.endswith("3 problems in 2 files.\n")


def test_warnings_alone_are_counted_as_warnings() -> None:
    text = plain(problems_text([WARNING, WARNING], width=80))
    assert text.endswith("2 warnings in 1 file.\n")


def test_one_problem_is_not_counted() -> None:
    text = plain(problems_text([UNKNOWN_FIELD], width=80))
    assert "problem" not in text
    assert not text.endswith("\n\n")


def test_compact_warnings_take_one_line() -> None:
    text = plain(problems_text([WARNING], width=80, compact_warnings=True))
    assert text.splitlines()[0] == ("Warning: `enabled` is an old name (resources/roles.yaml:9:1)")


def test_no_problems_are_no_lines() -> None:
    assert problems_text([], width=80) == ()
