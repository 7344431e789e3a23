"""What a run did, change by change, as the audit trail tells it: before, after, the ending."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from descope_state.frozen import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which records of a trail are asked for; what is empty asks for all."""

    date: str = ""
    since: str = ""
    operation: str = ""
    address: str = ""
    actor: str = ""

    def matches(self, record: Mapping[str, Json]) -> bool:
        """Tell whether a record is one of those."""
        at = _said(record, "at")
        return (
            at.startswith(self.date)
            and at >= self.since
            and self.operation in ("", _said(record, "operation"))
            and self._about(_said(record, "address"))
            and self._by(record)
        )

    def _about(self, address: str) -> bool:
        pattern = self.address
        if not pattern or address == pattern:
            return True
        kind, instance = address.partition(".")[0], address.partition("[")[0]
        return pattern in (kind, instance) or fnmatchcase(address, pattern)

    def _by(self, record: Mapping[str, Json]) -> bool:
        wanted = self.actor.lower()
        return any(wanted in _said(record, name).lower() for name in ("actor", "git", "ci"))


def _said(record: Mapping[str, Json], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""
