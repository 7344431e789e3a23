"""Refuses what a stack declares against its state: two addresses that lay claim to one object."""

from collections.abc import Iterator

from descope_state.core.declarations import Declarations, Import, Move
from descope_state.errors import Problem
from descope_state.model.address import Address
from descope_state.model.resource import Entries


def contradictions(declarations: Declarations, entries: Entries) -> Iterator[Problem]:
    """Find every `moved` whose target is taken, and every import of what is managed already."""
    for move in declarations.moved:
        yield from _taken(move, entries)
    yield from _imported_twice(declarations, entries)


def _taken(move: Move, entries: Entries) -> Iterator[Problem]:
    """Without this, the object that was to move would be destroyed as one that nobody wants."""
    for address in entries:
        target = move.target_of(address)
        if target is not None and target in entries:
            yield Problem(
                code="E1361",
                message=f"`{address}` cannot become `{target}`: the state holds both",
                origin=move.locate(("to",)),
                hint=f"remove this entry to have `{address}` destroyed, or let go of one of them"
                " with a `removed` entry and `destroy: false`",
            )


def _imported_twice(declarations: Declarations, entries: Entries) -> Iterator[Problem]:
    owners = {
        (address.kind, entry.id): _moved(address, declarations)
        for address, entry in entries.items()
    }
    for item in declarations.imports:
        owner = owners.setdefault((item.address.kind, item.id), item.address)
        if owner != item.address:
            yield _second_owner(item, owner)


def _moved(address: Address, declarations: Declarations) -> Address:
    for move in declarations.moved:
        address = move.target_of(address) or address
    return address


def _second_owner(item: Import, owner: Address) -> Problem:
    return Problem(
        code="E1362",
        message=f"{item.address.kind} {item.id} cannot become `{item.address}`:"
        f" it belongs to `{owner}`",
        origin=item.locate(("id",)),
        hint=f"correct the id, or write `moved: [{{from: {owner}, to: {item.address}}}]` instead",
    )
