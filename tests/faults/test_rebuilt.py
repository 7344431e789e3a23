"""A state that is rebuilt over what was lost: wherever the power goes, it is never begun afresh."""

import random
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from descope_state.errors import DamagedState
from descope_state.model.address import Address
from descope_state.model.codec import encode_state
from descope_state.model.event import Started
from descope_state.model.resource import Entry
from descope_state.model.state import Snapshot
from descope_state.store.disk import Disk
from descope_state.store.journal import journal_bytes
from descope_state.store.mending import Mending
from descope_state.store.state import Store
from tests.support.simulated_disk import Crashed, SimulatedSystem

FOLDER = Path("/state/dev")
DOCS = Address("label", "docs")
ENTRY = Entry(
    address=DOCS,
    provider="fake",
    schema_version=1,
    id="1",
    identity="Docs",
    inputs={},
    outputs={},
)
OLD = Snapshot(lineage="L", serial=7, environment="dev", project_id="P", entries={})
NEW = replace(OLD, serial=0, entries={DOCS: ENTRY})
STARTED = Started(run="r1", at="noon", command="dstate apply", actor="ada@desk")


def lost(system: SimulatedSystem) -> tuple[Store, Mending]:
    """Leave a copy in the history and an interrupted run's journal, and no state."""
    disk = Disk(system=system)
    mending = Mending(folder=FOLDER, disk=disk)
    disk.make_folder(FOLDER)
    mending.history.keep(OLD.serial, encode_state(OLD))
    journal = journal_bytes([STARTED], lineage="L", serial=OLD.serial, after=0)
    disk.replace(FOLDER / "journal.jsonl", journal)
    store = Store(folder=FOLDER, lineage=lambda: "M", fresh_key=lambda: bytes(32), disk=disk)
    return store, mending


def test_the_new_state_has_a_serial_of_its_own_and_the_journal_is_kept_aside() -> None:
    system = SimulatedSystem()
    store, mending = lost(system)
    with pytest.raises(DamagedState, match="is missing") as caught:
        store.snapshot()
    assert "`dstate state rebuild`" in caught.value.hint
    done = mending.rebuilt(NEW)
    assert done.snapshot == replace(NEW, serial=8)
    assert store.snapshot() == done.snapshot
    assert mending.history.newest() == done.snapshot.serial
    names = {path.name for path in system.files()}
    assert "journal.jsonl" not in names
    assert "journal.before-8.jsonl" in names


def test_what_stood_there_before_is_kept() -> None:
    system = SimulatedSystem()
    _, mending = lost(system)
    mending.disk.replace(FOLDER / "state.json", b"broken")
    done = mending.rebuilt(NEW)
    assert done.kept is not None
    assert system.files()[done.kept] == b"broken"


@pytest.mark.parametrize("seed", range(3))
def test_wherever_the_power_goes_it_is_refused_or_rebuilt(seed: int) -> None:
    counting = SimulatedSystem()
    _, mending = lost(counting)
    begun = counting.calls
    mending.rebuilt(NEW)
    for number in range(1, counting.calls - begun + 1):
        system = SimulatedSystem()
        store, mending = lost(system)
        system.crash_at = system.calls + number
        with pytest.raises(Crashed):
            mending.rebuilt(NEW)
        system.crash(random.Random(seed))
        system.reboot()
        with suppress(DamagedState):
            found = store.snapshot()
            assert found is not None
            assert found.entries == NEW.entries
        assert mending.rebuilt(NEW).snapshot.entries == NEW.entries
        assert store.snapshot() is not None
