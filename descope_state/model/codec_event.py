"""Entries and the events of a run in JSON, as the journal and the state hold them."""

import json
from collections.abc import Callable, Mapping

from descope_state.model.address import Address
from descope_state.model.codec_value import Malformed, Record, addresses_spelled
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
from descope_state.model.value import Json, plain

ENTRY = frozenset(
    {
        "address",
        "depends_on",
        "id",
        "identity",
        "inputs",
        "outputs",
        "protected",
        "provider",
        "schema_version",
        "status",
    }
)
BEGAN = frozenset({"run", "number", "address", "step", "at", "id", "identity", "entry"})
_STATUSES = {status.value: status for status in Status}
_STEPS = {step.value: step for step in Step}

_compact = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode


def plain_entry(entry: Entry) -> Json:
    """Spell an entry in JSON alone, as the journal holds it."""
    raw: dict[str, Json] = {
        "address": str(entry.address),
        "id": entry.id,
        "identity": entry.identity,
        "inputs": plain(entry.inputs),
        "outputs": plain(entry.outputs),
        "provider": entry.provider,
        "schema_version": entry.schema_version,
    }
    if entry.depends_on:
        raw["depends_on"] = addresses_spelled(entry.depends_on)
    if entry.protected:
        raw["protected"] = True
    if entry.status is not Status.READY:
        raw["status"] = entry.status.value
    return raw


def read_entry(record: Record, address: Address | None = None) -> Entry:
    """Read one entry; its address stands before it in a snapshot and inside it in a journal."""
    return Entry(
        address=record.address("address") if address is None else address,
        provider=record.text("provider"),
        schema_version=record.number("schema_version"),
        id=record.text("id"),
        identity=record.text("identity"),
        inputs=record.attributes("inputs"),
        outputs=record.attributes("outputs"),
        depends_on=record.addresses("depends_on"),
        status=record.choice("status", _STATUSES, default=Status.READY),
        protected=record.flag("protected"),
    )


def plain_began(began: Began) -> Json:
    """Spell an intent in JSON alone."""
    raw: dict[str, Json] = {
        "run": began.run,
        "number": began.number,
        "address": str(began.address),
        "step": began.step.value,
        "at": began.at,
    }
    if began.id:
        raw["id"] = began.id
    if began.identity:
        raw["identity"] = began.identity
    if began.entry is not None:
        raw["entry"] = plain_entry(began.entry)
    return raw


def read_began(record: Record) -> Began:
    """Read an intent."""
    return Began(
        run=record.text("run"),
        number=record.number("number"),
        address=record.address("address"),
        step=record.choice("step", _STEPS),
        at=record.decimal("at"),
        id=record.text("id", ""),
        identity=record.text("identity", ""),
        entry=_maybe_entry(record),
    )


def _maybe_entry(record: Record) -> Entry | None:
    inner = record.members("entry")
    return read_entry(record.inner(inner, ENTRY)) if inner else None


def event_text(event: Event) -> str:
    """Write an event as one line of JSON, without its end."""
    name, raw = plain_event(event)
    return _compact({name: raw})


def plain_event(event: Event) -> tuple[str, Json]:
    """Spell an event in JSON alone, with the name that it goes by."""
    match event:
        case Started():
            return "started", _plain_started(event)
        case Known():
            return "known", {"kind": event.kind, "ids": list(event.ids)}
        case Noted():
            return "noted", _plain_noted(event)
        case Began():
            return "began", plain_began(event)
        case Succeeded():
            return "succeeded", _plain_succeeded(event)
        case _:
            name = "failed" if isinstance(event, Failed) else "doubted"
            return name, {"number": event.number, "error": event.error}


def _plain_started(event: Started) -> Json:
    raw: dict[str, Json] = {
        "run": event.run,
        "at": event.at,
        "command": event.command,
        "actor": event.actor,
    }
    if event.plan_digest:
        raw["plan_digest"] = event.plan_digest
    return raw


def _plain_noted(event: Noted) -> Json:
    raw: dict[str, Json] = {"address": str(event.address)}
    if event.entry is not None:
        raw["entry"] = plain_entry(event.entry)
    if event.moved_from is not None:
        raw["moved_from"] = str(event.moved_from)
    return raw


def _plain_succeeded(event: Succeeded) -> Json:
    raw: dict[str, Json] = {"number": event.number}
    if event.id:
        raw["id"] = event.id
    if event.identity:
        raw["identity"] = event.identity
    if event.outputs is not None:
        raw["outputs"] = plain(event.outputs)
    return raw


def read_event(record: Record) -> Event:
    """Read an event; a ValueError says what is wrong with anything else."""
    for name, (fields, read) in _READERS.items():
        inner = record.members(name)
        if inner:
            return read(record.inner(inner, fields))
    message = "it is no event that this version of dstate knows"
    raise Malformed(message)


def _read_started(record: Record) -> Event:
    return Started(
        run=record.text("run"),
        at=record.text("at"),
        command=record.text("command"),
        actor=record.text("actor"),
        plan_digest=record.text("plan_digest", ""),
    )


def _read_known(record: Record) -> Event:
    return Known(kind=record.text("kind"), ids=record.texts("ids"))


def _read_noted(record: Record) -> Event:
    return Noted(
        address=record.address("address"),
        entry=_maybe_entry(record),
        moved_from=record.maybe_address("moved_from"),
    )


def _read_succeeded(record: Record) -> Event:
    return Succeeded(
        number=record.number("number"),
        id=record.text("id", ""),
        identity=record.text("identity", ""),
        outputs=record.maybe_attributes("outputs"),
    )


def _read_failed(record: Record) -> Event:
    return Failed(number=record.number("number"), error=record.text("error"))


def _read_doubted(record: Record) -> Event:
    return Doubted(number=record.number("number"), error=record.text("error"))


_Reader = tuple[frozenset[str], Callable[[Record], Event]]
_ENDED = frozenset({"number", "error"})
_READERS: Mapping[str, _Reader] = {
    "started": (frozenset({"run", "at", "command", "actor", "plan_digest"}), _read_started),
    "known": (frozenset({"kind", "ids"}), _read_known),
    "noted": (frozenset({"address", "entry", "moved_from"}), _read_noted),
    "began": (BEGAN, read_began),
    "succeeded": (frozenset({"number", "id", "identity", "outputs"}), _read_succeeded),
    "failed": (_ENDED, _read_failed),
    "doubted": (_ENDED, _read_doubted),
}
EVENTS = frozenset(_READERS)
