"""The one output cleaner."""

import sys
import unicodedata

from descope_state.report.clean import LONGEST, clean

REPLACED = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_every_character_that_acts_or_hides_is_spelled_out() -> None:
    kept = [
        f"{code:x}"
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in REPLACED and chr(code) in clean(f"a{chr(code)}b")
    ]
    assert kept == []


def test_letters_of_every_script_stay() -> None:
    text = "Grüße, 東京, Москва, مرحبا, €, 🎉, non\N{NO-BREAK SPACE}breaking"
    assert clean(text) is text


def test_the_spelling_is_that_of_string_literals() -> None:
    assert clean("\x1b\x9b\u202e\U000e0041\ud800\r") == "\\x1b\\x9b\\u202e\\U000e0041\\ud800\\r"


def test_newlines_and_tabs_stay_only_where_lines_are_wanted() -> None:
    assert clean("a\n\tb\r") == "a\\n\\tb\\r"
    assert clean("a\n\tb\r\x1b", multiline=True) == "a\n\tb\\r\\x1b"


def test_blank_letters_do_not_hide() -> None:
    assert clean("a\u3164b\u2800") == "a\\u3164b\\u2800"


def test_a_long_value_is_cut_and_counted() -> None:
    text = clean("x" * (LONGEST + 1234))
    assert text == f"{'x' * LONGEST}… (1,234 more characters)"


def test_printable_text_is_given_back_as_it_is() -> None:
    text = "tenant.acme"
    assert clean(text) is text
