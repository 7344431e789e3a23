"""What dstate writes to disk and reads back: the one place that knows names and formats of files.

A file proves itself over its exact bytes: a state carries a checksum, which finds damage, and a
plan a seal made with the state's key, which finds tampering. Nothing is read from bytes that
failed that proof, and what passed it is still read strictly. The modules beside this one hold one
format each; a newer format gets a module of its own and an upgrade here.
"""

import gc
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import TypeVar

from descope_state.errors import DamagedState, StalePlan
from descope_state.model.change import Change
from descope_state.model.codec_event import (
    ENTRY,
    EVENTS,
    event_text,
    plain_entry,
    read_entry,
    read_event,
)
from descope_state.model.codec_plan import plain_change, plan_bytes
from descope_state.model.codec_plan_read import (
    BINDINGS,
    CHANGE,
    PLAN,
    read_bindings,
    read_change,
    read_plan,
)
from descope_state.model.codec_state import SNAPSHOT, read_snapshot, shown_bytes, snapshot_bytes
from descope_state.model.codec_value import (
    Malformed,
    parsed,
    record,
    record_of,
    revived,
)
from descope_state.model.event import Event
from descope_state.model.plan import Bindings, Plan
from descope_state.model.resource import Entry
from descope_state.model.state import Snapshot
from descope_state.model.value import Json, plain

__all__ = [
    "PLAN_FORMAT",
    "STATE_FORMAT",
    "Json",
    "Malformed",
    "decode_event",
    "decode_plan",
    "decode_state",
    "encode_event",
    "encode_plan",
    "encode_state",
    "parsed",
    "plain",
    "plain_change",
    "plain_entry",
    "plan_bindings",
    "revived",
    "revived_change",
    "revived_entry",
    "show_state",
]

T = TypeVar("T")
STATE_FORMAT = 1
PLAN_FORMAT = 1

_STATE_HEAD = re.compile(rb'\{\n "checksum": "([0-9a-f]{64})",\n')
_STATE_FORMAT = re.compile(rb'\s*\{\s*"checksum":\s*"[^"]*",\s*"format":\s*([0-9]{1,9})\s*[,}]')
_STATE_END = b"\n}\n"
_STATE_HINT = "`dstate state rollback` restores the newest good copy"
_REPAIR_HINT = f"{_STATE_HINT}; if the edit is meant, `dstate state repair --accept` seals it"
_UPDATE_HINT = "update dstate to the version that wrote it, or to a later one"

_PLAN_FORMAT = re.compile(rb'\{"dstate_plan":([0-9]{1,9}),')
_PLAN_HEAD = re.compile(rb'\{"dstate_plan":1,"seal":"([0-9a-f]{64})","plan":')
_PLAN_END = b"}\n"
_PLAN_HINT = "make the plan again with `dstate plan -out FILE`"


def encode_state(snapshot: Snapshot) -> bytes:
    """Write a snapshot as the bytes of a state file."""
    return snapshot_bytes(snapshot)


def show_state(snapshot: Snapshot) -> str:
    """Write a state for a screen or a pipe: what acts on a terminal is escaped, as JSON does."""
    return shown_bytes(snapshot).decode()


def decode_state(data: bytes, *, sealed: bool = True) -> Snapshot:
    """Read a state file; DamagedState says what is wrong with any other bytes.

    Without `sealed` the checksum is not asked for: for a file that somebody edited by hand and
    means.
    """
    if sealed:
        _prove_state(data)
    else:
        _refuse_repeated(data)
    try:
        with _uncollected():
            return _snapshot(data)
    except RecursionError:
        message = "the state cannot be read: it is nested too deeply"
    except ValueError as error:
        message = f"the state cannot be read: {error}"
    raise DamagedState(message, hint=_STATE_HINT)


@contextmanager
def _uncollected() -> Iterator[None]:
    # Nothing of a file is garbage before it is whole: collecting meanwhile doubled the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _prove_state(data: bytes) -> None:
    if not data:
        message = "the state is empty: the file was truncated"
        raise DamagedState(message, hint=_STATE_HINT)
    head = _STATE_HEAD.match(data)
    if head is not None and sha256(data[head.end() :]).hexdigest().encode() == head[1]:
        return
    _refuse_newer_state(data)
    if not data.endswith(_STATE_END):
        message = (
            "the state is truncated, or its end was altered: it does not end as it was written"
        )
        raise DamagedState(message, hint=_STATE_HINT)
    if _is_json(data):
        message = "the state does not match its checksum: it was edited by hand, or damaged"
        raise DamagedState(message, hint=_REPAIR_HINT)
    message = "the state is damaged: it does not match its checksum and is no longer JSON"
    raise DamagedState(message, hint=_STATE_HINT)


def _refuse_repeated(data: bytes) -> None:
    # Only an editor writes a name twice, and JSON would keep the last without a word.
    try:
        json.loads(_text(data), object_pairs_hook=_once)
    except Malformed as error:
        message = f"the state cannot be read: {error}"
        raise DamagedState(message, hint=_STATE_HINT) from None
    except (ValueError, RecursionError):
        return  # The reader that follows says what is wrong with it.


