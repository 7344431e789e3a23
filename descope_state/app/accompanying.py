"""Adds to a plan what its deletions take along: read from the project, never written."""

from dataclasses import replace

from descope_state.app.connecting import connected, gate_for, translated
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Workspace
from descope_state.core.accompanying import taking
from descope_state.model.plan import Plan
from descope_state.runtime.accompanying import accompanying
from descope_state.runtime.gate import Gate


def accompanied(
    made: Plan, workspace: Workspace, *, surroundings: Surroundings, capacity: float
) -> Plan:
    """Say of every deletion what it takes along; where there is none, nobody is asked."""
    if not taking(made.changes, workspace.catalog):
        return made
    # A gate of its own: what paces calls belongs to one loop.
    gate = gate_for(surroundings, capacity=capacity)
    found: Plan = surroundings.run(_asked(made, workspace, gate))
    return found


async def _asked(made: Plan, workspace: Workspace, gate: Gate) -> Plan:
    async with connected(workspace, gate) as session:
        with translated(workspace):
            found = await accompanying(session, made.changes, catalog=workspace.catalog, gate=gate)
    return replace(
        made,
        changes=tuple(
            replace(change, takes_along=found[change.address])
            if change.address in found
            else change
            for change in made.changes
        ),
        estimate=replace(made.estimate, refresh_calls=made.estimate.refresh_calls + gate.total),
    )
