"""Makes a plan: the stack, the state and the live project side by side."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import field, replace

from descope_state.app.connecting import connected, gate_for, translated
from descope_state.app.repeating import repeats
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Workspace
from descope_state.config.secrets import fingerprints
from descope_state.config.stack import combined_digest
from descope_state.core.accompanying import taking
from descope_state.core.mentions import named_beside
from descope_state.core.observation import Observation, remembered
from descope_state.core.planner import Request, Wishes, misnamed, plan
from descope_state.core.resolve import Resolution
from descope_state.core.secret_sources import secrets_of
from descope_state.errors import DstateError, Invalid, Problem
from descope_state.frozen import dataclass
from descope_state.model.plan import Bindings, Plan
from descope_state.model.resource import Desired, Live
from descope_state.model.state import Snapshot
from descope_state.model.value import Unknown
from descope_state.runtime.accompanying import accompanying
from descope_state.runtime.gate import Gate
from descope_state.runtime.refresh import refresh, seen_beside
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.provider import Session, Tier
from descope_state.sdk.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Whether the project is read at all, how many reads go side by side, and at which pace.

    What was `seen` a moment ago is not read again.
    `supposed` stands in the place of the state: what is planned if that is what is remembered.
    """

    refreshed: bool = True
    seen: Observation | None = None
    parallelism: int = 10
    capacity: float = 1.0
    supposed: Snapshot | None = None


_ORDINARY = Reading()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan with what it was made from; `key` seals it when it is saved."""

    plan: Plan
    key: bytes
    resolution: Resolution
    snapshot: Snapshot
    observation: Observation
    warnings: tuple[Problem, ...]


def planned(
    workspace: Workspace,
    surroundings: Surroundings,
    *,
    wishes: Wishes,
    reading: Reading = _ORDINARY,
) -> Planned:
    """Plan one environment of a stack."""
    resolution = workspace.resolution()
    if wishes.imports:
        declarations = resolution.declarations.taking(wishes.imports)
        resolution = replace(resolution, declarations=declarations)
    scope = _scope(workspace, resolution)
    sight = sighted(workspace, surroundings, scope=scope, reading=reading)
    result = concluded(workspace, surroundings, resolution=resolution, sight=sight, wishes=wishes)
    return accompanied(workspace, surroundings, result=result, reading=reading)


def accompanied(
    workspace: Workspace, surroundings: Surroundings, *, result: Planned, reading: Reading
) -> Planned:
    """Add to the deletions of a plan what they take along."""
    if not reading.refreshed or not taking(result.plan.changes, workspace.catalog):
        return result
    # A run of its own: what paces calls belongs to one loop.
    gate = gate_for(surroundings, capacity=reading.capacity)
    made: Plan = surroundings.run(_accompanied(result.plan, workspace, gate))
    return replace(result, plan=made)


def concluded(
    workspace: Workspace,
    surroundings: Surroundings,
    *,
    resolution: Resolution,
    sight: "Sight",
    wishes: Wishes,
) -> Planned:
    """Make a plan of what was seen."""
    request = requested(workspace, surroundings, sight=sight, resolution=resolution, wishes=wishes)
    try:
        made = plan(request)
    except Invalid as error:
        raise workspace.shown(error) from None
    return Planned(
        plan=made,
        key=sight.key,
        resolution=resolution,
        snapshot=sight.snapshot,
        observation=sight.observation,
        warnings=(*workspace.documents.warnings, *misnamed(request, made)),
    )


def requested(
    workspace: Workspace,
    surroundings: Surroundings,
    *,
    sight: "Sight",
    resolution: Resolution,
    wishes: Wishes,
) -> Request:
    """Put together everything that a plan is a function of."""
    return Request(
        resolution=resolution,
        snapshot=sight.snapshot,
        observation=sight.observation,
        catalog=workspace.catalog,
        secrets=_secrets(workspace, resolution, wishes=wishes, key=sight.key),
        bindings=_bindings(workspace, surroundings, sight=sight),
        safety=workspace.documents.safety,
        wishes=wishes,
        repeated=repeats(workspace, surroundings),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is to be read of a project: kinds, and objects to be read whole by id or natural key.

    `beside` are names of objects of other kinds, which are only listed: to see whether they are.
    """

    kinds: Collection[str]
    managed: Mapping[str, Collection[str]]
    beside: Mapping[str, Collection[str]] = field(default_factory=dict)


