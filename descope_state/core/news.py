"""Tells what is new since the last look: what was told once is not told again while it lasts."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from descope_state.model.finding import Finding, Sighting, Sort
from descope_state.model.value import canonical

Known = frozenset[tuple[str, ...]]


def news(known: Known, sightings: Iterable[Sighting]) -> tuple[tuple[Sighting, ...], Known]:
    """Give what nobody has been told yet, and what is known from now on.

    Of an environment that could not be read, what was known of it stays known.
    """
    fresh: list[Sighting] = []
    now: set[tuple[str, ...]] = set()
    for sighting in sightings:
        here = set(_keys(sighting))
        if sighting.error is not None:
            here |= {key for key in known if key[0] == sighting.environment and key[1] != _ERROR}
        now |= here
        if here - known:
            fresh.append(_narrowed(sighting, known))
    return tuple(fresh), frozenset(now)


_ERROR = "error"


def _keys(sighting: Sighting) -> Iterator[tuple[str, ...]]:
    where = sighting.environment
    if sighting.error is not None:
        yield where, _ERROR, sighting.error.message
    for finding in sighting.judgement.findings:
        yield where, *_key(finding)
    for alarm in sighting.judgement.alarms:
        yield where, "alarm", alarm.message
    for rule in sighting.judgement.expired:
        yield where, "expired", rule.about, rule.until


def _key(finding: Finding) -> tuple[str, ...]:
    live = {facet.change.name: facet.change.after for facet in finding.facets}
    return finding.sort.value, finding.subject, finding.id, canonical(live).hex()


def _narrowed(sighting: Sighting, known: Known) -> Sighting:
    """Leave of a sighting what is new."""
    where, judgement = sighting.environment, sighting.judgement
    findings = tuple(one for one in judgement.findings if (where, *_key(one)) not in known)
    return replace(
        sighting,
        judgement=replace(
            judgement,
            findings=findings,
            ignored=(),
            expired=tuple(
                rule
                for rule in judgement.expired
                if (where, "expired", rule.about, rule.until) not in known
            ),
            alarms=tuple(
                alarm for alarm in judgement.alarms if (where, "alarm", alarm.message) not in known
            ),
            counts={sort: sum(one.sort is sort for one in findings) for sort in Sort},
        ),
    )
