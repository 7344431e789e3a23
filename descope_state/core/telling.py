"""With which status a command ends that looked at several environments."""

from collections.abc import Iterable

from descope_state.errors import Exit
from descope_state.model.finding import Sighting, Sort

# What a person must see to comes before what passes by itself, and both before mere drift.
_WORST_FIRST = (Exit.REFUSED, Exit.ERROR, Exit.CREDENTIALS, Exit.UNREACHABLE, Exit.CHANGES)


def status_of(sightings: Iterable[Sighting], *, strict: bool) -> Exit:
    """Choose the status that says most; strict counts what is in no stack as drift as well."""
    found = {status for one in sightings for status in _statuses(one, strict=strict)}
    known = (status for status in _WORST_FIRST if status in found)
    return next(known, next(iter(sorted(found)), Exit.DONE))


def _statuses(sighting: Sighting, *, strict: bool) -> Iterable[Exit]:
    if sighting.error is not None:
        yield sighting.error.status
    if sighting.judgement.alarms:
        yield Exit.REFUSED
    sorts = {finding.sort for finding in sighting.judgement.findings}
    if sorts - ({Sort.UNMANAGED} if not strict else set()):
        yield Exit.CHANGES
