"""What a run did, change by change, as the audit trail tells it: before, after, the ending."""

from collections.abc import Iterable, Iterator

from descope_state.model.address import Address
from descope_state.model.codec import plain
from descope_state.model.event import Began, Doubted, Event, Failed, Noted, Started, Succeeded
from descope_state.model.resource import Entry
from descope_state.model.state import Snapshot
from descope_state.model.value import Json

Row = dict[str, Json]


def rows(events: Iterable[Event], *, base: Snapshot | None, after: Snapshot) -> Iterator[Row]:
    """Tell every change that the events of one run make up."""
    begun: dict[int, Began] = {}
    before = base.entries if base is not None else {}
    for event in events:
        match event:
            case Began():
                begun[event.number] = event
            case Noted():
                was = before.get(event.moved_from or event.address)
                yield _noted(event, was)
            case Succeeded() | Failed() | Doubted() if event.number in begun:
                began = begun[event.number]
                yield _ended(began, event, was=before.get(began.address), after=after)
            case _:
                continue


def runs(events: Iterable[Event]) -> Iterator[Started]:
    """Give who began and who took up a run."""
    return (event for event in events if isinstance(event, Started))


def _noted(event: Noted, was: Entry | None) -> Row:
    operation = "forget" if event.entry is None else "remember"
    if event.moved_from is not None:
        operation = "move"
    id_ = event.entry.id if event.entry is not None else was.id if was is not None else ""
    return _row(
        operation, event.address, id_=id_, outcome="done", before=was, after=event.entry
    ) | ({"moved_from": str(event.moved_from)} if event.moved_from is not None else {})


def _ended(
    began: Began, event: Succeeded | Failed | Doubted, *, was: Entry | None, after: Snapshot
) -> Row:
    match event:
        case Succeeded():
            now = after.entries.get(began.address)
            id_ = event.id or began.id
            row = _row(
                began.step.value,
                began.address,
                id_=id_,
                outcome="done",
                before=was,
                after=now if now is not None and now.id == event.id else None,
            )
        case _:
            outcome = "failed" if isinstance(event, Failed) else "unknown"
            row = _row(
                began.step.value, began.address, id_=began.id, outcome=outcome, before=was
            ) | {"error": event.error}
    return row | {"number": began.number}


def _row(
    operation: str,
    address: Address,
    *,
    id_: str,
    outcome: str,
    before: Entry | None = None,
    after: Entry | None = None,
) -> Row:
    return {
        "operation": operation,
        "address": str(address),
        "kind": address.kind,
        "id": id_,
        "outcome": outcome,
        "before": None if before is None else plain(before.outputs),
        "after": None if after is None else plain(after.outputs),
    }
