"""Finds the things of a flow that only have another id now: an export may number them anew."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from descope_state.sdk.difference import Edit, Mark, Path, Value

# Beyond this, comparing each with each takes longer than its answer is worth.
MOST_LOOSE = 20
# The share of their leaves that two things must have in common to be one.
ALIKE = 0.5
_IDS = ("id", "screenId")
_PLACING = frozenset({"layout", "position", "positions", "coordinates", "view", "x", "y"})

Leaves = Mapping[Path, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One thing under the id it had and the one it has, and what else is other about it."""

    before: str
    after: str
    edits: tuple[Edit, ...]


def matched(gone: Mapping[str, Value], come: Mapping[str, Value]) -> list[Pair]:
    """Pair what went with what came: the same first, then what is alike enough."""
    left = {id_: dict(_leaves(value)) for id_, value in gone.items()}
    right = {id_: dict(_leaves(value)) for id_, value in come.items()}
    pairs = dict(_same(left, right))
    loose = [id_ for id_ in left if id_ not in pairs]
    free = [id_ for id_ in right if id_ not in pairs.values()]
    if len(loose) <= MOST_LOOSE and len(free) <= MOST_LOOSE:
        pairs.update(_alike({one: left[one] for one in loose}, {one: right[one] for one in free}))
    return [
        Pair(before=one, after=other, edits=tuple(_edits(left[one], right[other], (one, other))))
        for one, other in sorted(pairs.items())
    ]


def _leaves(value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    if isinstance(value, dict) and value:
        for key in sorted(value):
            yield from _leaves(value[key], (*path, key))
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*path, index))
    else:
        yield path, value


def _telling(leaves: Leaves) -> frozenset[tuple[Path, str]]:
    """Give what a thing says, whatever its id is and wherever it stands."""
    return frozenset(
        (path, repr(value))
        for path, value in leaves.items()
        if path and path[0] not in _PLACING and not (len(path) == 1 and path[0] in _IDS)
    )


def _same(left: Mapping[str, Leaves], right: Mapping[str, Leaves]) -> Iterator[tuple[str, str]]:
    places: dict[frozenset[tuple[Path, str]], list[str]] = {}
    for id_ in sorted(right, reverse=True):
        places.setdefault(_telling(right[id_]), []).append(id_)
    for id_ in sorted(left):
        found = _telling(left[id_])
        if found and places.get(found):
            yield id_, places[found].pop()


def _alike(left: Mapping[str, Leaves], right: Mapping[str, Leaves]) -> Iterator[tuple[str, str]]:
    told = {id_: _telling(leaves) for id_, leaves in left.items()}
    heard = {id_: _telling(leaves) for id_, leaves in right.items()}
    scores = sorted(
        (-len(told[one] & heard[other]) / max(len(told[one]), len(heard[other]), 1), one, other)
        for one in told
        for other in heard
    )
    used: set[str] = set()
    taken: set[str] = set()
    for score, one, other in scores:
        if -score >= ALIKE and one not in used and other not in taken:
            used.add(one)
            taken.add(other)
            yield one, other


def _edits(before: Leaves, after: Leaves, ids: tuple[str, str]) -> Iterator[Edit]:
    yield Edit(mark=Mark.CHANGED, path=("id",), before=ids[0], after=ids[1])
    for path in sorted(before.keys() | after.keys(), key=repr):
        if len(path) == 1 and path[0] in _IDS and (before.get(path), after.get(path)) == ids:
            continue  # It was told first.
        if path not in after:
            yield Edit(mark=Mark.REMOVED, path=path, before=before[path])
        elif path not in before:
            yield Edit(mark=Mark.ADDED, path=path, after=after[path])
        elif repr(before[path]) != repr(after[path]):
            yield Edit(mark=Mark.CHANGED, path=path, before=before[path], after=after[path])
