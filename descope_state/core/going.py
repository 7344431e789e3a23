"""What goes with an object that is deleted, what holds it back, and what will miss it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from descope_state.frozen import dataclass
from descope_state.model.resource import Live
from descope_state.model.value import Value
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.schema import Field

_WORDS = re.compile(r"[^\s/?&=#:,;]+")


class Bond(StrEnum):
    """What becomes of an object that refers to one that is deleted."""

    GOES = "goes"
    HOLDS = "holds"
    MISSES = "misses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One object that refers to another; `rest` is what it keeps, where it need not go itself."""

    live: Live
    bond: Bond
    field: str
    rest: Mapping[str, Value] | None = None


Others = Mapping[str, Mapping[str, Live]]


def ties(
    live: Live, others: Others, *, bonds: Mapping[str, Bond], catalog: Catalog
) -> tuple[Tie, ...]:
    """Find what refers to an object by its id, among kinds of which it is known what that means."""
    return tuple(
        tie
        for kind, bond in bonds.items()
        for other in _ordered(others.get(kind, {}).values())
        if (other.kind, other.id) != (live.kind, live.id)
        for tie in _tied(other, live.id, bond=bond, fields=catalog[kind].schema.fields)
    )


def _ordered(found: Iterable[Live]) -> list[Live]:
    return sorted(found, key=lambda live: (live.identity, live.id))


def _tied(live: Live, id_: str, *, bond: Bond, fields: Mapping[str, Field]) -> Iterator[Tie]:
    for name, value in live.attributes.items():
        if name == "id" or not _mentions(value, id_):
            continue
        rest = _without(value, id_)
        kept = {name: rest} if rest and name in fields else None
        yield Tie(live=live, bond=bond, field=name, rest=kept)
        return


def _mentions(value: Value, id_: str) -> bool:
    if isinstance(value, str):
        return value == id_ or (id_ in value and id_ in _WORDS.findall(value))
    if isinstance(value, dict):
        return any(_mentions(inner, id_) for inner in value.values())
    return isinstance(value, list) and any(_mentions(inner, id_) for inner in value)


def _without(value: Value, id_: str) -> Value:
    """Give what is left of a list whose elements refer to several."""
    if not isinstance(value, list):
        return None
    return [inner for inner in value if not _mentions(inner, id_)]
