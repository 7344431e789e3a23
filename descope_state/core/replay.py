"""What a state and the events after it come to: this is the definition of state.

The same fold runs while a plan is carried out, when an interrupted run is taken up, and before
every commit; so what is remembered can never differ from what the journal says.
"""

from collections.abc import Iterable
from dataclasses import replace

from descope_state.model.address import Address
from descope_state.model.event import (
    Began,
    Doubted,
    Event,
    Failed,
    Known,
    Noted,
    Started,
    Step,
    Succeeded,
)
from descope_state.model.resource import Entry, Status
from descope_state.model.state import Pending, Snapshot


class Replay:
    """A state on its way from one snapshot to the next."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._renamed: dict[Address, Address] = {}
        self._known: dict[str, tuple[str, ...]] = {}
        # What earlier runs left open is still open: numbered below zero, in its order.
        self._open = {-number: one for number, one in enumerate(snapshot.pending, start=1)}
        self.entries: dict[Address, Entry] = dict(snapshot.entries)
        self.started: Started | None = None

    def feed(self, event: Event) -> None:
        """Let one event happen."""
        match event:
            case Started():
                self.started = self.started or event
            case Known():
                self._known[event.kind] = event.ids
            case Noted():
                self._note(event)
            case Began():
                known = self._known.get(event.address.kind, ())
                self._open[event.number] = Pending(began=event, known=known)
            case Succeeded():
                self._settle(self._ended(event.number).began, event)
            case Failed():
                self._ended(event.number)
            case Doubted():
                self._open[event.number] = replace(self._open[event.number], why=event.error)

    def fed(self, events: Iterable[Event]) -> "Replay":
        """Let several events happen."""
        for event in events:
            self.feed(event)
        return self

    @property
    def run(self) -> str:
        """The run that began first, or nothing."""
        return self.started.run if self.started is not None else ""

    @property
    def open(self) -> tuple[Pending, ...]:
        """The intents, of this run and of earlier ones, of which nobody knows what came of them."""
        return tuple(self._open.values())

    @property
    def numbered(self) -> tuple[tuple[int, Pending], ...]:
        """The open intents with the numbers by which events tell of them."""
        return tuple(self._open.items())

    def snapshot(self) -> Snapshot:
        """Give the state as it is now, still under the serial that it came from."""
        entries = {
            address: self._edged(entry)
            for address, entry in self.entries.items()
            if entry.status is not Status.PASSING
        }
        return replace(self._snapshot, entries=entries, pending=self.open)

    def forget(self, address: Address) -> bool:
        """Stop asking about earlier intents for an address; tells whether there were any."""
        asked = [
            number
            for number, one in self._open.items()
            if number < 0 and one.began.address == address
        ]
        for number in asked:
            del self._open[number]
        return bool(asked)

    def _ended(self, number: int) -> Pending:
        return self._open.pop(number)

    def _note(self, event: Noted) -> None:
        if event.moved_from is not None:
            self._renamed[event.moved_from] = event.address
            there = self.entries.get(event.moved_from)
            # Where two change places, the other may stand there already.
            if there is not None and event.entry is not None and there.id == event.entry.id:
                del self.entries[event.moved_from]
        # Whoever says what stands at an address answers what was asked about it.
        self.forget(event.address)
        if event.entry is not None:
            self.entries[event.address] = event.entry
        else:
            self.entries.pop(event.address, None)

    def _settle(self, began: Began, event: Succeeded) -> None:
        if began.step is Step.DELETE or began.entry is None:
            self._remove(began)
            return
        before = self.entries.get(began.address)
        if began.step is Step.CREATE and before is not None and before.id == began.id:
            # Made before the old one is gone: the old one is remembered until it is.
            place = leftover(began.address, taken=self.entries)
            self.entries[place] = replace(before, address=place, protected=False)
        self.entries[began.address] = replace(
            began.entry,
            id=event.id,
            identity=event.identity,
            outputs=event.outputs or {},
        )

    def _remove(self, began: Began) -> None:
        entry = self.entries.get(began.address)
        if entry is not None and entry.id == began.id:
            del self.entries[began.address]
            return
        # It stands elsewhere when its replacement came first, or when it was moved before.
        for address, other in self.entries.items():
            if address.kind == began.address.kind and other.id == began.id:
                del self.entries[address]
                return

    def _edged(self, entry: Entry) -> Entry:
        """Give an entry with edges to what there is, under the addresses that it has now."""
        if all(map(self._lasts, entry.depends_on)):
            return entry
        renamed = dict.fromkeys(self._renamed.get(other, other) for other in entry.depends_on)
        return replace(entry, depends_on=tuple(filter(self._lasts, renamed)))

    def _lasts(self, address: Address) -> bool:
        entry = self.entries.get(address)
        return entry is not None and entry.status is not Status.PASSING


_LEFT = "_replaced"


def leftover(address: Address, *, taken: Iterable[Address]) -> Address:
    """Name a place for an object whose replacement stands at its address already.

    It is an ordinary address that no stack states, so that the next plan removes the object.
    """
    occupied = frozenset(taken)
    number = 1
    while True:
        suffix = _LEFT if number == 1 else f"{_LEFT}_{number}"
        place = Address(address.kind, address.name + suffix, address.key)
        if place not in occupied:
            return place
        number += 1


def replayed(snapshot: Snapshot, events: Iterable[Event]) -> Replay:
    """Let events happen to a snapshot."""
    return Replay(snapshot).fed(events)
