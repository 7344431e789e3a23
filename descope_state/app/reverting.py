"""Finds what a plan would undo of what changed outside dstate, and says what it would leave."""

from collections.abc import Mapping, Sequence

from descope_state.app.applying import Watch
from descope_state.app.drifting import Looking, look
from descope_state.app.planning import Reading
from descope_state.app.surroundings import Surroundings
from descope_state.app.wishing import address_of
from descope_state.app.workspace import Opening
from descope_state.core.select import matching
from descope_state.core.undoing import Because, Left, undone
from descope_state.errors import Problem, Refused
from descope_state.frozen import dataclass
from descope_state.model.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """The addresses that a plan changes back, and what stays as it is."""

    targets: tuple[Address, ...]
    left: tuple[Left, ...]
    environment: str
    protected: bool
    warnings: tuple[Problem, ...] = ()


def undoing(
    surroundings: Surroundings,
    opening: Opening,
    *,
    named: Sequence[str],
    overrides: Mapping[str, int],
    reading: Reading,
    watch: Watch,
) -> Undoing:
    """Look at one environment, and choose what is to be changed back."""
    asked = tuple(address_of(text, option="drift revert") for text in named)
    names = (opening.environment,) if opening.environment else ()
    looking = Looking(opening=opening, environments=names, reading=reading, overrides=overrides)
    (looked,) = look(surroundings, looking, watch=watch)
    sighting = looked.sighting
    if sighting.error is not None or looked.planned is None:
        raise sighting.error or Refused(f"`{sighting.environment}` could not be looked at")
    for alarm in sighting.judgement.alarms:
        raise Refused(alarm.message, hint=alarm.hint)
    found = undone(sighting.judgement, looked.planned.plan, asked=asked)
    steady = [address for address in asked if address not in found.met]
    known = {change.address for change in looked.planned.plan.changes}
    matching(steady, sorted(known | looked.planned.snapshot.entries.keys()))
    left = [Left(address=address, because=Because.STEADY) for address in steady]
    return Undoing(
        targets=found.targets,
        left=(*left, *found.left),
        environment=sighting.environment,
        protected=sighting.protected,
        warnings=looked.warnings,
    )
