"""Reads the audit trail of an environment: what was done, whether it is whole, and as a table."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from descope_state.app.surroundings import Surroundings
from descope_state.app.trailing import audit_of
from descope_state.app.workspace import Opening, outlined
from descope_state.core.auditing import Query
from descope_state.errors import DamagedState, UsageError
from descope_state.store.audit_chain import first_wrong
from descope_state.store.audit_files import Record, sequence_of
from descope_state.store.journal import FILE

_AGO = re.compile(r"([0-9]{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MOMENT = 1.0


def records(surroundings: Surroundings, opening: Opening, *, query: Query) -> Iterator[Record]:
    """Give the records that are asked for, oldest first."""
    audit = audit_of(outlined(surroundings, opening), surroundings)
    return (record for record in audit.records() if query.matches(record))


def followed(surroundings: Surroundings, opening: Opening, *, query: Query) -> Iterator[Record]:
    """Give the records that are asked for, and those that are yet to come, until interrupted."""
    audit = audit_of(outlined(surroundings, opening), surroundings)
    last = 0
    while True:
        for record in audit.records():
            if sequence_of(record) > last:
                last = sequence_of(record)
                if query.matches(record):
                    yield record
        surroundings.pause(_MOMENT)


def verified(surroundings: Surroundings, opening: Opening) -> tuple[str, int]:
    """Say what is wrong with a trail, nothing where it is whole, and how many records it has."""
    workspace = outlined(surroundings, opening)
    audit = audit_of(workspace, surroundings)
    try:
        snapshot = workspace.store.snapshot()
    except DamagedState:
        snapshot = None  # `dstate state verify` is about that; the trail stands by itself.
    wrong = first_wrong(audit, snapshot.audit if snapshot is not None else None)
    count = newest = 0
    for record in audit.records():
        count += 1
        serial = record.get("serial")
        if isinstance(serial, int) and record.get("outcome") == "done":
            newest = max(newest, serial)
    open_run = workspace.store.disk.status(workspace.store.folder / FILE) is not None
    if not wrong and snapshot is not None and snapshot.serial < newest and not open_run:
        wrong = (
            f"the trail tells of a state at serial {newest}, and the state is at {snapshot.serial}:"
            " an older one was put in its place"
        )
    return wrong, count


def query_of(
    surroundings: Surroundings,
    *,
    day: str | None,
    since: str | None,
    operation: str | None,
    address: str | None,
    actor: str | None,
) -> Query:
    """Read the words that a command line asks with."""
    return Query(
        date=_day(day),
        since=_moment(since, surroundings.now()),
        operation=operation or "",
        address=address or "",
        actor=actor or "",
    )


def _day(text: str | None) -> str:
    if text is None:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        message = f"`--date {text}` is not a day"
        raise UsageError(message, hint="write `--date 2026-01-31`; days are those of UTC") from None


def _moment(text: str | None, now: str) -> str:
    """Give a moment as records spell it; `7d` is so long ago."""
    if text is None:
        return ""
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            span = timedelta(**{_UNITS[ago[2]]: int(ago[1])})
            moment = datetime.fromisoformat(now) - span
        else:
            moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        message = f"`--since {text}` is neither a time nor a span"
        raise UsageError(
            message, hint="write `--since 7d` or `--since 2026-01-31T12:00Z`"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
