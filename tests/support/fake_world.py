"""What the fake service holds: plain data that a test can fill, look at, and spoil."""

import copy
import inspect
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from descope_state.sdk.faults import Conflict, NotFound, NotLicensed, Rejected
from descope_state.sdk.provider import Deed, Gate, Limit, Tier
from descope_state.sdk.schema import Config

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call on its way to the world, as an override sees it.

    `subject` is the configuration, remote object, id or identity it is about, or a sequence of
    those. `proceed` lets the world do it, so that an override may fail before, after or instead.
    """

    kind: str
    operation: str
    subject: Any
    number: int
    proceed: Callable[[], Any]


Override = Callable[[Call], Any]


@dataclass(slots=True, kw_only=True)
class FakeWorld:
    """One project of the fake service.

    `objects` are fields by kind and id; `on` holds one optional override for each kind and
    operation; `shuffled` is a seed that makes lists come in another order each time. A `trusted`
    world's objects are not passed through the models, which benchmarks need.
    """

    objects: dict[str, dict[str, Fields]] = field(default_factory=dict)
    tier: Tier = Tier.FREE
    baseline: Mapping[str, frozenset[str]] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    lag: float = 0.0
    project_id: str = "Pfake"
    on: dict[tuple[str, str], Override] = field(default_factory=dict)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    requests: list[str] = field(default_factory=list)
    shuffled: int | None = None
    trusted: bool = False
    now: Callable[[], int] = lambda: 0
    made: Counter[str] = field(default_factory=Counter)
    deeds: list[Deed] = field(default_factory=list)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "FakeWorld":
        """Make a world of plain data, as the folders of scenarios hold it."""
        tier = data.get("tier", Tier.FREE)
        world = cls(
            tier=Tier[tier.upper()] if isinstance(tier, str) else Tier(tier),
            baseline={kind: frozenset(names) for kind, names in data.get("baseline", {}).items()},
        )
        for kind, rows in data.items():
            if kind not in ("tier", "baseline"):
                for row in rows:
                    world.put(kind, **row)
        return world

    def put(self, kind: str, id: str = "", **fields: Any) -> str:  # noqa: A002, ANN401  # the service's word, its data
        """Place an object as somebody else would, without a call; gives its id."""
        identifier = id or self.new_id(kind)
        self.held(kind)[identifier] = copy.deepcopy(fields)
        return identifier

    def change(self, kind: str, id: str, **fields: Any) -> None:  # noqa: A002, ANN401  # the service's word, its data
        """Edit an object as somebody in the console would."""
        self.held(kind)[id].update(copy.deepcopy(fields))

    def drop(self, kind: str, id: str) -> None:  # noqa: A002  # the service's word
        """Remove an object as somebody in the console would."""
        del self.held(kind)[id]

    def held(self, kind: str) -> dict[str, Fields]:
        """Give the objects of a kind, by id."""
        return self.objects.setdefault(kind, {})

    def the(self, kind: str, identifier: str) -> Fields:
        """Give one object, which must be there."""
        if identifier not in self.held(kind):
            message = f"there is no {kind} {identifier}"
            raise NotFound(message)
        return self.held(kind)[identifier]

    def new_id(self, kind: str) -> str:
        """Give the next number of a kind; none is given twice."""
        while True:
            self.made[kind] += 1
            identifier = f"{kind}-{self.made[kind]}"
            if identifier not in self.held(kind):
                return identifier

    def total(self, *operations: str) -> int:
        """Count the calls of some operations, or all calls."""
        return sum(
            count
            for (_, operation), count in self.calls.items()
            if not operations or operation in operations
        )

    def order(self, kind: str) -> list[str]:
        """Say in which order a list comes."""
        identifiers = list(self.held(kind))
        if self.shuffled is not None:
            seed = f"{self.shuffled} {kind} {self.calls[kind, 'list']}"
            random.Random(seed).shuffle(identifiers)
        return identifiers

    def license(self, kind: str, requires: Tier) -> None:
        """Refuse what the account's plan does not include."""
        if requires > self.tier:
            message = f"{kind} needs the plan {requires.name.lower()}"
            raise NotLicensed(message)

    @contextmanager
    def atomic(self, kind: str) -> Iterator[None]:
        """Do all of a batch or nothing of it."""
        before = copy.deepcopy(self.held(kind))
        try:
            yield
        except Exception:
            self.objects[kind] = before
            raise

    async def serve(self, gate: Gate, call: Call, *, family: str, times: int) -> object:
        """Let one call through the gate, count it, and do it or what its override says."""
        for _ in range(times - 1):
            async with gate.passing(family):
                pass
        async with gate.passing(family, reading=call.operation in _READING):
            self.calls[call.kind, call.operation] += times
            self.requests.append(f"{call.operation} {call.kind} {_named(call.subject)}".rstrip())
            override = self.on.get((call.kind, call.operation))
            answer: object = call.proceed() if override is None else override(call)
            return await answer if inspect.isawaitable(answer) else answer


_READING = ("list", "read", "find", "tier", "trail")


def _named(subject: object) -> str:
    match subject:
        case str():
            return subject
        case None:
            return ""
        case Config():
            return str(getattr(subject, "name", ""))
        case Sequence():
            return ", ".join(map(_named, subject))
    return str(cast("Any", subject).id)


def refuse_taken(identities: Iterable[str], identity: str, *, kind: str) -> None:
    """Refuse a natural key that another object has."""
    if identity in identities:
        message = f"{kind} `{identity}` exists"
        raise Conflict(message)


def refuse_missing(known: Iterable[str], wanted: Iterable[str], *, what: str) -> None:
    """Refuse references to what is not there."""
    missing = sorted(set(wanted) - set(known))
    if missing:
        message = f"there is no {what} `{missing[0]}`"
        raise Rejected(message)
