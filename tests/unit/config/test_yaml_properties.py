"""Random documents, and the same with one character or sign put in the wrong place."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from descope_state.config import exact, yaml
from descope_state.config.edit import formatted
from descope_state.errors import Invalid, Problem
from descope_state.model.value import canonical
from tests.support.yaml_documents import documents

SLIPS = st.sampled_from(
    [
        *"\t:{}[]-#\"'\n |%,\x00\u2028",
        *("&a ", "*a", "!x ", "? ", "---\n", "010 ", "<<: ", "k: ", "e\u0301: 1\n"),
    ]
)


def outcome(parse: Callable[..., yaml.Document], data: bytes) -> str | tuple[Problem, ...]:
    """Give the values as text, or the problems."""
    try:
        return repr(parse(data, file="x.yaml").data)
    except Invalid as error:
        return error.problems


@settings(max_examples=60, deadline=None, database=None)
@given(documents())
def test_both_ways_read_every_document_alike(data: bytes) -> None:
    fast, slow = yaml.parse(data, file="x.yaml"), exact.parse(data, file="x.yaml")
    assert repr(fast.data) == repr(slow.data)
    assert fast.origin() == slow.origin()


@settings(max_examples=150, deadline=None, database=None)
@given(documents(), SLIPS, st.data())
def test_a_slip_gives_the_same_values_or_a_clear_complaint(
    data: bytes, slip: str, more: st.DataObject
) -> None:
    text = data.decode()
    index = more.draw(st.integers(0, len(text)))
    broken = (text[:index] + slip + text[index:]).encode()
    fast, slow = outcome(yaml.parse, broken), outcome(exact.parse, broken)
    # The two parsers themselves do not agree on every text that is barely YAML.
    assert fast == slow or not (isinstance(fast, str) and isinstance(slow, str))


@settings(max_examples=100, deadline=None, database=None)
@given(documents())
def test_formatting_keeps_values_and_is_done_once(data: bytes) -> None:
    once = formatted(data, file="x.yaml")
    assert formatted(once, file="x.yaml") == once
    before, after = yaml.parse(data, file="x.yaml"), yaml.parse(once, file="x.yaml")
    assert canonical(before.data) == canonical(after.data)


@settings(max_examples=100, deadline=None, database=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_at_all_are_read_or_refused(data: bytes) -> None:
    found = outcome(yaml.parse, data)
    assert found
    if not isinstance(found, str):
        assert all(one.origin and one.excerpt and one.message for one in found)
