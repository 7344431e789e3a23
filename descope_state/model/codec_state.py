"""The state file, format 1: readable, one leaf on one line, a checksum over its exact bytes."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256

from descope_state.model.address import Address
from descope_state.model.codec_event import BEGAN, ENTRY, plain_began, read_began, read_entry
from descope_state.model.codec_value import MARK, Record, addresses_spelled
from descope_state.model.plan import OutputValue
from descope_state.model.resource import Entry, Status
from descope_state.model.state import Head, Pending, Snapshot
from descope_state.model.unseen import escaped
from descope_state.model.value import Json, Value, encoded, plain

SNAPSHOT = frozenset(
    {
        "checksum",
        "format",
        "lineage",
        "serial",
        "environment",
        "project_id",
        "outputs",
        "pending",
        "audit",
        "entries",
    }
)
_OUTPUT = frozenset({"value", "sensitive", "description"})
_PENDING = frozenset({"began", "known", "why"})
_HEAD = frozenset({"seq", "hash"})
_FILED = ENTRY - {"address"}

_quoted = json.JSONEncoder(ensure_ascii=False).encode
_compact = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False).encode
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
    return _sealed(_unsealed(snapshot))


def shown_bytes(snapshot: Snapshot) -> bytes:
    """Write one that says the same, and does no harm to a terminal that shows it."""
    return _sealed(escaped(_unsealed(snapshot)))


def _sealed(text: str) -> bytes:
    rest = text.encode("utf-8", "surrogatepass")
    return b'{\n "checksum": "%s",\n%s' % (sha256(rest).hexdigest().encode(), rest)


def _unsealed(snapshot: Snapshot) -> str:
    header = (
        ' "format": 1,\n'
        f' "lineage": {_quoted(snapshot.lineage)},\n'
        f' "serial": {snapshot.serial:d},\n'
        f' "environment": {_quoted(snapshot.environment)},\n'
        f' "project_id": {_quoted(snapshot.project_id)},\n'
    )
    header += _outputs_text(snapshot.outputs) + _pending_text(snapshot.pending)
    header += _head_text(snapshot.audit)
    body = ",\n".join(_entries(snapshot.entries))
    entries = f' "entries": {{\n{body}\n }}\n}}\n' if body else ' "entries": {}\n}\n'
    return header + entries


def _outputs_text(outputs: Mapping[str, OutputValue]) -> str:
    if not outputs:
        return ""
    lines = ",\n".join(
        f"  {_quoted(name)}: {_compact(_plain_output(outputs[name]))}" for name in sorted(outputs)
    )
    return f' "outputs": {{\n{lines}\n }},\n'


def _plain_output(output: OutputValue) -> Json:
    raw: dict[str, Json] = {"value": plain(output.value)}
    if output.sensitive:
        raw["sensitive"] = True
    if output.description:
        raw["description"] = output.description
    return raw


def _pending_text(pending: tuple[Pending, ...]) -> str:
    if not pending:
        return ""
    lines = ",\n".join(f"  {_compact(_plain_pending(one))}" for one in pending)
    return f' "pending": [\n{lines}\n ],\n'


def _plain_pending(pending: Pending) -> Json:
    raw: dict[str, Json] = {"began": plain_began(pending.began)}
    if pending.known:
        raw["known"] = list(pending.known)
    if pending.why:
        raw["why"] = pending.why
    return raw


def _head_text(head: Head | None) -> str:
    return "" if head is None else f' "audit": {_compact({"seq": head.seq, "hash": head.hash})},\n'


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
        pending=record.each("pending", _PENDING, read=_read_pending),
        outputs={
            name: _read_output(name, record.inner(raw, _OUTPUT))
            for name, raw in record.members("outputs").items()
        },
        audit=_read_head(record.one("audit", _HEAD)) if record.members("audit") else None,
    )


def _read_head(record: Record) -> Head:
    return Head(seq=record.number("seq"), hash=record.text("hash"))


def _read_output(name: str, record: Record) -> OutputValue:
    return OutputValue(
        name=name,
        value=record.value("value"),
        sensitive=record.flag("sensitive"),
        description=record.text("description", ""),
    )


def _read_pending(record: Record) -> Pending:
    return Pending(
        began=read_began(record.one("began", BEGAN)),
        known=record.texts("known"),
        why=record.text("why", ""),
    )
