"""The fast path and the exact path give the same answers, the same complaints and the same places.

A file of the corpus is a case: `good` ones are read, `bad` ones are named for their first code.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from descope_state.config import exact, yaml
from descope_state.errors import Invalid
from descope_state.model.value import Path as ValuePath
from descope_state.model.value import Value, canonical

CORPUS = Path(__file__).parents[2] / "corpus" / "yaml"
GOOD = sorted((CORPUS / "good").glob("*.yaml"))
BAD = sorted((CORPUS / "bad").glob("*.yaml"))

Parse = Callable[..., yaml.Document]


def paths(value: Value, path: ValuePath = ()) -> Iterator[ValuePath]:
    yield path
    members = value.items() if isinstance(value, dict) else ()
    elements = enumerate(value) if isinstance(value, list) else ()
    for step, inner in (*members, *elements):
        yield from paths(inner, (*path, step))


def places(document: yaml.Document) -> list[tuple[ValuePath, str, str]]:
    return [
        (path, str(document.origin(path)), str(document.key_origin(path)))
        for path in paths(document.data)
    ]


def complaints(parse: Parse, data: bytes) -> list[tuple[str, int]]:
    with pytest.raises(Invalid) as caught:
        parse(data, file="x.yaml")
    return [(one.code, one.origin.line if one.origin else 0) for one in caught.value.problems]


def test_the_corpus_is_there() -> None:
    assert len(GOOD) >= 50
    assert len(BAD) >= 80


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.stem)
def test_both_read_the_same_values_at_the_same_places(file: Path) -> None:
    data = file.read_bytes()
    fast, slow = yaml.parse(data, file="x.yaml"), exact.parse(data, file="x.yaml")
    assert canonical(fast.data) == canonical(slow.data)
    assert repr(fast.data) == repr(slow.data)
    assert places(fast) == places(slow)


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_both_refuse_with_the_same_codes_in_the_same_lines(file: Path) -> None:
    data = file.read_bytes()
    fast, slow = complaints(yaml.parse, data), complaints(exact.parse, data)
    assert fast == slow
    assert file.stem.split("-")[0] in {code for code, _ in fast}
