"""A locked state: what it is opened from, what it refuses, and in which order it is written."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from descope_state.errors import DamagedState, Locked, UnsafeFile
from descope_state.model.address import Address
from descope_state.model.codec import encode_state
from descope_state.model.event import Event, Failed, Started
from descope_state.model.resource import Entry
from descope_state.model.state import Snapshot
from descope_state.store.history import KEPT
from descope_state.store.journal import journal_bytes
from descope_state.store.lock import Holder, holder_of
from descope_state.store.session import Held
from descope_state.store.state import Store

HOLDER = Holder(user="ada", host="desk", pid=7, since="noon", command="dstate apply")
STARTED = Started(run="r1", at="noon", command="dstate apply", actor="ada@desk")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(folder=tmp_path / "dev", lineage=lambda: "L", fresh_key=lambda: bytes(32))
    found.begun(environment="dev", project_id="P")
    return found


def never(seconds: float) -> None:
    message = f"a test does not wait {seconds} s"
    raise AssertionError(message)


@contextmanager
def locked(store: Store, *, accepted: int | None = None) -> Iterator[Held]:
    with store.locked(HOLDER, pause=never, accepted=accepted) as held:
        yield held


def with_entry(snapshot: Snapshot, name: str, *, id_: str = "") -> Snapshot:
    address = Address("label", name)
    entry = Entry(
        address=address,
        provider="fake",
        schema_version=1,
        id=id_ or name,
        identity=name,
        inputs={},
        outputs={},
    )
    return replace(snapshot, entries={**snapshot.entries, address: entry})


def commit(store: Store, name: str) -> Snapshot:
    with locked(store) as held:
        return held.commit(with_entry(held.snapshot, name))


def test_a_commit_has_the_next_serial_and_a_copy(store: Store) -> None:
    assert commit(store, "a").serial == 1
    assert commit(store, "b").serial == 2
    assert store.history.serials() == [0, 1, 2]
    assert store.history.path(2).read_bytes() == store.state_file.read_bytes()
    assert store.history.path(2).stat().st_ino != store.state_file.stat().st_ino


def test_nothing_new_is_no_new_serial(store: Store) -> None:
    commit(store, "a")
    with locked(store) as held:
        asyncio.run(held.journal(STARTED))
        assert held.commit(held.snapshot).serial == 1
    assert not store.journal_file.exists()


def test_only_so_many_copies_are_kept_and_the_newest_always(store: Store) -> None:
    for number in range(KEPT + 5):
        commit(store, f"n{number}")
    serials = store.history.serials()
    assert (len(serials), serials[-1]) == (KEPT, KEPT + 5)


def test_a_state_that_contradicts_itself_is_put_beside_and_the_journal_is_kept(
    store: Store,
) -> None:
    with locked(store) as held:
        asyncio.run(held.journal(STARTED))
        wrong = with_entry(with_entry(held.snapshot, "a", id_="1"), "b", id_="1")
        with pytest.raises(DamagedState, match="both hold"):
            held.commit(wrong)
    assert (store.folder / "state.rejected.json").exists()
    assert store.journal_file.exists()
    found = store.snapshot()
    assert found is not None
    assert found.serial == 0


def test_an_older_copy_in_its_place_is_refused_unless_it_is_meant(store: Store) -> None:
    old = store.state_file.read_bytes()
    commit(store, "a")
    store.state_file.write_bytes(old)
    with pytest.raises(DamagedState, match="was at 1 before") as caught, locked(store):
        pass
    assert "--override rollback=0" in caught.value.hint
    with locked(store, accepted=0) as held:
        assert held.commit(with_entry(held.snapshot, "b")).serial == 2


def test_a_missing_state_is_not_a_first_one(store: Store) -> None:
    commit(store, "a")
    store.state_file.unlink()
    with pytest.raises(DamagedState, match="was there before"), locked(store):
        pass
    with pytest.raises(DamagedState, match="was there before"):
        store.snapshot()


def journal_of(store: Store, *events: Event, lineage: str = "L", serial: int = 0) -> None:
    data = journal_bytes([STARTED, *events], lineage=lineage, serial=serial)
    store.journal_file.write_bytes(data)
    store.journal_file.chmod(0o600)


def test_a_journal_of_another_state_or_of_a_later_one_is_refused(store: Store) -> None:
    journal_of(store, lineage="other")
    with pytest.raises(DamagedState, match="lineage differs"), locked(store):
        pass
    journal_of(store, serial=4)
    with pytest.raises(DamagedState, match="adds to serial 4"), locked(store):
        pass


def test_a_journal_that_is_part_of_the_state_already_is_told_and_removed(store: Store) -> None:
    commit(store, "a")
    journal_of(store, Failed(number=0, error="no"))
    told: list[tuple[int | None, int, int]] = []

    def hear(base: Snapshot | None, after: Snapshot, *, events: tuple[Event, ...]) -> None:
        told.append((base.serial if base is not None else None, after.serial, len(events)))

    with store.locked(HOLDER, pause=never, told=hear) as held:
        assert held.leftover is None
    assert told == [(0, 1, 2)]
    assert not store.journal_file.exists()


def test_a_journal_of_which_nothing_was_written_whole_is_let_go(store: Store) -> None:
    store.journal_file.write_bytes(b'{"sum":"00000000","lin')
    with locked(store) as held:
        assert held.leftover is None
    assert not store.journal_file.exists()


def test_what_a_crash_left_beside_is_swept_away(store: Store) -> None:
    (store.folder / ".0123456789abcdef.tmp").write_bytes(b"half")
    with locked(store):
        assert not (store.folder / ".0123456789abcdef.tmp").exists()


def test_a_journal_with_a_second_name_is_refused(store: Store) -> None:
    journal_of(store)
    (store.folder / "other").hardlink_to(store.journal_file)
    with pytest.raises(UnsafeFile, match="second name"), locked(store):
        pass


def test_a_lock_says_who_holds_it_and_ends_with_its_holder(store: Store) -> None:
    waited: list[float] = []
    with locked(store):
        assert holder_of(store.lock_file, store.disk) == HOLDER
        with (
            pytest.raises(Locked, match=r"ada on desk \(process 7, `dstate apply`, since noon\)"),
            store.locked(HOLDER, timeout=0.25, pause=waited.append),
        ):
            pass
    assert sum(waited) == pytest.approx(0.25)
    with locked(store) as held:
        assert held.begun


@pytest.mark.parametrize("sort", ["link", "folder", "hard link"])
def test_a_lock_that_is_no_file_of_ours_is_refused_and_what_it_leads_to_untouched(
    store: Store, tmp_path: Path, sort: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    match sort:
        case "link":
            store.lock_file.symlink_to(victim)
        case "folder":
            store.lock_file.mkdir()
        case _:
            store.lock_file.hardlink_to(victim)
    with pytest.raises(UnsafeFile), locked(store):
        pass
    assert victim.read_bytes() == b"precious"


def test_a_state_that_somebody_else_wrote_meanwhile_is_not_written_over(store: Store) -> None:
    with locked(store) as held:
        other = replace(with_entry(held.snapshot, "theirs"), serial=5)
        store.state_file.write_bytes(encode_state(other))
        with pytest.raises(Locked, match="somebody else wrote the state"):
            held.commit(with_entry(held.snapshot, "ours"))
    found = store.snapshot()
    assert found is not None
    assert found.serial == 5
