"""What a command wants of single objects, whatever the stack says of them, into a plan.

It is a plan like any other, and carried out like any other. It touches what was named and nothing
else; and of what no block of the stack states nothing is remembered once it is done.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from descope_state.core.declarations import Declarations, Import
from descope_state.core.graph import ordered
from descope_state.core.implying import implied
from descope_state.core.naming import free_name
from descope_state.core.planner import Request, plan
from descope_state.core.ports import Sources
from descope_state.core.resolve import Resolution
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Hold, Reason
from descope_state.model.plan import DIRECT, Plan
from descope_state.model.resource import Desired, Entries, Entry, Lifecycle
from descope_state.model.state import Snapshot
from descope_state.model.value import Value
from descope_state.sdk.catalog import Catalog, identity_of

_BY_THE_STACK = (Reason.EDITED, Reason.REMOVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One object as a command wants it; without attributes, it is to be gone.

    `attributes` are the fields to be set, and the others stay as they live. `id` names a live
    object that the state does not hold. `stated` says that a block of the stack states it, so that
    it is to be remembered.
    """

    address: Address
    attributes: Mapping[str, Value] | None
    id: str = ""
    depends_on: tuple[Address, ...] = ()
    stated: bool = False


def resolution_of(
    wanted: Iterable[Wanted],
    entries: Entries,
    *,
    catalog: Catalog,
    sources: Sources,
    guarded: Collection[Address] = (),
) -> Resolution:
    """Give what is wanted as a stack would have said it, what is needed before what needs it.

    `guarded` are the addresses that the stack protects, applied before or not.
    """
    kept = {one.address: one for one in wanted if one.attributes is not None}
    order = ordered(kept, {address: one.depends_on for address, one in kept.items()})
    desired = [
        _desired(kept[address], entries.get(address), catalog=catalog, guarded=address in guarded)
        for address in order
    ]
    return Resolution(
        desired=implied(desired, catalog),
        declarations=Declarations(
            imports=tuple(
                Import(address=one.address, id=one.id)
                for one in kept.values()
                if one.id and one.address not in entries
            )
        ),
        roots={},
        sources=sources,
        repeated=frozenset(one.address.block for one in kept.values() if one.address.key),
    )


def _desired(one: Wanted, entry: Entry | None, *, catalog: Catalog, guarded: bool) -> Desired:
    known = entry.depends_on if entry is not None else ()
    return Desired(
        address=one.address,
        provider=catalog[one.address.kind].schema.provider,
        attributes=dict(one.attributes or {}),
        depends_on=tuple(dict.fromkeys((*known, *one.depends_on))),
        lifecycle=Lifecycle(prevent_destroy=guarded or (entry is not None and entry.protected)),
    )


def plan_wanted(request: Request, wanted: Sequence[Wanted]) -> Plan:
    """Plan what is wanted; the request carries its resolution and the state as it is."""
    snapshot = request.snapshot
    gone = [one for one in wanted if one.attributes is None]
    strangers = {
        one.address: _stranger(one, catalog=request.catalog)
        for one in gone
        if one.address not in snapshot.entries
    }
    request = replace(
        request,
        snapshot=replace(snapshot, entries={**snapshot.entries, **strangers}),
        wishes=replace(request.wishes, mode=DIRECT),
        gone=frozenset(one.address for one in gone),
    )
    made = plan(request)
    holds = {one.address: _hold(one, snapshot) for one in wanted}
    return replace(
        made,
        changes=tuple(_asked_for(change, holds[change.address]) for change in made.changes),
        unmanaged={},
    )


def _asked_for(change: Change, hold: Hold) -> Change:
    """Say of a change that a command asked for it, and of what is not kept no more than is so."""
    reason = Reason.REQUESTED if change.reason in _BY_THE_STACK else change.reason
    if hold is not Hold.NOTHING:
        return replace(change, hold=hold, reason=reason)
    if change.action is Action.ADOPT:
        change, reason = replace(change, action=Action.NOOP), Reason.NONE
    return replace(change, hold=hold, reason=reason, importing=False)


def _stranger(one: Wanted, *, catalog: Catalog) -> Entry:
    """Remember an object, for as long as it takes to delete it, that the state does not hold."""
    schema = catalog[one.address.kind].schema
    return Entry(
        address=one.address,
        provider=schema.provider,
        schema_version=schema.version,
        id=one.id,
        identity="",
        inputs={},
        outputs={},
        depends_on=one.depends_on,
    )


def _hold(one: Wanted, snapshot: Snapshot) -> Hold:
    return Hold.PART if one.stated or one.address in snapshot.entries else Hold.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an object stands: its address, and whether the stack and the state know it there."""

    address: Address
    stated: bool = False
    managed: bool = False
    desired: Desired | None = None


class Places:
    """Finds the addresses of objects: the state's, else the stack's, else one of its own."""

    def __init__(self, desired: Iterable[Desired], entries: Entries, *, catalog: Catalog) -> None:
        self._entries = {(one.address.kind, one.id): one.address for one in entries.values()}
        self._desired = {one.address: one for one in desired}
        self._named = dict(_named(self._desired.values(), catalog))
        self._taken = {*entries, *self._desired}

    def place(self, kind: str, identity: str, *, id_: str = "", called: str = "") -> Place:
        """Give the place of an object; one that nobody knows is named for what it is called."""
        held = self._entries.get((kind, id_)) if id_ else None
        if held is not None:
            stated = self._desired.get(held)
            return Place(address=held, stated=stated is not None, managed=True, desired=stated)
        named = self._named.get((kind, identity))
        if named is not None:
            return Place(address=named.address, stated=True, desired=named)
        address = Address(kind, free_name(called or identity or kind, self._names(kind)))
        self._taken.add(address)
        return Place(address=address)

    def _names(self, kind: str) -> set[str]:
        return {address.name for address in self._taken if address.kind == kind}


def _named(
    desired: Iterable[Desired], catalog: Catalog
) -> Iterator[tuple[tuple[str, str], Desired]]:
    for one in desired:
        schema = catalog[one.address.kind].schema
        identity = identity_of(schema, one.attributes) if schema.unique else None
        if identity is not None:
            yield (one.address.kind, identity), one
