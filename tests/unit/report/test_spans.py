"""Lines of spans, with colour and without."""

from descope_state.report.spans import BLANK, Span, columns, data, folded, packed, painted, plain

LINES = ((Span("  + ", "added"), Span("name")), BLANK)


def test_plain_text_has_no_codes() -> None:
    assert plain(LINES) == "  + name\n\n"


def test_painted_text_resets_after_each_style() -> None:
    assert painted(LINES) == "\x1b[32m  + \x1b[0mname\n\n"


def test_a_span_of_data_is_clean() -> None:
    assert data("a\x1bb", "bold") == Span("a\\x1bb", "bold")


def test_wide_characters_take_two_columns_and_accents_none() -> None:
    assert columns("abc") == 3
    assert columns("東京") == 4
    assert columns("e\N{COMBINING ACUTE ACCENT}") == 1


def test_words_fold_and_long_words_stay_whole() -> None:
    assert folded("one two three extraordinarily four", 9) == [
        "one two",
        "three",
        "extraordinarily",
        "four",
    ]
    assert folded("", 9) == []


def test_parts_are_packed_with_their_gap() -> None:
    assert packed(["- destroy", "+ create", "~ update"], 20, gap="   ") == [
        "- destroy   + create",
        "~ update",
    ]
