"""Chooses which findings an ordinary plan undoes, and says of the others why it leaves them."""

from collections.abc import Collection, Iterator
from enum import StrEnum

from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action
from descope_state.model.finding import Finding, Judgement, Wish
from descope_state.model.plan import Plan


class Because(StrEnum):
    """Why a plan leaves something as it is."""

    AGREED = "agreed"
    UNSTATED = "unstated"
    UNWANTED = "unwanted"
    STEADY = "steady"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Something that drifted and that no plan changes back; without fields, all of an object."""

    address: Address
    because: Because
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What a plan changes back and what it leaves; `met` are the named addresses that drifted."""

    targets: tuple[Address, ...]
    left: tuple[Left, ...]
    met: frozenset[Address]


def undone(judgement: Judgement, plan: Plan, *, asked: Collection[Address]) -> Undone:
    """Choose what drifted; what rules ignore only where somebody named it."""
    hidden = [one.finding for one in judgement.ignored] if asked else []
    targets: set[Address] = set()
    left: list[Left] = []
    met: set[Address] = set()
    doing = {change.address for change in plan.changes if change.action is not Action.NOOP}
    for finding in (*judgement.findings, *hidden):
        address = finding.address
        if address is None:
            continue
        names = {address, address.block} & set(asked)
        if asked and not names:
            continue
        met |= names
        left += _left(finding, address)
        if finding.wanted and address in doing and _undoes(finding):
            targets.add(address)
    return Undone(
        targets=tuple(sorted(targets)),
        left=tuple(one for one in left if one.fields or one.address not in targets),
        met=frozenset(met),
    )


def _undoes(finding: Finding) -> bool:
    wishes = {facet.wish for facet in finding.facets}
    return not finding.facets or bool(wishes & {Wish.REMEMBERED, Wish.OTHER})


def _left(finding: Finding, address: Address) -> Iterator[Left]:
    if not finding.wanted:
        yield Left(address=address, because=Because.UNWANTED)
        return
    for wish, because in ((Wish.LIVE, Because.AGREED), (Wish.UNSTATED, Because.UNSTATED)):
        fields = tuple(facet.change.name for facet in finding.facets if facet.wish is wish)
        if fields:
            yield Left(address=address, because=because, fields=fields)
