"""Drift in every form: nothing hostile acts, nothing is wider than the page, nothing is lost."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from descope_state.errors import Exit, Unreachable
from descope_state.model.address import Address
from descope_state.model.change import FieldChange
from descope_state.model.finding import (
    Blame,
    Confidence,
    Facet,
    Finding,
    Ignored,
    Judgement,
    Rule,
    Sighting,
    Sort,
    Wish,
)
from descope_state.model.plan import Violation
from descope_state.model.value import Unknown, Value
from descope_state.report.drift import environment_text
from descope_state.report.drift_json import drift_document
from descope_state.report.drift_matrix import matrix_text
from descope_state.report.json_text import one_line
from descope_state.report.junit import drift_junit
from descope_state.report.markdown import LONGEST, code, drift_markdown, plan_markdown
from descope_state.report.spans import columns, plain
from tests.unit.report import harm

NOW = "2026-01-01T00:00:00Z"
HOSTILE = (*harm.NAMES, "]]></failure><x/>", "``|</details>@everyone ```\n```", "a|b`", "<!-- ", "")


def facet(name: str = "description", *, live: Value = "Theirs", wish: Wish = Wish.OTHER) -> Facet:
    change = FieldChange(name=name, before="Ours", after=live)
    return Facet(change=change, wish=wish, wanted="Wanted")


def finding(name: str, sort: Sort = Sort.CHANGED, *, live: Value = "Theirs") -> Finding:
    address = None if sort is Sort.UNMANAGED else Address("label", "one", name)
    facets = (facet(name or "x", live=live),) if sort in (Sort.CHANGED, Sort.CONVERGED) else ()
    who = Blame(confidence=Confidence.LIKELY, actor=name, at=1, action=name, why=name)
    return Finding(
        sort=sort, kind="label", id=name, identity=name, address=address, facets=facets, who=who
    )


def sighting(*findings: Finding, name: str = "dev", word: str = "", error: str = "") -> Sighting:
    rule = Rule(subject=word, reason=word, owner=word, until=word, line=1)
    ignored = (Ignored(finding=finding(word), rule=rule),) if word else ()
    alarm = Violation(code=word, message=word, hint=word)
    return Sighting(
        environment=name,
        project_id=word,
        judgement=Judgement(
            findings=findings,
            ignored=ignored,
            expired=(rule,) if word else (),
            alarms=(alarm,) if word else (),
            counts={sort: sum(one.sort is sort for one in findings) for sort in Sort},
        ),
        error=Unreachable(error, hint=error) if error else None,
    )


def hostile(name: str) -> list[Sighting]:
    findings = [finding(name, sort) for sort in Sort]
    return [sighting(*findings, word=name or "w"), sighting(name="prod", error=name or "x")]


def cases(tree: ET.Element) -> list[ET.Element]:
    return list(tree.iter("testcase"))


named = pytest.mark.parametrize("name", HOSTILE, ids=[f"{name[:12]!a}" for name in HOSTILE])


@named
@pytest.mark.parametrize("verbose", [False, True])
def test_the_text_is_harmless_and_in_lines(name: str, *, verbose: bool) -> None:
    lines = [*matrix_text(hostile(name), width=80, verbose=verbose)]
    assert harm.HARMFUL.findall(plain(lines)) == []
    assert all("\n" not in span.text for spans in lines for span in spans)


@named
def test_junit_is_well_formed_and_counts_right(name: str) -> None:
    text = drift_junit(hostile(name), strict=False, timestamp=NOW)
    assert harm.HARMFUL.findall(text) == []
    tree = ET.XML(text)
    suites = list(tree)
    assert [suite.tag for suite in suites] == ["testsuite", "testsuite"]
    inner = {child.tag for case in cases(tree) for child in case}
    assert inner <= {"failure", "error", "skipped", "system-out"}
    for element in (tree, *suites):
        found = cases(element)
        counts = {tag: sum(case.find(tag) is not None for case in found) for tag in inner}
        assert int(element.attrib["tests"]) == len(found)
        assert int(element.attrib["failures"]) == counts["failure"] > -1
        assert int(element.attrib["errors"]) == counts["error"]
        assert int(element.attrib["skipped"]) == counts.get("skipped", 0)
    assert tree.attrib["failures"] == "3"


def test_junit_of_no_drift_is_a_passed_case_and_strict_fails_on_strangers() -> None:
    (case,) = cases(ET.XML(drift_junit([sighting()], strict=False, timestamp=NOW)))
    assert list(case) == []
    stranger = [sighting(finding("x", Sort.UNMANAGED))]
    for strict, failures in ((False, "0"), (True, "1")):
        text = drift_junit(stranger, strict=strict, timestamp=NOW)
        assert ET.XML(text).attrib["failures"] == failures


def outside_of_code(text: str) -> str:
    """Leave out whatever Markdown shows as it stands: fenced blocks and spans of code."""
    text = re.sub(r"^(`{3,})diff\n.*?\n\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", text)


@named
def test_markdown_leaves_nothing_of_outside_out_of_code(name: str) -> None:
    text = drift_markdown(hostile(name))
    assert harm.HARMFUL.findall(text) == []
    left = outside_of_code(text)
    quiet = outside_of_code(drift_markdown(hostile("harmless")))
    assert left == quiet


@named
def test_markdown_of_a_plan_leaves_nothing_of_outside_out_of_code(name: str) -> None:
    text = plan_markdown(harm.plan(name))
    assert harm.HARMFUL.findall(text) == []
    assert "@everyone" not in outside_of_code(text)
    assert "</details>@" not in outside_of_code(text)


@named
def test_code_is_one_short_span_whatever_it_holds(name: str) -> None:
    assert len(code(name)) < 400
    assert outside_of_code(f"a {code(name)} b") == "a  b"


def test_markdown_fits_a_comment_and_says_what_was_cut() -> None:
    many = [finding(f"n{number}", live="x" * 500) for number in range(400)]
    places = [sighting(*many, name=f"env{number}") for number in range(9)]
    text = drift_markdown(places)
    assert len(text) <= 65_536
    assert len(text) > LONGEST / 2
    assert "(cut: " in text
    assert "… and 3,550 more." in text
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.parametrize("width", [80, 160])
def test_no_line_is_wider_than_the_page(width: int) -> None:
    long = "word " * 60
    value: Value = [{"name": long, "rules": ["x" * 40] * 9}]
    findings = [finding("a" * 30, sort, live=value) for sort in Sort]
    places = [sighting(*findings, name=name, word="w") for name in ("dev", "staging", "prod")]
    places.append(sighting(name="far", error=long))
    lines = [plain([spans]).rstrip("\n") for spans in matrix_text(places, width=width)]
    # An id or an address stays whole, so that it can be copied.
    wide = [text for text in lines if columns(text) > width and "(id " not in text]
    assert wide == []
    assert all(text == text.rstrip() for text in lines)


def test_the_matrix_keeps_its_columns_whatever_the_names() -> None:
    names = ["short", "漢字" * 20, "x" * 200]
    places = [sighting(*map(finding, names), name=name) for name in ("dev", "staging")]
    rows = [plain([spans]) for spans in matrix_text(places, width=80)][: len(names) + 1]
    ends = {columns(row.rstrip("\n").rstrip("~ ")) for row in rows[1:]}
    assert all(columns(row.rstrip("\n")) <= 80 for row in rows)
    assert {columns(row[: row.index("~")]) for row in rows[1:]} == {
        columns(row[: row.index("~")]) for row in rows[1:2]
    }
    assert ends


@named
def test_json_is_one_line_and_says_all_three_sides(name: str) -> None:
    text = one_line(drift_document(hostile(name), status=Exit.REFUSED, version="1", timestamp=NOW))
    assert text.isascii()
    assert text.isprintable()
    document = json.loads(text)
    dev, prod = document["environments"]
    assert (dev["status"], prod["status"]) == ("alarm", "could_not_tell")
    (field,) = next(one for one in dev["findings"] if one["sort"] == "changed")["fields"]
    assert (field["remembered"], field["live"], field["wanted"]) == ("Ours", "Theirs", "Wanted")
    assert document["summary"]["could_not_tell"] == 1


def test_a_sensitive_or_unknown_value_is_never_spelled() -> None:
    secret = FieldChange(name="key", before="hunter2", after="hunter3", sensitive=True)
    waiting = FieldChange(name="site", before="a", after="b")
    unknown = Unknown(expression="site.main.url", refs=())
    found = Finding(
        sort=Sort.CHANGED,
        kind="label",
        id="l",
        identity="l",
        address=Address("label", "one"),
        facets=(
            Facet(change=secret, wish=Wish.OTHER, wanted="hunter4"),
            Facet(change=waiting, wish=Wish.OTHER, wanted=unknown),
        ),
    )
    places = [sighting(found)]
    document = drift_document(places, status=Exit.CHANGES, version="1", timestamp=NOW)
    forms = (
        plain(environment_text(places[0], width=80, verbose=True)),
        one_line(document),
        drift_markdown(places),
        drift_junit(places, strict=True, timestamp=NOW),
    )
    for text in forms:
        assert "hunter" not in text
    assert "the stack wants (known after apply)" in forms[0]