def _once(pairs: list[tuple[str, Json]]) -> None:
    names: set[str] = set()
    for name, _ in pairs:
        if name in names:
            message = f"`{name}` stands twice in one object"
            raise Malformed(message)
        names.add(name)


def _refuse_newer_state(data: bytes) -> None:
    found = _STATE_FORMAT.match(data)
    if found is not None and int(found[1]) > STATE_FORMAT:
        raise DamagedState(_newer("state", int(found[1]), STATE_FORMAT), hint=_UPDATE_HINT)


def _newer(what: str, found: int, known: int) -> str:
    return (
        f"the {what} is of format {found}, newer than format {known}, "
        "the newest that this version of dstate reads"
    )


def _is_json(data: bytes) -> bool:
    try:
        parsed(_text(data))
    except ValueError:
        return False
    return True


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _snapshot(data: bytes) -> Snapshot:
    _refuse_newer_state(data)
    document = record(_text(data), SNAPSHOT)
    found = document.number("format")
    if found not in _STATE_READERS:
        message = f"format {found} was never written by any version of dstate"
        raise Malformed(message)
    return _STATE_READERS[found](document)


# One reader for each format ever written; those of older formats upgrade what they read.
_STATE_READERS = {1: read_snapshot}


def encode_event(event: Event) -> str:
    """Write one event of a run as one line of JSON, without its end."""
    return event_text(event)


def decode_event(text: str) -> Event:
    """Read what `encode_event` wrote; a ValueError says what is wrong with anything else."""
    return read_event(record(text, EVENTS))


def encode_plan(plan: Plan, key: bytes) -> bytes:
    """Write a plan as the bytes of a plan file, sealed with the key of its state."""
    payload = plan_bytes(plan)
    return b'{"dstate_plan":%d,"seal":"%s","plan":%s}\n' % (
        PLAN_FORMAT,
        _seal(payload, key).encode(),
        payload,
    )


def decode_plan(data: bytes, key: bytes | None) -> Plan:
    """Read a plan file; StalePlan says what is wrong with any other bytes.

    Without a key the seal is not verified: enough to show somebody else's plan, never to apply it.
    """
    payload = _payload(data)
    if key is not None and not _sealed_with(key, payload, found=_sealed(data)):
        message = "the plan does not match its seal: it was altered, or made for another state"
        raise StalePlan(message, hint=_PLAN_HINT)
    return _read_plan(lambda: read_plan(record(_text(payload), PLAN)))


def plan_bindings(data: bytes) -> Bindings:
    """Look at which world a plan claims to belong to, before its seal can be verified."""
    return _read_plan(lambda: _first_bindings(_payload(data)))


def _first_bindings(payload: bytes) -> Bindings:
    text = _text(payload)
    prefix = '{"bindings":'
    if not text.startswith(prefix):
        message = "`bindings` is missing"
        raise Malformed(message)
    raw: Json = json.JSONDecoder().raw_decode(text, len(prefix))[0]
    return read_bindings(record_of(raw, BINDINGS))


def _read_plan(read: Callable[[], T]) -> T:
    try:
        with _uncollected():
            return read()
    except RecursionError:
        message = "the plan cannot be read: it is nested too deeply"
    except ValueError as error:
        message = f"the plan cannot be read: {error}"
    raise StalePlan(message, hint=_PLAN_HINT)


def _payload(data: bytes) -> bytes:
    head = _PLAN_HEAD.match(data)
    if head is None:
        raise _not_a_plan(data)
    if not data.endswith(_PLAN_END):
        message = "the plan is truncated, or its end was altered"
        raise StalePlan(message, hint=_PLAN_HINT)
    return data[head.end() : -len(_PLAN_END)]


def _sealed_with(key: bytes, payload: bytes, *, found: bytes) -> bool:
    import hmac  # noqa: PLC0415  # as in _seal

    return hmac.compare_digest(_seal(payload, key).encode(), found)


def _sealed(data: bytes) -> bytes:
    head = _PLAN_HEAD.match(data)
    return b"" if head is None else head[1]


def _not_a_plan(data: bytes) -> StalePlan:
    found = _PLAN_FORMAT.match(data)
    if found is not None and int(found[1]) > PLAN_FORMAT:
        return StalePlan(_newer("plan", int(found[1]), PLAN_FORMAT), hint=_UPDATE_HINT)
    message = "the file is not a plan of dstate, or its beginning was altered"
    return StalePlan(message, hint=_PLAN_HINT)


def _seal(payload: bytes, key: bytes) -> str:
    import hmac  # noqa: PLC0415  # only a plan that is saved or shown has a seal

    return hmac.new(key, b"dstate_plan:%d:" % PLAN_FORMAT + payload, sha256).hexdigest()


def revived_entry(raw: Json) -> Entry:
    """Read what `plain_entry` spelled; a ValueError says what is wrong with anything else."""
    return read_entry(record_of(raw, ENTRY))


def revived_change(raw: Json) -> Change:
    """Read what `plain_change` spelled; a ValueError says what is wrong with anything else."""
    return read_change(record_of(raw, CHANGE))
