"""Tables fit, are cut where they must be and say so, and no cell acts on anybody."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descope_state.model.unseen import escaped
from descope_state.model.value import Value
from descope_state.report.objects import document_text
from descope_state.report.sheet import sheet
from descope_state.report.spans import columns, plain
from descope_state.report.table import cell, cut, table
from tests.unit.report import harm

NAMES = ("id", "name", "domains")


def lines(rows: list[dict[str, Value]], width: int = 80) -> list[str]:
    return plain(table(rows, NAMES, width=width)).splitlines()


def test_a_table_has_a_head_and_a_row_for_each() -> None:
    rows: list[dict[str, Value]] = [
        {"id": "T1", "name": "Acme", "domains": ["a.example", "b.example"]},
        {"id": "T22", "name": None, "domains": []},
    ]
    assert lines(rows) == [
        "ID   NAME  DOMAINS",
        "T1   Acme  a.example, b.example",
        "T22",
    ]


@given(st.lists(st.text(max_size=60), min_size=3, max_size=3), st.sampled_from([40, 80, 160]))
def test_a_table_is_never_wider_than_its_room(texts: list[str], width: int) -> None:
    row: dict[str, Value] = dict(zip(NAMES, texts, strict=True))
    # An id is there to be copied: only where it is longer than any id is it cut.
    row["id"] = texts[0][:5]
    assert max(map(columns, lines([row], width))) <= max(width, 40)


def test_what_is_cut_shows_that_it_was_and_an_id_is_not_cut() -> None:
    id_ = "T" * 28
    rows: list[dict[str, Value]] = [{"id": id_, "name": "n" * 50, "domains": ["d" * 50]}]
    (_, row) = lines(rows)
    assert row.split() == [id_, "n" * 23 + "…", "d" * 23 + "…"]
    assert columns(row) == 80


def test_wide_characters_take_two_columns() -> None:
    assert cut("漢字漢字", 4) == "漢… "
    assert columns(cut("漢字漢字", 4)) == 4


@pytest.mark.parametrize("name", harm.NAMES, ids=[f"{name[:12]!a}" for name in harm.NAMES])
@pytest.mark.parametrize("width", [80, 160])
def test_no_name_acts_on_a_terminal(name: str, width: int) -> None:
    rows: list[dict[str, Value]] = [{"id": name, "name": name, "domains": {name: [name]}}]
    text = "\n".join(lines(rows, width))
    assert harm.HARMFUL.findall(text) == []
    assert len(text.splitlines()) == 2
    assert harm.HARMFUL.findall(sheet(rows, NAMES)) == []
    document = document_text({name: [name]})
    assert harm.HARMFUL.findall(document) == []
    assert json.loads(document) == {name: [name]}


@pytest.mark.parametrize(
    "text",
    ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", " =1", "\t=1", "\uff1d1", "|x", "%x", "\n=2"],
)
def test_no_cell_of_a_sheet_is_a_formula(text: str) -> None:
    written = sheet([{"id": text, "name": [text]}], NAMES)
    for row in list(csv.reader(io.StringIO(written)))[1:]:
        for value in row[:2]:
            assert not value.lstrip().startswith(
                ("=", "+", "-", "@", "\t", "\r", "\uff1d", "|", "%")
            )
            assert value.removeprefix("'") == cell(text)


def test_numbers_and_ordinary_texts_stay_as_they_are_in_a_sheet() -> None:
    row: dict[str, Value] = {"id": -5, "name": 'a,"b"', "domains": True}
    written = sheet([row], NAMES)
    assert written == 'id,name,domains\n-5,"a,""b""",true\n'


@given(st.text())
def test_an_escaped_document_says_the_same(text: str) -> None:
    spelled = json.dumps(text, ensure_ascii=False)
    assert json.loads(escaped(spelled)) == text


def test_a_document_is_written_in_one_way() -> None:
    one = document_text({"b": 1.0, "a": ["ü"]})
    assert one == document_text({"a": ["ü"], "b": 1})
    assert one == '{\n  "a": [\n    "ü"\n  ],\n  "b": 1\n}\n'
