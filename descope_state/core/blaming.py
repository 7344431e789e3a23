"""Joins findings with a service's trail: who did it, when, and how sure that is.

Nobody is named who may not have done it. What dstate did itself is taken out first; what is left
must be about the same object, be the right sort of deed, and lie after dstate last wrote or read
the object into the state.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Generic, Protocol, TypeAlias, TypeVar

from descope_state.frozen import dataclass
from descope_state.model.finding import Blame, Confidence, Finding, Sort
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.provider import Deed
from descope_state.sdk.schema import Schema

# How far the service's clock and ours may be apart.
SLACK = 120_000
_FITTING = {
    Sort.DELETED: ("delete",),
    Sort.CHANGED: ("update", "write", "create"),
    Sort.CONVERGED: ("update", "write", "create"),
    Sort.UNMANAGED: ("create", "write"),
}
_WRITING = frozenset({"create", "update"})
_EVER = 1 << 62

Windows: TypeAlias = Sequence[tuple[int, int]]
_VERBS = frozenset({"create", "update", "delete"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Something that dstate wrote down of itself: what it did to one object, from when to when.

    An operation that sends nothing, such as taking what is live into the state, has no `verb`
    and no place in the service's trail.
    """

    kind: str
    operation: str
    began: int
    ended: int
    subjects: frozenset[str]

    @property
    def wrote(self) -> bool:
        """Tell whether the service heard of it."""
        return self.operation in _VERBS


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The two trails of one environment: the service's, and that of dstate itself."""

    deeds: Sequence[Deed]
    own: Sequence[Own]


def blamed(findings: Iterable[Finding], *, trail: Trail, catalog: Catalog) -> Iterator[Finding]:
    """Say of every finding who did it, or that it is unknown."""
    own = _Index(trail.own)
    ours = _own_actors(trail.own, _Index(trail.deeds))
    windows = _windows(trail.own)
    others = _Index(
        deed for deed in trail.deeds if not _is_own(deed, own, ours=ours, windows=windows)
    )
    for finding in findings:
        schema = catalog[finding.kind].schema
        since = _last_touched(finding, own)
        about = [
            deed
            for deed in _near(finding, others, schema=schema)
            if deed.at >= since and _fits(deed, finding) and _concerns(deed, finding, schema=schema)
        ]
        yield replace(finding, who=_judged(about, ours, singleton=schema.singleton))


class _Row(Protocol):
    @property
    def kind(self) -> str:
        """The kind of thing that a row is about."""

    @property
    def subjects(self) -> frozenset[str]:
        """What it calls the object."""


R = TypeVar("R", bound=_Row)


class _Index(Generic[R]):
    """Rows by kind and subject; a month of both trails is too long to go through for each."""

    def __init__(self, rows: Iterable[R]) -> None:
        self._rows: dict[tuple[str, str], list[R]] = {}
        self.kinds: dict[str, list[R]] = {}
        for row in rows:
            self.kinds.setdefault(row.kind, []).append(row)
            for subject in row.subjects or ("",):
                self._rows.setdefault((row.kind, subject), []).append(row)

    def about(self, kind: str, subjects: Iterable[str]) -> list[R]:
        """Give the rows with any of these subjects, each once; an empty one means none named."""
        found = {id(row): row for one in subjects for row in self._rows.get((kind, one), ())}
        return list(found.values())


def _near(finding: Finding, deeds: "_Index[Deed]", *, schema: Schema) -> list[Deed]:
    if schema.singleton:
        return deeds.kinds.get(finding.kind, [])
    subjects = {finding.id, finding.identity, *finding.identity.split("/"), ""}
    return deeds.about(finding.kind, subjects)


def _judged(about: Sequence[Deed], ours: frozenset[str], *, singleton: bool) -> Blame:
    if not about:
        return Blame(confidence=Confidence.UNKNOWN, why="the trail tells of nobody")
    last = max(about, key=lambda deed: deed.at)
    if not last.actor:
        return Blame(
            confidence=Confidence.UNKNOWN,
            at=last.at,
            action=last.action,
            why="the trail names nobody",
        )
    doubts = list(_doubts(last, about, ours=ours, named=bool(last.subjects) or singleton))
    return Blame(
        confidence=Confidence.LIKELY if doubts else Confidence.CERTAIN,
        actor=last.actor,
        at=last.at,
        action=last.action,
        why="; ".join(doubts),
    )


def _doubts(
    last: Deed, about: Sequence[Deed], *, ours: frozenset[str], named: bool
) -> Iterator[str]:
    others = {deed.actor for deed in about} - {last.actor}
    if others:
        yield f"{len(others)} more changed it in that time"
    if not named:
        yield "the trail does not name the object"
    if not last.verb:
        yield "the trail does not say what was done"
    if last.actor in ours:
        yield "with the key that dstate uses, in no run that this state knows"


def _fits(deed: Deed, finding: Finding) -> bool:
    return not deed.verb or deed.verb in _FITTING[finding.sort]


def _concerns(deed: Deed, finding: Finding, *, schema: Schema) -> bool:
    """Tell whether a deed is about an object; one that names none may be about any of its kind."""
    if schema.singleton and not schema.identity_fields:
        return True
    if schema.singleton and not finding.identity:
        # Of a kind that each tenant has as well, the project's own is the one without a name.
        return not deed.subjects
    if not deed.subjects:
        return not schema.singleton
    if finding.id in deed.subjects or finding.identity in deed.subjects:
        return True
    parts = set(finding.identity.split("/"))
    return len(parts) > 1 and parts <= deed.subjects


def _last_touched(finding: Finding, own: "_Index[Own]") -> int:
    """Say since when the state remembers an object as it does."""
    about = own.about(finding.kind, {finding.id, finding.identity} - {""})
    return max((one.began if one.wrote else one.ended for one in about), default=0)


def _own_actors(own: Iterable[Own], deeds: "_Index[Deed]") -> frozenset[str]:
    """Learn under which name the service knows dstate.

    Whoever alone did to an object what dstate did to it, while dstate did it, is dstate.
    """
    found: set[str] = set()
    for one in own:
        near = deeds.about(one.kind, one.subjects)
        actors = {deed.actor for deed in near if _matches(deed, one) and _same_verb(deed, one)}
        if len(actors) == 1:
            found |= actors
    return frozenset(found)


def _same_verb(deed: Deed, own: Own) -> bool:
    if deed.verb == "write":
        return own.operation in _WRITING
    return deed.verb in (own.operation, "")


def _is_own(
    deed: Deed, own: "_Index[Own]", *, ours: frozenset[str], windows: Mapping[str, Windows]
) -> bool:
    """Tell whether dstate did it, a deed that follows from another one included.

    Where it is not known under which name, everybody near one of its writes may be dstate.
    """
    if ours and deed.actor not in ours:
        return False
    if deed.subjects:
        return any(_matches(deed, one) for one in own.about(deed.kind, deed.subjects))
    spans = windows.get(deed.kind, ())
    before = bisect_right(spans, (deed.at, _EVER))
    return before > 0 and deed.at <= spans[before - 1][1]


def _windows(own: Iterable[Own]) -> dict[str, Windows]:
    """Say, by kind, when dstate was writing: spans that do not meet, in their order."""
    found: dict[str, list[tuple[int, int]]] = {}
    for one in sorted((one for one in own if one.wrote), key=lambda one: one.began):
        spans = found.setdefault(one.kind, [])
        start, end = one.began - SLACK, one.ended + SLACK
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return dict(found)


def _matches(deed: Deed, own: Own) -> bool:
    return own.wrote and own.began - SLACK <= deed.at <= own.ended + SLACK
