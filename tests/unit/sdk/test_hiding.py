"""What may not be said is in no text, in whichever form it came back."""

import json
from urllib.parse import quote

import pytest

from descope_state.sdk.hiding import hidden

SECRET = "a\"b\\c d/e=f\ng&h'é"


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        json.dumps({"clientSecret": SECRET}),
        json.dumps({"clientSecret": SECRET}, ensure_ascii=False),
        repr({"clientSecret": SECRET}),
        f"?secret={quote(SECRET)}",
        f"?secret={quote(SECRET, safe='')}",
        " ".join(SECRET.split()),
    ],
)
def test_a_secret_is_taken_out_in_every_form(text: str) -> None:
    said = hidden(f"the value {text} is wrong", [SECRET])
    assert "(secret)" in said
    assert "the value" in said
    for part in ("c d", "c%20d", "g&h", "g%26h"):
        assert part not in said


def test_one_that_is_a_part_of_another_leaves_nothing_of_it() -> None:
    assert hidden("it was longer-secret", ["secret", "longer-secret"]) == "it was (secret)"


def test_where_there_is_no_secret_nothing_is_changed() -> None:
    assert hidden("it is wrong", ["", "other"]) == "it is wrong"
