"""What changed inside an opaque document: a keyed walk, and DeepDiff where nothing has a key.

A document is JSON: `1` and `1.0` are one number, `True` is none. Lists of objects with ids are
matched by id. Only where several objects without ids were replaced at once is it worth asking
DeepDiff which of them became which.
"""

import json
import marshal
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import field
from types import NoneType

from descope_state.frozen import dataclass
from descope_state.model.change import Edit, Mark
from descope_state.model.value import Fingerprint, Path, Secret, Value, canonical

# Of these types `==` on two of the same type says what canonical bytes say.
EXACT = frozenset({str, int, bool, NoneType})
# Beyond this DeepDiff, which compares each with each, takes longer than its answer is worth.
MOST_LOOSE = 20
MOST_LOOSE_BYTES = 20_000
_SECRET = b'"$secret"'
_ORDER = {Mark.REMOVED: 0, Mark.CHANGED: 1, Mark.ADDED: 2}

Pairs = list[tuple[int, int]]


def edits(before: Value, after: Value, *, volatile: Collection[str] = ()) -> tuple[Edit, ...]:
    """Find every place where two documents differ, in the order of paths.

    There is none exactly if both say the same. An element of a list of objects with ids has its id
    in the path; a list that was only brought into another order is one edit at its own path.
    """
    walk = _Walk(volatile=frozenset(volatile))
    walk.visit(before, after, path=())
    return tuple(sorted(walk.found, key=_place))


