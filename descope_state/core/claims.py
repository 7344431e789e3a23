"""Finds where two lay claim to one thing: addresses to an object, or objects to a natural key."""

import re
from collections.abc import Iterable, Iterator, Mapping

from descope_state.core.declarations import Declarations, Import
from descope_state.core.observation import Observation
from descope_state.errors import Problem
from descope_state.model.address import Address
from descope_state.model.change import Action, Change
from descope_state.model.resource import Desired, Entries, Live
from descope_state.model.value import Value
from descope_state.sdk.catalog import Catalog, identity_of
from descope_state.sdk.schema import Schema

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def contradictions(declarations: Declarations, entries: Entries) -> Iterator[Problem]:
    """Find every `moved` whose target is taken, and every import of what is managed already."""
    if declarations.moved:
        yield from _taken(declarations, entries)
    if declarations.imports:
        yield from _imported_twice(declarations, entries)


def _taken(declarations: Declarations, entries: Entries) -> Iterator[Problem]:
    owners: dict[Address, Address] = {}
    for address in sorted(entries, key=lambda one: one.order):
        target = declarations.destination(address)
        other = owners.setdefault(target, address)
        if other != address:
            moved = other if address == target else address
            yield _both(declarations, moved, target)


def _both(declarations: Declarations, moved: Address, target: Address) -> Problem:
    moves = (move for move in declarations.moved if move.target_of(moved) is not None)
    move = next(moves, None)
    return Problem(
        code="E1361",
        message=f"`{moved}` cannot become `{target}`: the state holds another object there",
        origin=move.locate(("to",)) if move else None,
        hint=f"remove this entry to have `{moved}` destroyed, or replace it with"
        f" `removed: [{{from: {in_yaml(moved)}, destroy: false}}]` to keep its object",
    )


def _imported_twice(declarations: Declarations, entries: Entries) -> Iterator[Problem]:
    owners = {
        (address.kind, entry.id): declarations.destination(address)
        for address, entry in entries.items()
    }
    for item in declarations.imports:
        owner = owners.setdefault((item.address.kind, item.id), item.address)
        if owner != item.address:
            yield _second_owner(item, owner)


def _second_owner(item: Import, owner: Address) -> Problem:
    return Problem(
        code="E1362",
        message=f"{item.address.kind} {item.id} cannot become `{item.address}`:"
        f" it belongs to `{owner}`",
        origin=item.locate(("id",)),
        hint="correct the id, or write"
        f" `moved: [{{from: {in_yaml(owner)}, to: {in_yaml(item.address)}}}]` instead",
    )


def twins(
    stated: Iterable[tuple[Desired, Mapping[str, Value]]], catalog: Catalog
) -> Iterator[Problem]:
    """Find resources that would be one object, as far as their natural keys are known."""
    owners: dict[tuple[str, str], Desired] = {}
    for desired, attributes in stated:
        schema = catalog[desired.address.kind].schema
        identity = identity_of(schema, attributes)
        if identity is None or not schema.unique:
            continue
        first = owners.setdefault((schema.kind, identity), desired)
        if first is not desired:
            yield _twin(first, desired, name=f"{schema.kind} `{identity}`" if identity else "")


def _twin(first: Desired, second: Desired, *, name: str) -> Problem:
    where = first.locate(())
    return Problem(
        code="E1341",
        message=f"{second.address} and {first.address} are both the"
        f" {name or f'{second.address.kind} of the project, which has one'}"
        + (f" (the other is at {where})" if where else ""),
        origin=second.locate(()),
        hint="give one of them another name, or remove it" if name else "put them into one",
    )


def in_yaml(what: Address | str) -> str:
    """Spell an address or an id so that it may be pasted into a stack."""
    text = str(what)
    if _BARE.fullmatch(text):
        return text
    return "'" + text.replace("'", "''") + "'"


class Claims:
    """Who holds the natural key that a change is to give."""

    def __init__(
        self,
        changes: tuple[Change, ...],
        entries: Entries,
        *,
        catalog: Catalog,
        observation: Observation,
    ) -> None:
        self.observation = observation
        self._catalog = catalog
        self._changes = {change.address: change for change in changes}
        self._owners = {(entry.address.kind, entry.id): entry.address for entry in entries.values()}

    def taken(self, change: Change) -> str:
        """Say who has the natural key already; an unknown object is never taken over."""
        found = self._holder(change)
        if found is None or self._inherited(change, found):
            return ""
        name = f"{found.kind} `{found.identity}`"
        owner = self._owners.get((found.kind, found.id))
        if owner is not None:
            way = (
                "plan again once this plan is applied"
                if self._leaves(owner, change)
                else "give one of them another name"
            )
            return f"{name} is still {owner} (id {found.id}); {way}"
        if change.action is not Action.CREATE:
            return f"{name} exists already as {found.id}; give one of them another name"
        return (
            f"{name} exists already as {found.id}; to take it over, add to the stack"
            f" `imports: [{{to: {in_yaml(change.address)}, id: {in_yaml(found.id)}}}]`"
        )

    def _leaves(self, owner: Address, change: Change) -> bool:
        """Tell whether the owner gives its name up in this plan, and does not wait for us."""
        passed: set[Address] = set()
        while owner not in passed:
            passed.add(owner)
            leaving = self._changes.get(owner)
            if leaving is None or not leaving.writes or owner == change.address:
                return False
            if leaving.after is not None and self._identity(leaving) == leaving.identity:
                return False
            found = self._holder(leaving)
            following = self._owners.get((found.kind, found.id)) if found else None
            if following is None:
                return found is None
            owner = following
        return False

    def heirs(self) -> dict[Address, list[Address]]:
        """Say which changes give a natural key that a deletion sets free."""
        found: dict[Address, list[Address]] = {}
        for change in self._changes.values():
            holder = self._holder(change)
            if holder is not None and self._inherited(change, holder):
                owner = self._owners[holder.kind, holder.id]
                found.setdefault(owner, []).append(change.address)
        return found

    def _inherited(self, change: Change, holder: Live) -> bool:
        """Tell whether the holder is deleted first, which is so for what is made anew."""
        owner = self._owners.get((holder.kind, holder.id))
        if owner is None or owner not in self._changes:
            return False
        deleted = self._changes[owner].action is Action.DELETE
        return deleted and change.action in (Action.CREATE, Action.REPLACE)

    def _holder(self, change: Change) -> Live | None:
        """Find another live object that has the natural key which this change is to give."""
        schema = self.schema(change)
        if not schema.unique or schema.singleton or not change.writes:
            return None
        identity = self._identity(change)
        found = self.observation.named(schema.kind, identity) if identity else None
        return None if found is None or found.id == change.id else found

    def _identity(self, change: Change) -> str | None:
        return None if change.after is None else identity_of(self.schema(change), change.after)

    def schema(self, change: Change) -> Schema:
        """Give the schema of the kind that a change is about."""
        return self._catalog[change.address.kind].schema
