"""Puts what depends on each other in order, and says where that is impossible.

Addresses become their ranks first: a dataclass is hashed in Python, a small integer in C, and
ties between integers are ties between addresses.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from operator import attrgetter

from descope_state.model.address import Address

Edges = Mapping[Address, Collection[Address]]

SEARCH = 200_000
_ORDER = attrgetter("order")


class Cycle(ValueError):
    """A ring of addresses, each of which depends on the next and the last on the first."""

    def __init__(self, path: tuple[Address, ...]) -> None:
        super().__init__(" -> ".join(map(str, (*path, path[0]))))
        self.path = path


def ordered(nodes: Iterable[Address], edges: Edges) -> tuple[Address, ...]:
    """Order addresses so that each comes after all it depends on; ties by address.

    Edges to addresses that are not among the nodes say nothing.
    """
    listed = sorted(nodes, key=_ORDER)
    rank = {address: index for index, address in enumerate(listed)}
    if len(rank) < len(listed):
        return ordered(rank, edges)
    after = [
        [other for other in map(rank.get, edges.get(address, ())) if other is not None]
        for address in listed
    ]
    order = sequence(after)
    if len(order) < len(listed):
        raise Cycle(tuple(listed[index] for index in _shortest_cycle(after)))
    return tuple(listed[index] for index in order)


def dependents(edges: Edges) -> dict[Address, tuple[Address, ...]]:
    """Turn edges round: who depends on each address that is mentioned."""
    found: dict[Address, list[Address]] = {address: [] for address in edges}
    for address, needs in edges.items():
        for other in needs:
            found.setdefault(other, []).append(address)
    return {address: tuple(sorted(users, key=_ORDER)) for address, users in found.items()}


def closure(start: Collection[Address], edges: Edges) -> frozenset[Address]:
    """Everything that can be reached along the edges, the start included."""
    reached = set(start)
    waiting = list(reached)
    while waiting:
        for other in edges.get(waiting.pop(), ()):
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    return frozenset(reached)


def waves(order: Iterable[Address], edges: Edges) -> tuple[tuple[Address, ...], ...]:
    """Group ordered addresses by how many must come one after another before them."""
    level: dict[Address, int] = {}
    groups: list[list[Address]] = []
    for address in order:
        before = (level.get(other, -1) for other in edges.get(address, ()))
        level[address] = 1 + max(before, default=-1)
        if level[address] == len(groups):
            groups.append([])
        groups[level[address]].append(address)
    return tuple(map(tuple, groups))


def sequence(after: Sequence[Collection[int]]) -> list[int]:
    """Order numbers, smallest first among the ready; what cannot be ordered is left out."""
    users: list[list[int]] = [[] for _ in after]
    missing = list(map(len, after))
    for node, needs in enumerate(after):
        for other in needs:
            users[other].append(node)
    ready = [node for node, count in enumerate(missing) if not count]
    heapify(ready)
    order: list[int] = []
    while ready:
        done = heappop(ready)
        order.append(done)
        for user in users[done]:
            missing[user] -= 1
            if not missing[user]:
                heappush(ready, user)
    return order


def knots(after: Sequence[Collection[int]]) -> list[int]:
    """Give each number its knot: those that reach each other share one.

    Two passes after Kosaraju, without recursion: a stack may be longer than Python's.
    """
    users: list[list[int]] = [[] for _ in after]
    for node, needs in enumerate(after):
        for other in needs:
            users[other].append(node)
    found = [-1] * len(after)
    for root in reversed(_finished(after)):
        if found[root] < 0:
            _flood(root, users, found)
    return found


def _finished(after: Sequence[Collection[int]]) -> list[int]:
    """List numbers as a walk in depth leaves them."""
    seen = [False] * len(after)
    left: list[int] = []
    for root in range(len(after)):
        if seen[root]:
            continue
        seen[root] = True
        stack = [(root, iter(after[root]))]
        while stack:
            node, rest = stack[-1]
            for other in rest:
                if not seen[other]:
                    seen[other] = True
                    stack.append((other, iter(after[other])))
                    break
            else:
                left.append(node)
                stack.pop()
    return left


def _flood(root: int, users: Sequence[Collection[int]], found: list[int]) -> None:
    found[root] = root
    waiting = [root]
    while waiting:
        for other in users[waiting.pop()]:
            if found[other] < 0:
                found[other] = root
                waiting.append(other)


def _shortest_cycle(after: Sequence[Collection[int]]) -> list[int]:
    """Find a shortest cycle, its smallest number first.

    A search from every number of a large knot would be quadratic: once one cycle is known, the
    search for shorter ones ends after `SEARCH` steps.
    """
    knot = knots(after)
    inner = [
        [other for other in set(needs) if knot[other] == knot[node]]
        for node, needs in enumerate(after)
    ]
    best: list[int] = []
    steps = 0
    for start, needs in enumerate(inner):
        if not needs or (best and steps > SEARCH):
            continue
        path, cost = _ring(start, inner, below=len(best))
        steps += cost
        best = path or best
    first = best.index(min(best))
    return best[first:] + best[:first]


def _ring(start: int, edges: Sequence[Collection[int]], *, below: int) -> tuple[list[int], int]:
    """Find the shortest way from a number back to it, if shorter than `below`; and the steps."""
    came = {start: start}
    level, steps, length = [start], 0, 1
    while level and (not below or length < below):
        following: list[int] = []
        for node in level:
            for other in sorted(edges[node]):
                steps += 1
                if other == start:
                    return _path(start, node, came), steps
                if other not in came:
                    came[other] = node
                    following.append(other)
        level, length = following, length + 1
    return [], steps


def _path(start: int, end: int, came: Mapping[int, int]) -> list[int]:
    path = [end]
    while path[-1] != start:
        path.append(came[path[-1]])
    return path[::-1]
