"""Every switch of the emulator is documented, with its default and its question."""

from pathlib import Path

import pytest

from dstate_descope import Descope
from dstate_descope.emulator.door import read_switches
from dstate_descope.emulator.switches import QUESTIONS, Switches

DOCS = Path(__file__).parents[2] / "docs" / "emulator.md"


def test_the_documentation_has_every_switch_as_it_is() -> None:
    told = [line for line in DOCS.read_text().splitlines() if line.startswith("| `")]
    questions = Descope().emulator().questions()
    for name, (default, question) in questions.items():
        assert f"| `{name}` | {default} | {question} |" in told
    assert set(questions) == set(QUESTIONS) == set(Switches.__dataclass_fields__)


def test_switches_are_read_as_they_are_written() -> None:
    read = read_switches(("most_tenants=5", "patch_empties=false"))
    assert read == Switches(most_tenants=5, patch_empties=False)
    assert read.changed() == {"most_tenants": 5, "patch_empties": False}


@pytest.mark.parametrize("text", ["nothing=1", "patch_empties=perhaps", "most_tenants=many"])
def test_what_is_no_switch_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"switch|true or false|invalid literal"):
        read_switches((text,))
