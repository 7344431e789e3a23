"""One edit in each of many real-life styles: the bytes that are expected, or the refusal."""

import json
from pathlib import Path

import pytest

from descope_state.config.edit import Unwritable, written

CORPUS = Path(__file__).parents[2] / "corpus" / "edit"
EDITS = sorted(CORPUS.glob("*.edit.json"))
LEAST = 50


@pytest.mark.parametrize("file", EDITS, ids=lambda file: file.name.removesuffix(".edit.json"))
def test_an_edit_is_written_in_the_style_of_its_file(file: Path) -> None:
    stem = file.name.removesuffix(".edit.json")
    edit = json.loads(file.read_text())
    before = (CORPUS / f"{stem}.before.yaml").read_bytes()
    if "refused" in edit:
        with pytest.raises(Unwritable) as caught:
            written(before, tuple(edit["path"]), value=edit["value"], file="x.yaml")
        assert caught.value.message == edit["refused"]
        assert caught.value.origin is not None
        return
    after = (CORPUS / f"{stem}.after.yaml").read_bytes()
    assert written(before, tuple(edit["path"]), value=edit["value"], file="x.yaml") == after
    assert written(after, tuple(edit["path"]), value=edit["value"], file="x.yaml") == after


def test_the_corpus_is_whole() -> None:
    assert len(EDITS) >= LEAST
    names = {file.name.split(".")[0] for file in CORPUS.iterdir()}
    assert names == {file.name.split(".")[0] for file in EDITS}
