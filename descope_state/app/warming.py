"""The cache of reads itself: what it holds, filled before it is needed, and emptied."""

from collections.abc import Sequence

from descope_state.app.browsing import browse
from descope_state.app.caching import cache_of
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening
from descope_state.frozen import dataclass
from descope_state.store.cache import Contents


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmed:
    """How many objects of a kind are remembered now, and how many calls that took."""

    kind: str
    objects: int
    calls: int


def contents(surroundings: Surroundings) -> Contents:
    """Say what is remembered."""
    return cache_of(surroundings.environ, surroundings).contents()


def cleared(surroundings: Surroundings) -> int:
    """Forget everything, and say how many answers there were."""
    return cache_of(surroundings.environ, surroundings).clear()


def warmed(
    surroundings: Surroundings, opening: Opening, *, kinds: Sequence[str]
) -> tuple[Warmed, ...]:
    """Read all objects of some kinds in full, so that looking at them makes no call."""
    found = ((kind, browse(surroundings, opening, kind=kind)) for kind in kinds)
    return tuple(
        Warmed(kind=kind, objects=len(result.found), calls=result.calls) for kind, result in found
    )
