"""Small accidents around one state: two who write it, and a journal that was torn."""

import asyncio
from dataclasses import replace
from pathlib import Path

from descope_state.errors import Locked
from descope_state.model.address import Address
from descope_state.model.event import Failed, Started
from descope_state.model.resource import Entry
from descope_state.model.state import Snapshot
from descope_state.store.journal import FILE, journal_bytes, read_journal
from descope_state.store.lock import Holder
from descope_state.store.session import Held
from descope_state.store.state import Store

STARTED = Started(run="r", at="2026-01-01T00:00:00Z", command="dstate", actor="ada@desk")
HOLDER = Holder(user="ada", host="desk", pid=1, since="2026-01-01T00:00:00Z", command="dstate")


def two_sessions(folder: Path) -> Store:
    """Begin a state that both know."""
    store = Store(folder=folder / "state", lineage=lambda: "L", fresh_key=lambda: bytes(32))
    store.begun(environment="test", project_id="P")
    return store


def lost_update(folder: Path) -> str:
    """Let both commit; gives what was lost, where something was."""
    store = two_sessions(folder)
    with store.locked(HOLDER) as first:
        (store.folder / "lock").unlink()
        with store.locked(HOLDER) as second:
            done = [name for name, held in (("b", second), ("a", first)) if _wrote(held, name)]
    found = store.snapshot()
    assert found is not None
    kept = {address.name for address in found.entries}
    return "" if kept == set(done) else f"{done} were committed, and {sorted(kept)} are there"


def _wrote(held: Held, name: str) -> bool:
    try:
        held.commit(_with(held.snapshot, name))
    except Locked:
        return False
    return True


def _with(snapshot: Snapshot, name: str) -> Snapshot:
    address = Address("label", name)
    entry = Entry(
        address=address,
        provider="fake",
        schema_version=1,
        id=name,
        identity=name,
        inputs={},
        outputs={},
    )
    return replace(snapshot, entries={**snapshot.entries, address: entry})


def torn_and_continued(folder: Path) -> str:
    """Take up a journal whose end was torn, and write on; gives what cannot be read afterwards."""
    store = two_sessions(folder)
    events = [_failed(number) for number in range(3)]
    whole = journal_bytes([STARTED, *events], lineage="L", serial=0)
    (store.folder / FILE).write_bytes(whole[:-7])
    with store.locked(HOLDER) as held:
        journal = asyncio.run(held.journal(STARTED))
        journal.write(_failed(9))
        journal.flush()
    found = read_journal((store.folder / FILE).read_bytes())
    assert found is not None
    expected = (STARTED, *events[:-1], STARTED, _failed(9))
    if (found.events, found.damaged, found.torn) == (expected, (), 0):
        return ""
    return f"{len(found.events)} of {len(expected)} events, damaged lines {found.damaged}"


def _failed(number: int) -> Failed:
    return Failed(number=number, error="no")
