"""Explains one planned change: where each value was written, what it came to, and what follows."""

from descope_state.app.planning import Planned
from descope_state.app.workspace import Workspace
from descope_state.model.address import Address
from descope_state.model.change import Change
from descope_state.model.explanation import Chain, Step


def chain(workspace: Workspace, result: Planned, *, address: Address) -> Chain | None:
    """Explain one address of a plan, or None where the plan does not hold it."""
    change = next((one for one in result.plan.changes if one.address == address), None)
    if change is None:
        return None
    desired = next((one for one in result.resolution.desired if one.address == address), None)
    return Chain(
        change=change,
        origin=desired.locate(()) if desired else None,
        steps=tuple(_steps(workspace, result, change)) if desired else (),
        needs=change.depends_on,
    )


def _steps(workspace: Workspace, result: Planned, change: Change) -> list[Step]:
    address = change.address
    desired = next(one for one in result.resolution.desired if one.address == address)
    block = next(
        block
        for block in workspace.documents.blocks
        if (block.kind, block.name) == (address.kind, address.name)
    )
    source = change.moved_from or address
    entry = result.snapshot.entries.get(source)
    changed = {field.name: field for field in change.fields}
    after = change.after or {}
    return [
        Step(
            field=name,
            origin=desired.locate((name,)),
            written=block.body.get(name),
            wanted=after.get(name, desired.attributes[name]),
            remembered=entry.outputs.get(name) if entry else None,
            live=(change.before or {}).get(name),
            known_before=entry is not None and name in entry.outputs,
            exists=change.before is not None,
            change=changed.get(name),
        )
        for name in desired.attributes
    ]
