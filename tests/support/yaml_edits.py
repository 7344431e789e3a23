"""Edits of random YAML texts: a place in one, and another value for it."""

from collections.abc import Iterator
from typing import NamedTuple

from hypothesis import assume
from hypothesis import strategies as st

from descope_state.config import yaml
from descope_state.model.value import Path, Value
from tests.support.yaml_documents import DATA, SCALARS, documents


class Change(NamedTuple):
    """A text, a place in it, what stands there, and what is to stand there."""

    text: bytes
    path: Path
    old: Value
    new: Value


def places(value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Give every place inside a value with what stands there."""
    if path:
        yield path, value
    members: list[tuple[str | int, Value]] = []
    if isinstance(value, dict):
        members += value.items()
    elif isinstance(value, list):
        members += enumerate(value)
    for step, inner in members:
        yield from places(inner, (*path, step))


@st.composite
def changes(draw: st.DrawFn, *, leaves: bool) -> Change:
    """Draw a text and a change of one of its leaves, or of any of its values."""
    text = draw(documents())
    data = yaml.parse(text, file="x.yaml").data
    found = list(places(data))
    if leaves:
        found = [one for one in found if not isinstance(one[1], dict | list)]
    assume(found)
    path, old = draw(st.sampled_from(found))
    new = draw(SCALARS if leaves else DATA | _altered(old))
    return Change(text, path, old, new)


def _altered(old: Value) -> st.SearchStrategy[Value]:
    """Draw a collection like another: some members taken out, others put in."""
    if isinstance(old, list):
        keeps = st.lists(st.booleans(), min_size=len(old), max_size=len(old))
        return st.builds(
            lambda kept, more, place: [
                *more[:place],
                *(one for one, keep in zip(old, kept, strict=True) if keep),
                *more[place:],
            ],
            keeps,
            st.lists(SCALARS, max_size=2),
            st.integers(0, 2),
        )
    if isinstance(old, dict):
        names = st.sets(st.sampled_from(sorted(old))) if old else st.just(set())
        return st.builds(
            lambda gone, more: {
                **{name: one for name, one in old.items() if name not in gone},
                **more,
            },
            names,
            st.dictionaries(st.sampled_from(["new", "newer"]), SCALARS, max_size=2),
        )
    return SCALARS
