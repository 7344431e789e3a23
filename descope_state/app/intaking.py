"""Looks at a project to take it in, and holds what would be written against what is there."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from descope_state.app.applying import Manner
from descope_state.app.connecting import connected, gate_for, translated
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Workspace
from descope_state.config.blocks import blocks_in
from descope_state.config.settings import SETTINGS_FILE
from descope_state.config.sources import StackSources
from descope_state.config.writing import Unspellable, Written, block, document
from descope_state.core import intake as intaking
from descope_state.core.intake import Intake, Taken
from descope_state.core.observation import Observation
from descope_state.core.ports import SILENT, Silent
from descope_state.errors import DstateError, UsageError
from descope_state.model.address import Address
from descope_state.model.change import Action, Change
from descope_state.model.nearness import listed
from descope_state.model.plan import Plan
from descope_state.model.resource import Live
from descope_state.model.stack import Documents
from descope_state.runtime.refresh import refresh


class Differs(DstateError):
    """What was written down of an object is not what the object is: nothing was done."""

    code = "E1120"


class _Told(Silent):
    """Hears only that the service's limits make everybody wait."""

    def __init__(self, waiting: Callable[[float], None]) -> None:
        self._waiting = waiting

    def paused(self, family: str, *, seconds: float, reason: str) -> None:
        """Pass it on."""
        del family, reason
        self._waiting(seconds)


def look(
    workspace: Workspace,
    surroundings: Surroundings,
    *,
    kinds: Iterable[str],
    manner: Manner,
    waiting: Callable[[float], None] | None = None,
) -> Observation:
    """Read every object of some kinds, whole; `waiting` hears of pauses that the limits make."""

    async def looking() -> Observation:
        observer = SILENT if waiting is None else _Told(waiting)
        gate = gate_for(surroundings, capacity=manner.capacity, observer=observer)
        async with connected(workspace, gate) as session:
            with translated(workspace):
                return await refresh(
                    session,
                    kinds=[kind for kind in kinds if kind in session.kinds],
                    managed={},
                    catalog=workspace.catalog,
                    gate=gate,
                    parallelism=manner.parallelism,
                    whole=True,
                )

    seen: Observation = surroundings.run(looking())
    return seen


def ground_of(workspace: Workspace, observation: Observation) -> intaking.Ground:
    """Put together what the stack and its state hold already."""
    found = workspace.store.found(
        environment=workspace.environment, project_id=observation.project_id
    )
    return intaking.Ground(
        catalog=workspace.catalog,
        observation=observation,
        entries=found.entries if found is not None else {},
        desired=workspace.resolution().desired,
        names=frozenset((block.kind, block.name) for block in workspace.documents.blocks),
        unspellable=_unspellable,
    )


def written(taken: Taken) -> Written:
    """Give an object as the block that is written of it."""
    secrets = (
        note
        for name, source in taken.secrets.items()
        for note in (
            f"{name} cannot be read, and stays what it is until it is stated:",
            f"{name}: ${{secret('{source}')}}",
        )
    )
    unsaid = (f"{name} cannot be stated: {why}" for name, why in taken.unsaid.items())
    return Written(
        kind=taken.address.kind,
        name=taken.address.name,
        body=taken.body,
        notes=(*secrets, *unsaid),
    )


def _unspellable(taken: Taken) -> str:
    try:
        block(written(taken), indent=2)
        for value in taken.body.values():
            if isinstance(value, dict | list):
                document(value)
    except Unspellable as error:
        return error.message
    return ""


def documents_of(found: Intake) -> dict[str, bytes]:
    """Give the files that blocks refer to."""
    return {name: document(value).encode() for name, value in found.files.items()}


def ahead(workspace: Workspace, files: Mapping[str, bytes], *, new: Iterable[Address]) -> Workspace:
    """Give a stack as it will be once files are written; nothing is written yet."""
    wanted = {(address.kind, address.name) for address in new}
    blocks = [
        block
        for name, data in files.items()
        if name.endswith(".yaml") and name != SETTINGS_FILE
        for block in blocks_in(data, file=name)
        if (block.kind, block.name) in wanted
    ]
    documents: Documents = workspace.documents
    return replace(
        workspace,
        documents=replace(documents, blocks=(*documents.blocks, *blocks)),
        sources=StackSources(workspace.root, environ=workspace.environ, drafts=files),
    )


def refuse_changes(plan: Plan, wanted: Iterable[Address]) -> None:
    """Refuse a plan that does more than take objects over; the field that differs is named."""
    changes = {change.address: change for change in plan.changes}
    for address in wanted:
        change = changes.get(address)
        if change is not None and change.blocked:
            message = f"{address} cannot be taken in: {change.blocked}"
            raise Differs(message)
        if change is None or change.action not in (Action.ADOPT, Action.NOOP):
            what = _difference(change) if change is not None else "it is not in the plan"
            hint = "this is a mistake in dstate; please report it with the kind and the field"
            message = f"{address}: what would be written is not what is there: {what}"
            raise Differs(message, hint=hint)


def _difference(change: Change) -> str:
    names = [one.name for one in change.fields]
    return f"{listed(names)} would change" if names else f"it would be {change.action.value}d"


def held(workspace: Workspace, observation: Observation, *, live: Live, address: Address) -> bool:
    """Tell whether an address holds that very object; one that holds another is refused."""
    snapshot = workspace.store.found(
        environment=workspace.environment, project_id=observation.project_id
    )
    entry = snapshot.entries.get(address) if snapshot is not None else None
    if entry is not None and entry.id != live.id:
        message = f"{address} is {entry.id} already, and cannot become {live.id}"
        raise UsageError(message, hint=f"let go of it first: dstate state rm {address}")
    return entry is not None
