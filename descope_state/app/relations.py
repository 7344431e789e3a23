"""Who uses whom in a stack."""

from descope_state.app.workspace import Workspace
from descope_state.core.graph import dependents
from descope_state.core.resolve import Resolution
from descope_state.errors import UsageError
from descope_state.model.address import Address
from descope_state.model.explanation import Use
from descope_state.model.nearness import meant
from descope_state.model.resource import Desired


def edges_of(resolution: Resolution) -> dict[Address, tuple[Address, ...]]:
    """Give what each resource of a stack needs."""
    return {desired.address: desired.depends_on for desired in resolution.desired}


def found_in(workspace: Workspace, resolution: Resolution, *, address: Address) -> list[Desired]:
    """Give the resources an address names: one, or all instances of a block."""
    matches = [
        desired
        for desired in resolution.desired
        if address in (desired.address, desired.address.block)
    ]
    if matches:
        return matches
    known = [str(desired.address) for desired in resolution.desired]
    message = f"`{workspace.environment}` has no `{address}`"
    raise UsageError(message, hint=meant(str(address), known) or "`dstate graph` lists what it has")


def uses(resolution: Resolution, start: list[Desired]) -> tuple[Use, ...]:
    """Find everything that uses some resources, nearest first."""
    users = dependents(edges_of(resolution))
    origins = {desired.address: desired.locate(()) for desired in resolution.desired}
    seen = {desired.address for desired in start}
    level, steps = sorted(seen), 1
    found: list[Use] = []
    while level:
        reached: list[Address] = []
        for needed in level:
            for user in users.get(needed, ()):
                if user not in seen:
                    seen.add(user)
                    reached.append(user)
                    found.append(
                        Use(address=user, through=needed, steps=steps, origin=origins.get(user))
                    )
        level, steps = sorted(reached), steps + 1
    return tuple(found)
