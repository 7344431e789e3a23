"""The state of an environment: made once, read back exactly, and refused where it is not right."""

import errno
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from descope_state.errors import BadCredentials, DamagedState, DstateError, UnsafeFile
from descope_state.model.address import Address
from descope_state.model.codec import encode_state
from descope_state.model.resource import Entry
from descope_state.model.state import Snapshot
from descope_state.store.disk import Disk
from descope_state.store.state import KEY_BYTES, Store
from descope_state.store.system import REAL
from tests.support.simulated_disk import FailingSystem

KEY = bytes(range(32))
FIRST = Snapshot(lineage="L1", serial=0, environment="dev", project_id="P1", entries={})


def store(folder: Path, *, lineage: str = "L1", key: bytes = KEY) -> Store:
    return Store(folder=folder, lineage=lambda: lineage, fresh_key=lambda: key)


def opened(
    found: Store, *, environment: str = "dev", project_id: str = "P1"
) -> tuple[Snapshot, bytes]:
    """Open a state as a plan does."""
    snapshot = found.found(environment=environment, project_id=project_id)
    if snapshot is None:
        snapshot = found.begun(environment=environment, project_id=project_id)
    return snapshot, found.sealing_key(needed=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a state folder that has been opened once."""
    folder = tmp_path / "state" / "dev"
    opened(store(folder))
    return folder


def content(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    return {
        path.name: (path.read_bytes(), path.stat().st_mode & 0o777, path.stat().st_mtime_ns)
        for path in folder.iterdir()
    }


def refusal(found: Store, *, environment: str = "dev", project_id: str = "P1") -> DstateError:
    """Open a state that is to be refused, and see that nothing in its folder changed."""
    before = content(found.folder)
    with pytest.raises(DstateError) as caught:
        opened(found, environment=environment, project_id=project_id)
    assert content(found.folder) == before
    assert caught.value.hint
    return caught.value


def entry(name: str, id_: str) -> Entry:
    return Entry(
        address=Address("label", name),
        provider="fake",
        schema_version=1,
        id=id_,
        identity=name,
        inputs={"name": name},
        outputs={"name": name},
    )


# -- the first time -------------------------------------------------------------------------------


def test_nothing_is_there_and_nothing_is_made_before_a_state_is_opened(tmp_path: Path) -> None:
    found = store(tmp_path / "state" / "dev")
    assert (found.snapshot(), found.key()) == (None, None)
    assert list(tmp_path.iterdir()) == []


def test_the_first_opening_makes_a_private_folder_a_key_and_a_lineage(tmp_path: Path) -> None:
    found = store(tmp_path / "state" / "dev")
    assert opened(found) == (FIRST, KEY)
    made = content(found.folder)
    assert made["key"][:2] == (KEY, 0o600)
    assert len(made["key"][0]) == KEY_BYTES
    assert made["state.json"][:2] == (encode_state(FIRST), 0o600)
    assert set(made) == {"key", "state.json"}
    assert found.folder.stat().st_mode & 0o777 == 0o700


def test_the_second_opening_gives_the_same_and_changes_no_byte(folder: Path) -> None:
    before = content(folder)
    again = store(folder, lineage="L2", key=bytes(32))
    assert opened(again) == (FIRST, KEY)
    assert content(folder) == before


def test_a_key_that_a_crash_kept_from_being_made_is_made_the_next_time(folder: Path) -> None:
    (folder / "key").unlink()
    assert opened(store(folder)) == (FIRST, KEY)
    assert content(folder)["key"][:2] == (KEY, 0o600)


OPENING = """
import sys, time
from pathlib import Path
from descope_state.store.state import Store
who, parent, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
for turn in range(rounds):
    store = Store(
        folder=parent / str(turn) / "dev",
        lineage=lambda: f"lineage of {who}",
        fresh_key=lambda: who.encode() * 32,
    )
    (parent / f"{turn}.{who}").touch()
    while not (parent / f"{turn}.{'b' if who == 'a' else 'a'}").exists():
        time.sleep(0)
    snapshot = store.found(environment="dev", project_id="P1")
    snapshot = snapshot or store.begun(environment="dev", project_id="P1")
    key = store.sealing_key(needed=False)
    print(turn, snapshot.lineage, key.decode(), flush=True)
"""


def test_two_processes_that_open_first_at_once_agree_on_lineage_and_key(tmp_path: Path) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-c", OPENING, who, str(tmp_path), "20"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for who in "ab"
    ]
    said = [one.communicate(timeout=60)[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert said[0] == said[1]
    assert len(said[0].splitlines()) == 20
    for turn in range(20):
        made = {path.name for path in (tmp_path / str(turn) / "dev").iterdir()}
        assert made == {"key", "state.json"}


# -- states that cannot be trusted ----------------------------------------------------------------


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    return data.replace(b'"P1"', b'"P2"')


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "emptied": (lambda _data: b"", "the state is empty"),
    "truncated": (cut, "truncated"),
    "edited by hand": (flipped, "does not match its checksum"),
    "something else": (lambda _data: b"hello\n}\n", "damaged"),
    "of zeros": (lambda data: bytes(len(data)), "truncated"),
}


@pytest.mark.parametrize("sort", sorted(DAMAGE))
def test_a_state_that_was_damaged_is_refused_by_its_path_and_never_overwritten(
    folder: Path, sort: str
) -> None:
    damage, said = DAMAGE[sort]
    path = folder / "state.json"
    path.write_bytes(damage(path.read_bytes()))
    error = refusal(store(folder))
    assert isinstance(error, DamagedState)
    assert str(path) in error.message
    assert said in error.message


def test_a_state_that_contradicts_itself_is_refused(folder: Path) -> None:
    twice = {one.address: one for one in (entry("a", "1"), entry("b", "1"))}
    (folder / "state.json").write_bytes(encode_state(replace(FIRST, entries=twice)))
    error = refusal(store(folder))
    assert "contradicts itself: label.a and label.b both hold label 1" in error.message


def test_a_state_of_another_environment_is_refused(folder: Path) -> None:
    error = refusal(store(folder), environment="prod")
    assert "is the state of environment `dev`" in error.message
    assert "this is `prod`" in error.hint


def test_a_state_of_another_project_is_refused_as_wrong_credentials(folder: Path) -> None:
    error = refusal(store(folder), project_id="P2")
    assert isinstance(error, BadCredentials)
    assert "belongs to project P1, and these credentials are of project P2" in error.message
    assert error.hint == "use the credentials of P1"


def test_a_state_that_is_refused_is_given_no_key(folder: Path) -> None:
    (folder / "key").unlink()
    refusal(store(folder), project_id="P2")


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_length_is_refused_and_kept(folder: Path, size: int) -> None:
    (folder / "key").write_bytes(bytes(size))
    error = refusal(store(folder))
    assert isinstance(error, DamagedState)
    assert f"`{folder / 'key'}` is not the 32 bytes it was" in error.message


@pytest.mark.parametrize("name", ["key", "state.json"])
def test_a_link_in_the_place_of_a_file_is_refused(folder: Path, name: str) -> None:
    moved = folder.parent / name
    (folder / name).rename(moved)
    (folder / name).symlink_to(moved)
    error = refusal(store(folder))
    assert isinstance(error, UnsafeFile)
    assert str(folder / name) in error.message


def test_a_folder_that_everybody_may_change_is_not_even_read(folder: Path) -> None:
    folder.chmod(0o777)
    found = store(folder)
    assert isinstance(refusal(found), UnsafeFile)
    with pytest.raises(UnsafeFile):
        found.snapshot()
    with pytest.raises(UnsafeFile):
        found.key()


def test_a_state_of_another_project_that_was_quicker_is_refused_too(folder: Path) -> None:
    with pytest.raises(BadCredentials, match="belongs to project P1"):
        store(folder, lineage="L2").begun(environment="dev", project_id="P2")
    assert store(folder).snapshot() == FIRST


def test_a_state_that_vanishes_while_it_is_made_is_told(tmp_path: Path) -> None:
    # Somebody else is always quicker, and takes it away again.
    beaten = FailingSystem(REAL, at=1, error=errno.EEXIST, names=("link",))
    quicker = replace(store(tmp_path / "dev"), disk=Disk(system=beaten.system))
    with pytest.raises(DamagedState, match="appeared and vanished again") as caught:
        opened(quicker)
    assert caught.value.hint == "run the command again"


def test_a_key_that_a_state_was_written_with_is_never_made_anew(folder: Path) -> None:
    """Another key would make every secret look changed, and every saved plan look altered."""
    found = store(folder)
    found.key_file.unlink()
    with pytest.raises(DamagedState, match="is missing") as caught:
        found.sealing_key(needed=True)
    assert "copy" in caught.value.hint
    assert not found.key_file.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_a_key_that_others_could_use_is_refused_with_the_command_that_mends_it(
    folder: Path, mode: int
) -> None:
    found = store(folder)
    found.key_file.chmod(mode)
    with pytest.raises(UnsafeFile, match="by others") as caught:
        found.key()
    assert caught.value.hint == f"chmod 600 {found.key_file}"