def arranged(value: Value, *, volatile: Collection[str] = ()) -> Value:
    """Spell a document in one way: volatile members dropped, whole floats as integers."""
    if isinstance(value, dict):
        return {
            key: inner if type(inner) in EXACT else arranged(inner, volatile=volatile)
            for key, inner in value.items()
            if key not in volatile
        }
    if isinstance(value, list):
        return [
            inner if type(inner) in EXACT else arranged(inner, volatile=volatile) for inner in value
        ]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def settled(value: Value) -> Value:
    """Put the fingerprint in the place of each secret whose fingerprint is known."""
    if isinstance(value, dict):
        return {key: settled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [settled(inner) for inner in value]
    if isinstance(value, Secret) and value.fingerprint is not None:
        return Fingerprint(value.fingerprint)
    return value


def identical(left: Value, right: Value) -> bool:
    """Tell quickly that two values are the same down to their types; False says nothing.

    `==` alone takes `True` for `1`, `1` for `1.0` and `0.0` for `-0.0`, at any depth and inside
    placeholders too. So it only rejects here. `marshal` writes type and value of each part, in
    order, and refuses all but plain data: what it writes alike reads back as one value.
    """
    kind = type(left)
    if kind is not type(right):
        return False
    if kind in EXACT:
        return left == right
    if kind is float:
        return left == right and left != 0.0
    if kind not in (list, dict) or left != right:
        return False
    try:
        return marshal.dumps(left, 2) == marshal.dumps(right, 2)  # type: ignore[arg-type]  # placeholders raise
    except ValueError:
        return False


def has_secret(spelled: bytes) -> bool:
    """Tell whether canonical bytes may hold a secret; a text that looks like one does no harm."""
    return _SECRET in spelled


def _place(edit: Edit) -> tuple[tuple[tuple[bool, str, int], ...], int]:
    parts = ((True, part, 0) if isinstance(part, str) else (False, "", part) for part in edit.path)
    return tuple(parts), _ORDER[edit.mark]


@dataclass(slots=True)
class _Walk:
    """One comparison: what is not looked at, and what was found."""

    volatile: frozenset[str]
    found: list[Edit] = field(default_factory=list)

    def visit(self, before: Value, after: Value, *, path: Path) -> None:
        """Compare two parts; equal ones, nearly all of a large document, never reach the walk."""
        if identical(before, after):
            return
        if isinstance(before, dict) and isinstance(after, dict):
            self._members(before, after, path)
        elif isinstance(before, list) and isinstance(after, list):
            self._elements(before, after, path)
        elif not self._same(before, after):
            self._note(Mark.CHANGED, path, before=before, after=after)

    def _note(self, mark: Mark, path: Path, *, before: Value = None, after: Value = None) -> None:
        left = arranged(before, volatile=self.volatile)
        right = arranged(after, volatile=self.volatile)
        self.found.append(Edit(mark=mark, path=path, before=left, after=right))

    def _members(self, before: dict[str, Value], after: dict[str, Value], path: Path) -> None:
        for key, inner in before.items():
            if key not in after:
                if key not in self.volatile:
                    self._note(Mark.REMOVED, (*path, key), before=inner)
                continue
            other = after[key]
            kind = type(inner)
            if kind is type(other) and kind in EXACT and inner == other:
                continue
            if key not in self.volatile:
                self.visit(inner, other, path=(*path, key))
        for key in after.keys() - before.keys() - self.volatile:
            self._note(Mark.ADDED, (*path, key), after=after[key])

    def _elements(self, before: list[Value], after: list[Value], path: Path) -> None:
        ids = _identities(before, after, self.volatile)
        if ids is not None:
            self._keyed(
                dict(zip(ids[0], before, strict=True)), dict(zip(ids[1], after, strict=True)), path
            )
            return
        start = self._alike(before, after)
        if start == len(before) == len(after):
            return
        room = min(len(before), len(after)) - start
        end = self._alike(before[: -room - 1 : -1], after[: -room - 1 : -1]) if room else 0
        self._middle(before, after, path, span=(start, end))

    def _keyed(self, before: dict[str, Value], after: dict[str, Value], path: Path) -> None:
        for key, inner in before.items():
            if key in after:
                self.visit(inner, after[key], path=(*path, key))
            else:
                self._note(Mark.REMOVED, (*path, key), before=inner)
        for key, inner in after.items():
            if key not in before:
                self._note(Mark.ADDED, (*path, key), after=inner)
        left: list[Value] = [key for key in before if key in after]
        right: list[Value] = [key for key in after if key in before]
        if left != right:
            self._note(Mark.CHANGED, path, before=left, after=right)

    def _alike(self, before: Sequence[Value], after: Sequence[Value]) -> int:
        """Count how many elements are the same from the start."""
        for index, (left, right) in enumerate(zip(before, after, strict=False)):
            if not self._same(left, right):
                return index
        return min(len(before), len(after))

    def _middle(
        self, before: list[Value], after: list[Value], path: Path, *, span: tuple[int, int]
    ) -> None:
        start, end = span
        left = before[start : len(before) - end]
        right = after[start : len(after) - end]
        matched = _Matching(
            [self._spelled(value) for value in left], [self._spelled(value) for value in right]
        )
        for one, other in matched.changed:
            self.visit(left[one], right[other], path=(*path, start + other))
        for one in matched.removed:
            self._note(Mark.REMOVED, (*path, start + one), before=left[one])
        for other in matched.added:
            self._note(Mark.ADDED, (*path, start + other), after=right[other])
        if matched.moved:
            self._note(Mark.CHANGED, path, before=before, after=after)

    def _spelled(self, value: Value) -> bytes:
        return canonical(arranged(settled(value), volatile=self.volatile))

    def _same(self, before: Value, after: Value) -> bool:
        """Tell whether two values say the same, leaving at the first difference."""
        kind = type(before)
        if kind is type(after) and kind in EXACT:
            return before == after
        if identical(before, after):
            return True
        if isinstance(before, dict) and isinstance(after, dict):
            return self._same_members(before, after)
        if isinstance(before, list) and isinstance(after, list):
            return len(before) == len(after) and self._alike(before, after) == len(after)
        if type(before) in EXACT and type(after) in EXACT:
            return False
        return self._spelled(before) == self._spelled(after)

    def _same_members(self, before: dict[str, Value], after: dict[str, Value]) -> bool:
        if (before.keys() ^ after.keys()) - self.volatile:
            return False
        return all(
            key in self.volatile or self._same(inner, after[key]) for key, inner in before.items()
        )


def _identities(
    before: list[Value], after: list[Value], volatile: frozenset[str]
) -> tuple[list[str], list[str]] | None:
    """Give the ids of two lists of objects, if one member names each object of both."""
    first = before[0] if before else after[0] if after else None
    if not isinstance(first, dict):
        return None
    for name in _names(first):
        if name in volatile:
            continue
        left, right = _texts(before, name), _texts(after, name)
        if left is not None and right is not None:
            return left, right
    return None


def _names(first: dict[str, Value]) -> Iterator[str]:
    if "id" in first:
        yield "id"
    yield from sorted(name for name in first if name.endswith(("Id", "_id")))
    yield from (name for name in ("key", "name") if name in first)


def _texts(values: list[Value], name: str) -> list[str] | None:
    found: list[str] = []
    for value in values:
        text = value.get(name) if isinstance(value, dict) else None
        if not isinstance(text, str):
            return None
        found.append(text)
    return found if len(set(found)) == len(found) else None


class _Matching:
    """Which element of one list became which of another, given how each is spelled."""

    def __init__(self, before: list[bytes], after: list[bytes]) -> None:
        equal = _equal_pairs(before, after)
        left = _others(len(before), {one for one, _ in equal})
        right = _others(len(after), {other for _, other in equal})
        pairs = _likely_pairs([before[one] for one in left], [after[other] for other in right])
        self.changed: Pairs = [(left[one], right[other]) for one, other in pairs]
        self.removed = _others(left, {one for one, _ in self.changed})
        self.added = _others(right, {other for _, other in self.changed})
        targets = [other for _, other in sorted(equal + self.changed)]
        self.moved = targets != sorted(targets)


def _others(indexes: int | list[int], taken: set[int]) -> list[int]:
    listed = range(indexes) if isinstance(indexes, int) else indexes
    return [index for index in listed if index not in taken]


def _equal_pairs(before: list[bytes], after: list[bytes]) -> Pairs:
    places: defaultdict[bytes, list[int]] = defaultdict(list)
    for index in reversed(range(len(after))):
        places[after[index]].append(index)
    return [(one, places[text].pop()) for one, text in enumerate(before) if places[text]]


def _likely_pairs(before: list[bytes], after: list[bytes]) -> Pairs:
    """Pair what is left by likeness where that can be told, otherwise by position."""
    ambiguous = min(len(before), len(after)) > 0 and max(len(before), len(after)) > 1
    objects = all(text.startswith(b"{") for text in (*before, *after))
    small = max(len(before), len(after)) <= MOST_LOOSE
    if ambiguous and objects and small and sum(map(len, before + after)) <= MOST_LOOSE_BYTES:
        return _pairs_by_likeness(before, after)
    return [(index, index) for index in range(min(len(before), len(after)))]


def _pairs_by_likeness(before: list[bytes], after: list[bytes]) -> Pairs:
    from deepdiff import DeepDiff  # noqa: PLC0415  # start-up: its import takes longer than a plan

    left: list[object] = [json.loads(text) for text in before]
    right: list[object] = [json.loads(text) for text in after]
    tree = DeepDiff(
        left,
        right,
        ignore_order=True,
        view="tree",
        cutoff_intersection_for_pairs=1,
        cutoff_distance_for_pairs=1,
    )
    roots = (level.all_up for levels in tree.values() for level in levels)
    found: dict[int, int] = {}
    for root in roots:
        if root.t1_child_rel is not None and root.t2_child_rel is not None:
            found.setdefault(root.t1_child_rel.param, root.t2_child_rel.param)
    return _one_to_one(found)


def _one_to_one(found: dict[int, int]) -> Pairs:
    """Leave each element one partner, whatever is said about repeated ones."""
    taken: set[int] = set()
    pairs: Pairs = []
    for one, other in sorted(found.items()):
        if other not in taken:
            taken.add(other)
            pairs.append((one, other))
    return pairs
