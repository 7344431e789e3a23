"""Single objects made, changed and deleted by a command: each is a plan like any other."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from descope_state.app.relations import uses
from descope_state.app.wanted import Decide, Order, Seen
from descope_state.core.assigning import Assignment, assigned, checked
from descope_state.core.diff import spared
from descope_state.core.going import Bond, Tie, ties
from descope_state.core.wanted import Place, Wanted
from descope_state.errors import Refused, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.nearness import listed
from descope_state.model.resource import Desired, Live
from descope_state.model.value import Value, known
from descope_state.sdk.catalog import identity_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """An object that is to go, what goes with it, and who will miss it."""

    live: Live
    place: Place
    ties: tuple[Tie, ...]
    users: tuple[str, ...]
    inhabitants: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What commands about one kind have in common.

    `bonds` say of other kinds what becomes of their objects that refer to one that is deleted;
    `notice` and `going` hear, while it is decided, what somebody should know who is to approve it;
    `inhabitants` counts what no kind manages and would be deleted together with each object.
    """

    kind: str
    bonds: Mapping[str, Bond] = field(default_factory=dict)
    overrides: Mapping[str, int] = field(default_factory=dict)
    notice: Callable[[str], None] = lambda _: None
    going: Callable[[Going], None] = lambda _: None
    inhabitants: Callable[[Sequence[Live]], Sequence[Mapping[str, int]]] = lambda lives: [
        {} for _ in lives
    ]

    def creation(self, given: Sequence[Assignment], *, kept: Address | None) -> Order:
        """Make an object; `kept` is where the stack is about to state it, if it is."""

        def decide(seen: Seen) -> Sequence[Wanted]:
            described = seen.workspace.catalog[self.kind]
            attributes = assigned(given, {}, described=described)
            identity = identity_of(described.schema, attributes) or ""
            self._refuse_twin(seen, identity, attributes=attributes)
            if kept is not None:
                return [Wanted(address=kept, attributes=attributes, stated=True)]
            place = seen.places.place(self.kind, identity)
            self._tell_of_stack(place, "the next apply makes it as it is stated there")
            return [Wanted(address=place.address, attributes=attributes, stated=place.stated)]

        return self._order("create", decide)

    def _refuse_twin(self, seen: Seen, identity: str, *, attributes: Mapping[str, Value]) -> None:
        observation = seen.sight.observation
        schema = seen.workspace.catalog[self.kind].schema
        twin = observation.named(self.kind, identity) if schema.unique else None
        chosen = attributes.get("id")
        if twin is None and isinstance(chosen, str):
            twin = observation.object(self.kind, chosen)
        if twin is not None:
            message = f"there is a {self.kind} `{twin.identity}` already: its id is `{twin.id}`"
            raise Refused(message, hint=f"dstate {self.kind} update {twin.id}")

    def change(self, id_: str, given: Sequence[Assignment]) -> Order:
        """Set fields of an object, and leave the others as they are."""

        def decide(seen: Seen) -> Sequence[Wanted]:
            live = self._live(seen, id_)
            described = seen.workspace.catalog[self.kind]
            attributes = assigned(given, live.attributes, described=described)
            return [self._wanted(seen, live, attributes)]

        return self._order("update", decide, whole={id_})

    def deployment(self, id_: str, *, name: str, document: Value) -> Order:
        """Put a document in the place of the one that an object has, or make the object."""

        def decide(seen: Seen) -> Sequence[Wanted]:
            described = seen.workspace.catalog[self.kind]
            live = seen.sight.observation.object(self.kind, id_)
            stated: dict[str, Value] = {"id": id_, name: document}
            if live is not None:
                return [self._wanted(seen, live, checked(stated, {}, described=described))]
            place = seen.places.place(self.kind, id_)
            self._tell_of_stack(place, "the next apply sets it as it is stated there")
            attributes = checked(stated, {}, described=described)
            return [Wanted(address=place.address, attributes=attributes, stated=place.stated)]

        return self._order("import", decide, whole={id_})

    def deletion(self, ids: Sequence[str], *, cascade: bool) -> Order:
        """Delete objects, with what cannot be without them."""

        def decide(seen: Seen) -> Sequence[Wanted]:
            found = [self._live(seen, id_) for id_ in ids]
            return list(self._gone(seen, found, cascade=cascade))

        return self._order("delete", decide, whole=set(ids))

    def synchronization(
        self,
        desired: Callable[[Seen], Sequence[Desired]],
        *,
        prune: bool,
        cascade: bool,
    ) -> Order:
        """Make objects what a file says; those it does not have stay, unless they are pruned."""

        def decide(seen: Seen) -> Sequence[Wanted]:
            wanted = [self._as_stated(seen, one) for one in desired(seen)]
            kept = {id_ for id_, _ in wanted}
            observation = seen.sight.observation
            others = [
                live
                for id_, live in sorted(observation.live.get(self.kind, {}).items())
                if id_ not in kept and not observation.holds_by_default(self.kind, live.identity)
            ]
            if not prune:
                count = len(others)
                if count:
                    self.notice(f"{count} not in the file, which stay; --prune deletes them")
                return [one for _, one in wanted]
            gone = self._gone(seen, others, cascade=cascade)
            return [*(one for _, one in wanted), *gone]

        return self._order("sync", decide)

    # -- what they share -----------------------------------------------------------------------

    def _order(self, verb: str, decide: Decide, *, whole: set[str] | None = None) -> Order:
        return Order(
            command=f"{self.kind} {verb}",
            kinds={self.kind, *self.bonds},
            decide=decide,
            whole={self.kind: whole} if whole else {},
            overrides=self.overrides,
        )

    def _live(self, seen: Seen, id_: str) -> Live:
        live = seen.sight.observation.object(self.kind, id_)
        if live is None:
            message = f"there is no {self.kind} with the id `{id_}` any more"
            raise UsageError(message, hint=f"see `dstate {self.kind} list`")
        return live

    def _wanted(self, seen: Seen, live: Live, attributes: Mapping[str, Value]) -> Wanted:
        place = seen.places.place(self.kind, live.identity, id_=live.id)
        self._tell_of_stack(place, "the next apply sets back what differs from it")
        return Wanted(
            address=place.address,
            attributes=attributes,
            id="" if place.managed else live.id,
            stated=place.stated,
        )

    def _tell_of_stack(self, place: Place, consequence: str) -> None:
        if place.desired is not None:
            origin = place.desired.locate(())
            where = f" in {origin.file}:{origin.line}" if origin is not None else ""
            self.notice(f"{place.address} is stated{where}: {consequence}")

    def _as_stated(self, seen: Seen, desired: Desired) -> tuple[str, Wanted]:
        """Give what a file wants of one object, and the id of that object, if it is there."""
        schema = seen.workspace.catalog[self.kind].schema
        self._refuse_unknown(desired)
        identity = identity_of(schema, desired.attributes) or ""
        observation = seen.sight.observation
        chosen = desired.attributes.get("id")
        live = observation.named(self.kind, identity)
        if live is None and isinstance(chosen, str):
            live = observation.object(self.kind, chosen)
        place = seen.places.place(self.kind, identity, id_=live.id if live is not None else "")
        attributes = desired.attributes
        if live is not None:
            ignored = desired.lifecycle.ignore_changes
            attributes = spared(live.attributes, attributes, schema=schema, ignored=ignored)
        wanted = Wanted(
            address=place.address,
            attributes=attributes,
            id=live.id if live is not None and not place.managed else "",
            stated=place.stated,
        )
        return live.id if live is not None else "", wanted

    def _refuse_unknown(self, desired: Desired) -> None:
        waiting = [name for name, value in desired.attributes.items() if not known(value)]
        if waiting:
            origin = desired.locate((waiting[0],)) or desired.locate(())
            message = f"{listed(waiting)} of {desired.address} is not known before an apply"
            hint = f"write what it is, or: dstate apply -target {desired.address}"
            raise UsageError(message, hint=hint, origin=origin)

    # -- deleting ------------------------------------------------------------------------------

    def _gone(self, seen: Seen, found: Sequence[Live], *, cascade: bool) -> Iterator[Wanted]:
        """Give all that goes where some objects do, each once."""
        gathering = _Gathering(seen, self.kind, kinds=self.bonds)
        pending, visited = list(found), {live.id for live in found}
        while pending:
            these, pending = pending, []
            for live, inhabitants in zip(these, self.inhabitants(these), strict=True):
                going = self._going(seen, live, gathering=gathering, inhabitants=inhabitants)
                if not cascade:
                    self._refuse_held(going, but=visited)
                for tie in going.ties:
                    if tie.bond is Bond.MISSES:
                        continue
                    gathering.let_go(tie, needs=going.place.address)
                    if tie.live.kind == self.kind and tie.live.id not in visited:
                        visited.add(tie.live.id)
                        pending.append(tie.live)
                gathering.forget_settings(live, going.place)
        yield from gathering.wanted.values()

    def _going(
        self,
        seen: Seen,
        live: Live,
        *,
        gathering: "_Gathering",
        inhabitants: Mapping[str, int],
    ) -> Going:
        """Let one object go, and tell of it."""
        place = gathering.delete(live)
        tied = ties(live, gathering.others, bonds=self.bonds, catalog=seen.workspace.catalog)
        going = Going(
            live=live,
            place=place,
            ties=tied,
            users=_users(seen, place),
            inhabitants=inhabitants,
        )
        self.going(going)
        return going

    def _refuse_held(self, going: Going, *, but: Collection[str]) -> None:
        live = going.live
        held = [
            f"{tie.live.kind} `{tie.live.identity}`"
            for tie in going.ties
            if tie.bond is Bond.HOLDS and not (tie.live.kind == self.kind and tie.live.id in but)
        ]
        held += [f"{count} of its {noun}s" for noun, count in going.inhabitants.items() if count]
        if held:
            more = f" and {len(held) - 1} more" if len(held) > 1 else ""
            message = f"{live.kind} `{live.identity}` is held by {held[0]}{more}"
            raise Refused(message, hint="--cascade deletes these too")


