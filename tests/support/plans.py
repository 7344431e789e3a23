"""Plans to lower: changes by short names, and strategies for random ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from descope_state.model.address import Address
from descope_state.model.change import Action, Change
from descope_state.model.plan import Bindings, Plan
from descope_state.model.resource import Entries, Entry
from descope_state.sdk.schema import Schema

KINDS = ("role", "tenant")
BINDINGS = Bindings(
    stack="acme",
    environment="dev",
    project_id="P1",
    base_url="https://api.example",
    lineage="l",
    serial=1,
    config_digest="d",
    version="1",
    created="2026-01-01T00:00:00Z",
)


def address(name: str) -> Address:
    """Give an address of the kind that most tests use."""
    return Address("role", name)


def change(
    name: str,
    action: Action,
    *needs: str,
    blocked: str = "",
    create_first: bool = False,
    identity: str = "",
    kind: str = "role",
) -> Change:
    """Make a change that needs others of the usual kind."""
    return Change(
        address=Address(kind, name),
        provider="fake",
        action=action,
        depends_on=tuple(map(address, needs)),
        blocked=blocked,
        create_first=create_first,
        identity=identity,
    )


def plan(*changes: Change) -> Plan:
    """Make a plan of changes."""
    return Plan(bindings=BINDINGS, changes=changes)


def remembered(**needs: str) -> Entries:
    """Make the entries of a state: names, each with what it depends on, parted by spaces."""
    return {
        address(name): entry(address(name), tuple(map(address, others.split())))
        for name, others in needs.items()
    }


def entry(place: Address, needs: tuple[Address, ...]) -> Entry:
    """Make an entry that depends on others."""
    return Entry(
        address=place,
        provider="fake",
        schema_version=1,
        id=str(place),
        identity=place.name,
        inputs={},
        outputs={},
        depends_on=needs,
    )


def schemas(
    *, batches: frozenset[str] = frozenset(), calls: Mapping[str, int] | None = None
) -> dict[str, Schema]:
    """Describe all kinds alike."""
    return {
        kind: Schema(
            kind=kind,
            provider="fake",
            fields={},
            family="general",
            batches=batches,
            calls=calls or {},
        )
        for kind in KINDS
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A plan and the state it was made from."""

    plan: Plan
    entries: Entries


@st.composite
def worlds(draw: st.DrawFn, most: int = 9) -> World:
    """Draw a plan and a state whose dependencies have no cycles, each in an order of its own."""
    places = [
        Address(draw(st.sampled_from(KINDS)), f"n{number}")
        for number in range(draw(st.integers(1, most)))
    ]
    actions = {place: draw(st.sampled_from(Action)) for place in places}
    now = draw(_acyclic(places))
    then = draw(_acyclic(places))
    changes = tuple(_drawn(draw, place, actions, now=now, then=then) for place in places)
    entries = {
        place: entry(place, then[place]) for place in places if actions[place] is not Action.CREATE
    }
    return World(plan=plan(*changes), entries=entries)


@st.composite
def _acyclic(draw: st.DrawFn, places: list[Address]) -> dict[Address, tuple[Address, ...]]:
    order = draw(st.permutations(places))
    return {
        place: tuple(draw(st.sets(st.sampled_from(order[:index]), max_size=3))) if index else ()
        for index, place in enumerate(order)
    }


def _drawn(
    draw: st.DrawFn,
    place: Address,
    actions: Mapping[Address, Action],
    *,
    now: Mapping[Address, tuple[Address, ...]],
    then: Mapping[Address, tuple[Address, ...]],
) -> Change:
    action = actions[place]
    gone = (Action.DELETE, Action.FORGET)
    needs = (
        then[place]
        if action in gone
        else tuple(other for other in now[place] if actions[other] not in gone)
    )
    return Change(
        address=place,
        provider="fake",
        action=action,
        depends_on=needs,
        blocked=draw(st.sampled_from(["", "", "", "", "why not"])),
        create_first=draw(st.booleans()),
        identity=draw(st.sampled_from(["", "x", "y"])),
    )
