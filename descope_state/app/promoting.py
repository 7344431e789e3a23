"""Promotes objects: an ordinary plan in one environment of what another holds now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from descope_state.app.citing import citing
from descope_state.app.environments import Everything, View, seen
from descope_state.app.planning import Planned, Reading
from descope_state.app.surroundings import Surroundings
from descope_state.app.wanted import Order, Seen, plan_order
from descope_state.app.workspace import Workspace
from descope_state.core.comparing import side
from descope_state.core.portable import Atlas
from descope_state.core.promoting import Freight, Journey, chosen, loaded
from descope_state.core.wanted import Wanted
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.resource import Live


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A plan that promotes, and what there is to say about it besides."""

    planned: Planned
    freight: Freight
    source: View


def promoted(
    surroundings: Surroundings,
    *,
    here: Workspace,
    there: Workspace,
    addresses: Sequence[Address],
    reading: Reading,
) -> Promotion:
    """Plan in one environment what makes the chosen objects as they are in another."""
    (view,) = seen([here], surroundings, reading=reading)
    named = chosen(view.side, addresses)
    carried = view.side.atlas.closure(named)
    loads: list[Freight] = []

    def decide(found: Seen) -> Sequence[Wanted]:
        loads.append(loaded(_journey(view, found), named))
        return loads[-1].wanted

    order = Order(
        command=f"env promote {here.environment} {there.environment}",
        kinds={one.kind for live in carried for one in (live, *view.side.atlas.needs(live))},
        decide=decide,
        whole=_whole(view, carried),
        overrides={},
    )
    planned = plan_order(there, surroundings, order=order, reading=reading)
    freight = loads[-1]
    warned = replace(planned, warnings=(*planned.warnings, *freight.lacks))
    return Promotion(planned=warned, freight=freight, source=view)


def _whole(view: View, carried: Sequence[Live]) -> Mapping[str, Collection[str]]:
    """Say what is to be read whole there: by natural key, where that holds no id of here."""
    keys: dict[str, set[str]] = {}
    for live in carried:
        keys.setdefault(live.kind, set()).update((live.identity, live.id))
    return {kind: Everything() if _bound(view, kind) else found for kind, found in keys.items()}


def _bound(view: View, kind: str) -> bool:
    """Tell whether the natural keys of a kind hold ids of what its objects belong to."""
    schema = view.workspace.catalog[kind].schema
    return any(schema.fields[name].refers for name in schema.identity_fields)


def _journey(view: View, found: Seen) -> Journey:
    workspace = found.workspace
    atlas = Atlas(found.sight.observation, workspace.catalog, cites=citing(workspace.providers))
    target = side(
        workspace.environment,
        atlas,
        desired=found.stack.desired,
        entries=found.sight.snapshot.entries,
        catalog=workspace.catalog,
    )
    return Journey(
        source=view.side,
        target=target,
        catalog=workspace.catalog,
        readable=workspace.secrets.read,
    )