# asyncio spells out what a task answered when the task is over; that must not take its time.
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sight:
    """The state and the project as they are, and the key that seals what is made of them."""

    snapshot: Snapshot
    key: bytes
    observation: Observation


def sighted(
    workspace: Workspace,
    surroundings: Surroundings,
    *,
    scope: Callable[[Snapshot], Scope],
    reading: Reading = _ORDINARY,
) -> Sight:
    """Look at the state, and at as much of the project as it makes necessary."""
    gate = gate_for(surroundings, capacity=reading.capacity)
    sight: Sight = surroundings.run(_seen(workspace, scope, reading=reading, gate=gate))
    return sight


async def seen(
    workspace: Workspace, resolution: Resolution, *, reading: Reading, gate: Gate
) -> Sight:
    """Read the state of one environment, and as much of its project as a stack is about."""
    return await _seen(workspace, _scope(workspace, resolution), reading=reading, gate=gate)


def _scope(workspace: Workspace, resolution: Resolution) -> Callable[[Snapshot], Scope]:
    def scope(snapshot: Snapshot) -> Scope:
        kinds = _in_play(resolution, snapshot)
        return Scope(
            kinds=kinds,
            managed=read_whole(resolution, snapshot, catalog=workspace.catalog),
            beside=named_beside(
                resolution.desired, snapshot.entries, catalog=workspace.catalog, but=kinds
            ),
        )

    return scope


def _unheld(beside: Mapping[str, Collection[str]], session: Session) -> set[str]:
    """Give the kinds that must be listed for names which not every project holds."""
    held = session.baseline()
    return {kind for kind, names in beside.items() if not held.get(kind, frozenset()) >= {*names}}


async def _seen(
    workspace: Workspace, scope: Callable[[Snapshot], Scope], *, reading: Reading, gate: Gate
) -> Sight:
    async with connected(workspace, gate) as session:
        snapshot = remembered_for(workspace, session, supposed=reading.supposed)
        if reading.seen is not None:
            observation = reading.seen
        elif not reading.refreshed:
            observation = _unasked(workspace, snapshot, session)
        else:
            wanted = scope(snapshot)
            with translated(workspace):
                observation = await refresh(
                    session,
                    kinds=wanted.kinds,
                    managed=wanted.managed,
                    catalog=workspace.catalog,
                    gate=gate,
                    parallelism=reading.parallelism,
                )
                observation = await seen_beside(
                    observation,
                    session,
                    kinds=_unheld(wanted.beside, session),
                    catalog=workspace.catalog,
                    gate=gate,
                )
    # Only now: credentials that do not work must not bind a new state to their project.
    if not snapshot.lineage:
        snapshot = workspace.store.begun(
            environment=snapshot.environment, project_id=snapshot.project_id
        )
    needed = bool(snapshot.entries) and reading.supposed is None
    key = workspace.store.sealing_key(needed=needed)
    return Sight(snapshot=snapshot, key=key, observation=observation)


async def _accompanied(made: Plan, workspace: Workspace, gate: Gate) -> Plan:
    """Add to every deletion what it takes along, and what it has cost to find out."""
    async with connected(workspace, gate) as session:
        with translated(workspace):
            found = await accompanying(session, made.changes, catalog=workspace.catalog, gate=gate)
    return replace(
        made,
        changes=tuple(
            replace(change, takes_along=found.get(change.address, {})) for change in made.changes
        ),
        estimate=replace(made.estimate, refresh_calls=made.estimate.refresh_calls + gate.total),
    )


def remembered_for(
    workspace: Workspace, session: Session, *, supposed: Snapshot | None = None
) -> Snapshot:
    """Give the state, or an empty one without a lineage where there is none yet."""
    name, project = workspace.environment, session.project_id
    if supposed is not None:
        return replace(supposed, project_id=project)
    found = workspace.store.found(environment=name, project_id=project)
    nothing = Snapshot(lineage="", serial=0, environment=name, project_id=project, entries={})
    snapshot = found or nothing
    _check_kinds(workspace, snapshot)
    return snapshot


