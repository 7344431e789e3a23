"""The state file, format 1: readable, one leaf on one line, a checksum over its exact bytes."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256

from descope_state.model.address import Address
from descope_state.model.codec_value import MARK, Record, addresses_spelled
from descope_state.model.resource import Entry, Status
from descope_state.model.state import Snapshot
from descope_state.model.value import Json, Value, encoded, plain

SNAPSHOT = frozenset(
    {"checksum", "format", "lineage", "serial", "environment", "project_id", "entries"}
)
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
_STATUSES = {status.value: status for status in Status}
_FILED = ENTRY - {"address"}

_quoted = json.JSONEncoder(ensure_ascii=False).encode
# An indent would take json's slow path; a separator with a newline in it keeps the fast one.
_lines = json.JSONEncoder(
    sort_keys=True,
    separators=(",\n    ", ": "),
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,
    default=encoded,
).encode


def snapshot_bytes(snapshot: Snapshot) -> bytes:
    """Write a snapshot: the checksum on the second line covers every byte after that line."""
    header = (
        ' "format": 1,\n'
        f' "lineage": {_quoted(snapshot.lineage)},\n'
        f' "serial": {snapshot.serial:d},\n'
        f' "environment": {_quoted(snapshot.environment)},\n'
        f' "project_id": {_quoted(snapshot.project_id)},\n'
    )
    body = ",\n".join(_entries(snapshot.entries))
    entries = f' "entries": {{\n{body}\n }}\n}}\n' if body else ' "entries": {}\n}\n'
    rest = (header + entries).encode("utf-8", "surrogatepass")
    return b'{\n "checksum": "%s",\n%s' % (sha256(rest).hexdigest().encode(), rest)


def _entries(entries: Mapping[Address, Entry]) -> Iterator[str]:
    for address in sorted(entries, key=_order):
        entry = entries[address]
        if entry.address is not address and entry.address != address:
            message = f"{address} holds the entry of {entry.address}"
            raise ValueError(message)
        yield _entry_text(entry)


def _order(address: Address) -> tuple[str, str, bool, str]:
    return address.order


def _entry_text(entry: Entry) -> str:
    before = after = ""
    if entry.depends_on:
        before = f'   "depends_on": {_lines(addresses_spelled(entry.depends_on))},\n'
    if entry.protected:
        after = '   "protected": true,\n'
    status = "" if entry.status is Status.READY else f',\n   "status": "{entry.status}"'
    return (
        f"  {_quoted(str(entry.address))}: {{\n{before}"
        f'   "id": {_quoted(entry.id)},\n'
        f'   "identity": {_quoted(entry.identity)},\n'
        f'   "inputs": {_attributes_text(entry.inputs)},\n'
        f'   "outputs": {_attributes_text(entry.outputs)},\n{after}'
        f'   "provider": {_quoted(entry.provider)},\n'
        f'   "schema_version": {entry.schema_version:d}{status}\n  }}'
    )


def _attributes_text(attributes: dict[str, Value]) -> str:
    if not attributes:
        return "{}"
    text = _lines(attributes)
    if MARK in text:
        text = _lines(plain(attributes))
    return f"{{\n    {text[1:-1]}\n   }}"


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


def read_snapshot(record: Record) -> Snapshot:
    """Read format 1."""
    entries: dict[Address, Entry] = {}
    for text, raw in record.members("entries").items():
        address = record.named(text)
        entries[address] = read_entry(record.inner(raw, _FILED), address)
    return Snapshot(
        lineage=record.text("lineage"),
        serial=record.number("serial"),
        environment=record.text("environment"),
        project_id=record.text("project_id"),
        entries=entries,
    )


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
