"""Everything that is wanted, remembered and seen, into one plan.

The planner is a table of small functions: each resource is settled, decided and shown to those
that refer to it, in an order in which what a resource needs comes before it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import field, replace

from descope_state.core.blocking import blocked
from descope_state.core.claims import contradictions, twins
from descope_state.core.compiling import nearest
from descope_state.core.deciding import Subject, decide, deletion, forgetting
from descope_state.core.declarations import Removed
from descope_state.core.drifting import drift
from descope_state.core.estimate import estimate
from descope_state.core.guard import check
from descope_state.core.missing import Names
from descope_state.core.observation import Observation
from descope_state.core.operations import lower
from descope_state.core.outcomes import check_results, output_values
from descope_state.core.repeating import Repeated, doubtful, never
from descope_state.core.resolve import Resolution
from descope_state.core.scope import View, World
from descope_state.core.select import matching, selected
from descope_state.core.settling import Report, Settler, planned_view
from descope_state.core.strangers import strangers
from descope_state.errors import Invalid, Problem
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Drift, Reason
from descope_state.model.plan import Bindings, Plan
from descope_state.model.resource import Desired, Entry
from descope_state.model.stack import Safety, nowhere
from descope_state.model.state import Snapshot
from descope_state.model.value import Ref, Value
from descope_state.sdk.catalog import Catalog, identity_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the person at the terminal asks of this one plan.

    `imports` are objects to take over besides those that the stack names, by id; `alone` leaves
    everything but these out.
    """

    mode: str = "normal"
    targets: tuple[Address, ...] = ()
    excludes: tuple[Address, ...] = ()
    replaces: tuple[Address, ...] = ()
    overrides: Mapping[str, int] = field(default_factory=dict)
    imports: Mapping[Address, str] = field(default_factory=dict)
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything a plan is a function of.

    `gone` are the addresses that are to go where nobody wants them; without it, all of them.
    `guarded` are those that the stack protects, where the resolution does not say so.
    """

    resolution: Resolution
    snapshot: Snapshot
    observation: Observation
    catalog: Catalog
    secrets: Mapping[str, str]
    bindings: Bindings
    safety: Safety = field(default_factory=Safety)
    wishes: Wishes = field(default_factory=Wishes)
    gone: frozenset[Address] | None = None
    guarded: frozenset[Address] = frozenset()
    repeated: Repeated = never


def plan(request: Request) -> Plan:
    """Make the plan, or raise every problem that only planning could find."""
    found: list[Problem] = []
    table = _Table(request, report=found.append)
    changes = table.run()
    matching(request.wishes.replaces, [change.address for change in changes])
    found.extend(contradictions(request.resolution.declarations, request.snapshot.entries))
    if table.answered and request.wishes.mode != "destroy":
        found.extend(twins(table.stated, request.catalog))
    outputs = output_values(request.resolution, table.world, report=found.append)
    checks = check_results(request.resolution, table.world, report=found.append)
    if found:
        raise Invalid(found)
    made = Plan(
        bindings=request.bindings,
        changes=_narrowed(changes, table.entries, request),
        drift=_drifts(table, changes, request),
        unmanaged=_unmanaged(table, request),
        outputs=() if request.wishes.mode == "destroy" else outputs,
        checks=() if request.wishes.mode == "destroy" else checks,
        mode=request.wishes.mode,
        narrowed=not request.wishes.imports
        and bool(request.wishes.targets or request.wishes.excludes),
        overrides=request.wishes.overrides,
    )
    return _judged(made, table.entries, request)


def _narrowed(
    changes: tuple[Change, ...], entries: Mapping[Address, Entry], request: Request
) -> tuple[Change, ...]:
    wishes = request.wishes
    chosen = selected(changes, entries=entries, targets=wishes.targets, excludes=wishes.excludes)
    if wishes.alone:
        chosen = tuple(change for change in chosen if change.address in wishes.imports)
    if wishes.mode == "refresh-only":
        return ()
    return blocked(
        chosen,
        catalog=request.catalog,
        observation=request.observation,
        entries=entries,
        pending={one.began.address for one in request.snapshot.pending},
        repeated=request.repeated,
        ignored=_ignored(request.resolution),
    )


def _ignored(resolution: Resolution) -> dict[Address, frozenset[str]]:
    """Name the fields whose changes the stack lets pass."""
    return {
        desired.address: frozenset(str(path[0]) for path in desired.lifecycle.ignore_changes)
        for desired in resolution.desired
        if desired.lifecycle.ignore_changes
    }


def misnamed(request: Request, made: Plan) -> tuple[Problem, ...]:
    """Say where the stack names what is not to be had: the rows that this blocks have no place."""
    if not any(change.blocked for change in made.changes):
        return ()
    names = Names(
        made.changes,
        catalog=request.catalog,
        observation=request.observation,
        ignored=_ignored(request.resolution),
    )
    places = {desired.address: desired.locate for desired in request.resolution.desired}
    lacks = [lack for change in made.changes if change.blocked for lack in names.lacks(change)]
    return tuple(
        Problem(
            code="E1343",
            message=f"{lack.change}: {lack.words}",
            origin=nearest(places.get(lack.address, nowhere), lack.path),
            hint=lack.hint,
            warning=True,
        )
        for lack in lacks
    )


def _judged(made: Plan, entries: Mapping[Address, Entry], request: Request) -> Plan:
    schemas = {kind: described.schema for kind, described in request.catalog.items()}
    costs = estimate(
        lower(made, schemas, entries=entries),
        schemas,
        limits=request.observation.limits,
        refresh_calls=request.observation.calls,
        doubtful=_doubtful(made, entries, request),
    )
    violations = check(made, entries, safety=request.safety, overrides=request.wishes.overrides)
    return replace(made, estimate=costs, violations=violations)


def _doubtful(made: Plan, entries: Mapping[Address, Entry], request: Request) -> frozenset[Address]:
    return frozenset(
        change.address
        for change in made.changes
        if doubtful(change, entries.get(change.address), repeated=request.repeated)
    )


def _drifts(table: "_Table", changes: tuple[Change, ...], request: Request) -> tuple[Drift, ...]:
    if not request.observation.refreshed:
        return ()
    by_address = {change.address: change for change in changes}
    told = table.entries if request.gone is None else by_address.keys() & table.entries.keys()
    found = (
        drift(
            entry,
            request.observation.object(entry.address.kind, entry.id),
            schema=request.catalog[entry.address.kind].schema,
            change=by_address.get(address),
        )
        for address, entry in table.entries.items()
        if address in told
    )
    drifts = (one for one in found if one is not None)
    return tuple(sorted(drifts, key=lambda one: one.address.order))


def _unmanaged(table: "_Table", request: Request) -> dict[str, int]:
    """Count live objects that neither the state nor a new project accounts for."""
    observation = request.observation
    managed = {(entry.address.kind, entry.id) for entry in table.entries.values()}
    managed |= {(change.address.kind, change.id) for change in table.changes if change.importing}
    found = strangers(observation, managed=managed, catalog=request.catalog)
    return dict(Counter(live.kind for live in found))


class _Table:
    """Goes through the resources of a stack once, and then through what only the state knows."""

    def __init__(self, request: Request, *, report: Report) -> None:
        self._request = request
        self._catalog = request.catalog
        self._observation = request.observation
        self.entries, self._moved_from = _rehomed(request)
        self._imports = {item.address: item.id for item in request.resolution.declarations.imports}
        self.world = World(roots=request.resolution.roots, sources=request.resolution.sources)
        self._settler = Settler(
            request.catalog,
            world=self.world,
            secrets=request.secrets,
            report=report,
        )
        self._replaces = frozenset(request.wishes.replaces)
        # What the stack protects now is protected from being destroyed, applied before or not.
        self._guarded = request.guarded | {
            desired.address
            for desired in request.resolution.desired
            if desired.lifecycle.prevent_destroy
        }
        self.changes: list[Change] = []
        self.stated: list[tuple[Desired, Mapping[str, Value]]] = []
        self.answered = False
        self._touched: dict[Address, Change] = {}
        self._instances: dict[Address, dict[str, View]] = {}

    def run(self) -> tuple[Change, ...]:
        wanted = () if self._request.wishes.mode == "destroy" else self._request.resolution.desired
        for block in self._request.resolution.repeated:
            self._instances[block] = {}
            self.world.put(block.kind, block.name, view=self._instances[block])
        for desired in self._request.resolution.desired:
            self._consider(desired, keep=bool(wanted))
        if not wanted:
            self.changes.clear()
        kept = {desired.address for desired in wanted}
        gone = self._request.gone
        for address, entry in self.entries.items():
            if address not in kept and (gone is None or address in gone):
                self.changes.append(self._orphan(address, entry))
        self.changes.sort(key=lambda change: change.address.order)
        return tuple(self.changes)

    def _consider(self, desired: Desired, *, keep: bool) -> None:
        described = self._catalog[desired.address.kind]
        attributes = self._settler.settled(desired, described)
        self.stated.append((desired, attributes))
        self.answered = self.answered or attributes is not desired.attributes
        subject = self._subject(desired, attributes)
        change = decide(subject)
        if keep:
            self.changes.append(change)
            if change.action is not Action.NOOP:
                self._touched[change.address] = change
        view = planned_view(change, attributes=attributes, live=subject.live, described=described)
        self._show(desired.address, view)

    def _show(self, address: Address, view: View) -> None:
        if address.key is None:
            self.world.put(address.kind, address.name, view=view)
        else:
            self._instances[address.block][address.key] = view

    def _subject(self, desired: Desired, attributes: dict[str, Value]) -> Subject:
        address = desired.address
        schema = self._catalog[address.kind].schema
        entry = self.entries.get(address)
        id_ = entry.id if entry is not None else self._imports.get(address, "")
        live = self._observation.object(address.kind, id_) if id_ else None
        if not id_ and schema.singleton:
            identity = identity_of(schema, attributes)
            # What it belongs to may not be made yet; then it is not there either.
            live = None if identity is None else self._observation.singleton(schema, identity)
        return Subject(
            desired=desired,
            schema=schema,
            attributes=attributes,
            entry=entry,
            live=live,
            moved_from=self._moved_from.get(address),
            import_id="" if entry else id_,
            importing=entry is None and (live is not None or bool(id_)),
            requested=self._asked(desired),
            secrets=self._catalog[address.kind].secrets,
        )

    def _asked(self, desired: Desired) -> Reason:
        """Say who asks for a replacement: the command line, the stack, or nobody."""
        if self._replaces and not self._replaces.isdisjoint(
            (desired.address, desired.address.block)
        ):
            return Reason.REQUESTED
        triggers = desired.lifecycle.replace_triggered_by
        if triggers and any(map(self._triggers, triggers)):
            return Reason.TRIGGERED
        return Reason.NONE

    def _triggers(self, ref: Ref) -> bool:
        for address, change in self._touched.items():
            same = (address.kind, address.name) == (ref.kind, ref.name)
            if not same or ref.key not in (None, address.key):
                continue
            if change.action not in (Action.UPDATE, Action.REPLACE, Action.CREATE):
                continue
            if ref.field is None or change.action is not Action.UPDATE:
                return True
            if any(changed.name == ref.field for changed in change.fields):
                return True
        return False

    def _orphan(self, address: Address, entry: Entry) -> Change:
        live = self._observation.object(entry.address.kind, entry.id)
        if live is None:
            return forgetting(entry, live=None, reason=Reason.VANISHED)
        removed = self._removal(address)
        if removed is not None and not removed.destroy:
            return forgetting(entry, live=live, reason=Reason.REQUESTED)
        schema = self._catalog[address.kind].schema
        destroying = self._request.wishes.mode == "destroy"
        reason = Reason.REQUESTED if destroying else Reason.REMOVED
        if schema.singleton:
            return forgetting(entry, live=live, reason=reason)
        made = deletion(entry, live, schema=schema, reason=reason)
        return replace(made, protected=True) if address in self._guarded else made

    def _removal(self, address: Address) -> Removed | None:
        for removed in self._request.resolution.declarations.removed:
            if removed.address in (address, address.block):
                return removed
        return None


def _rehomed(request: Request) -> tuple[dict[Address, Entry], dict[Address, Address]]:
    """Give the entries under the addresses that `moved` leads them to."""
    entries: dict[Address, Entry] = {}
    origins: dict[Address, Address] = {}
    for address, entry in request.snapshot.entries.items():
        new = request.resolution.declarations.destination(address)
        if new == address:
            entries[address] = entry
        else:
            entries[new] = replace(entry, address=new)
            origins[new] = address
    return entries, origins