def _check_kinds(workspace: Workspace, snapshot: Snapshot) -> None:
    for address in snapshot.entries:
        if address.kind not in workspace.catalog:
            message = f"the state holds {address}, and no installed provider manages such a kind"
            raise DstateError(message, hint="install the provider that made it")


def _in_play(resolution: Resolution, snapshot: Snapshot) -> set[str]:
    wanted = {desired.address.kind for desired in resolution.desired}
    return wanted | {address.kind for address in snapshot.entries}


def read_whole(
    resolution: Resolution, snapshot: Snapshot, *, catalog: Catalog
) -> dict[str, set[str]]:
    """Name the objects that are to be read whole, by id or by natural key."""
    managed: dict[str, set[str]] = {}
    for entry in snapshot.entries.values():
        managed.setdefault(entry.address.kind, set()).add(entry.id)
    for item in resolution.declarations.imports:
        managed.setdefault(item.address.kind, set()).add(item.id)
    for desired in resolution.desired:
        schema = catalog[desired.address.kind].schema
        if schema.singleton and schema.partial_list and desired.address not in snapshot.entries:
            managed.setdefault(schema.kind, set()).update(_taken_over(desired, schema, snapshot))
    return managed


def _taken_over(desired: Desired, schema: Schema, snapshot: Snapshot) -> Iterator[str]:
    """Name what a resource may take over that is there without having been made.

    What it belongs to may be known by its address only; the state knows the id.
    """
    for name in schema.identity_fields:
        value = desired.attributes.get(name, "")
        if isinstance(value, str):
            yield value
        for ref in value.refs if isinstance(value, Unknown) else ():
            for address, entry in snapshot.entries.items():
                same = (address.kind, address.name) == (ref.kind, ref.name)
                if same and ref.key in (None, address.key):
                    yield entry.id


def _unasked(workspace: Workspace, snapshot: Snapshot, session: Session) -> Observation:
    """Believe the state, as `-refresh=false` asks; nothing was read, so nothing is blocked."""
    computed = {
        kind: frozenset(
            name for name, field in described.schema.fields.items() if not field.statable
        )
        for kind, described in workspace.catalog.items()
    }
    live: dict[str, dict[str, Live]] = {}
    for one in remembered(snapshot.entries, computed):
        live.setdefault(one.kind, {})[one.id] = one
    return Observation(
        live=live,
        baseline=session.baseline(),
        tier=int(Tier.ENTERPRISE),
        project_id=session.project_id,
        base_url=session.base_url,
        limits=session.limits,
        refreshed=False,
    )


def _secrets(
    workspace: Workspace, resolution: Resolution, *, wishes: Wishes, key: bytes
) -> Mapping[str, str]:
    if wishes.mode == "destroy":
        return {}
    try:
        return fingerprints(secrets_of(resolution), workspace.secrets, key=key)
    except Invalid as error:
        raise workspace.shown(error) from None


def _bindings(workspace: Workspace, surroundings: Surroundings, *, sight: Sight) -> Bindings:
    documents = workspace.documents
    created = surroundings.now()
    return Bindings(
        stack=documents.name,
        environment=workspace.environment,
        project_id=sight.observation.project_id,
        base_url=sight.observation.base_url,
        lineage=sight.snapshot.lineage,
        serial=sight.snapshot.serial,
        config_digest=combined_digest({"stack": documents.digest}, workspace.sources.digests),
        version=surroundings.version,
        created=created,
        expires=_later(created, documents.safety.plan_max_age),
        protected=documents.environment.protected,
    )


def _later(moment: str, seconds: int | None) -> str:
    """Say when a plan made at a moment is too old to be applied; nothing, where it never is."""
    if seconds is None:
        return ""
    from datetime import datetime, timedelta  # noqa: PLC0415  # only where plans expire

    late = datetime.fromisoformat(moment) + timedelta(seconds=seconds)
    return late.isoformat(timespec="seconds").replace("+00:00", "Z")