class _Gathering:
    """What is to go, or to let go, as it is found out; `others` are those that are left."""

    def __init__(self, seen: Seen, kind: str, *, kinds: Iterable[str]) -> None:
        live = seen.sight.observation.live
        self._seen = seen
        self._kind = kind
        self.others = {name: dict(live.get(name, {})) for name in kinds}
        self.wanted: dict[tuple[str, str], Wanted] = {}

    def delete(self, live: Live, *, needs: tuple[Address, ...] = ()) -> Place:
        """Let an object go, before whatever it needs does."""
        place = self._seen.places.place(live.kind, live.identity, id_=live.id)
        before = self.wanted.get((live.kind, live.id))
        earlier = before.depends_on if before is not None and before.attributes is None else ()
        self.wanted[live.kind, live.id] = Wanted(
            address=place.address,
            attributes=None,
            id="" if place.managed else live.id,
            depends_on=(*earlier, *needs),
            stated=place.stated,
        )
        return place

    def let_go(self, tie: Tie, *, needs: Address) -> None:
        """Let an object go with another; where it refers to others too, only of this one."""
        live = tie.live
        if tie.rest is None:
            self.delete(live, needs=(needs,))
            if live.kind != self._kind:
                self.others[live.kind].pop(live.id, None)
            return
        place = self._seen.places.place(live.kind, live.identity, id_=live.id)
        self.others[live.kind][live.id] = replace(live, attributes={**live.attributes, **tie.rest})
        self.wanted[live.kind, live.id] = Wanted(
            address=place.address,
            attributes=tie.rest,
            id="" if place.managed else live.id,
            stated=place.stated,
        )

    def forget_settings(self, live: Live, place: Place) -> None:
        """Let go of settings that the state holds, and that are there only while the object is."""
        for address, entry in self._seen.sight.snapshot.entries.items():
            schema = self._seen.workspace.catalog[address.kind].schema
            if schema.singleton and schema.identity_fields and entry.id == live.id:
                needs = (place.address,)
                self.wanted[address.kind, entry.id] = Wanted(
                    address=address, attributes=None, depends_on=needs
                )


def _users(seen: Seen, place: Place) -> tuple[str, ...]:
    """Name what in the stack refers to a resource of it, and where it stands."""
    if place.desired is None:
        return ()
    return tuple(
        f"{use.address} ({use.origin.file}:{use.origin.line})" if use.origin else str(use.address)
        for use in uses(seen.stack, [place.desired])
    )
