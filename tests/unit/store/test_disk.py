"""Files of dstate: private, whole or not at all, through no link and in nobody else's folder."""

import errno
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from descope_state.errors import UnsafeFile
from descope_state.store.disk import DISK, Disk
from descope_state.store.system import REAL
from tests.support.simulated_disk import FailingSystem

NOBODY = 65534
WRITERS: dict[str, Callable[[Disk, Path, bytes], object]] = {
    "create": Disk.create,
    "replace": Disk.replace,
    "rewrite": Disk.rewrite,
    "publish": Disk.publish,
}


@pytest.fixture(params=["000", "022", "077", "777"])
def umask(request: pytest.FixtureRequest) -> Iterator[str]:
    """Set a umask for one test."""
    before = os.umask(int(request.param, 8))
    yield request.param
    os.umask(before)


@pytest.fixture
def disown(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Make a file somebody else's: by its owner where we may, else by who we say we are."""

    def disowned(path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)
        else:
            other = os.geteuid() + 1
            monkeypatch.setattr(os, "geteuid", lambda: other)

    return disowned


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# -- folders --------------------------------------------------------------------------------------


def test_a_folder_and_those_above_it_are_private_whatever_the_umask(
    tmp_path: Path, umask: str
) -> None:
    DISK.make_folder(tmp_path / "state" / "dev")
    assert mode(tmp_path / "state") == 0o700, umask
    assert mode(tmp_path / "state" / "dev") == 0o700, umask


def test_a_folder_that_exists_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(0o750)
    DISK.make_folder(folder)
    assert mode(folder) == 0o750


def test_a_folder_that_is_a_link_is_refused_and_what_it_leads_to_is_untouched(
    tmp_path: Path,
) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "state").symlink_to(tmp_path / "victim")
    with pytest.raises(UnsafeFile, match="state` is not a folder") as caught:
        DISK.make_folder(tmp_path / "state")
    assert "name the folder itself" in caught.value.hint
    assert names(tmp_path / "victim") == set()


def test_a_folder_that_is_a_link_to_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").symlink_to(tmp_path / "nothing")
    with pytest.raises(UnsafeFile, match="is not a folder"):
        DISK.make_folder(tmp_path / "state")
    assert names(tmp_path) == {"state"}


def test_a_folder_below_a_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(UnsafeFile, match=r"state/dev` cannot be made: Not a directory"):
        DISK.make_folder(tmp_path / "state" / "dev")


def test_a_folder_that_everybody_may_change_is_refused_with_the_command_that_closes_it(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(UnsafeFile, match="can be changed by everybody") as caught:
        DISK.make_folder(folder)
    assert caught.value.hint == f"chmod 700 {folder}"


def test_a_folder_of_somebody_else_is_refused(
    tmp_path: Path, disown: Callable[[Path], None]
) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    disown(folder)
    with pytest.raises(UnsafeFile, match="belongs to somebody else"):
        DISK.check_folder(folder)


# -- reading --------------------------------------------------------------------------------------


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert DISK.read(tmp_path / "key") is None


def test_reading_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"secret")
    (tmp_path / "key").symlink_to(tmp_path / "victim")
    with pytest.raises(UnsafeFile, match="key` cannot be read") as caught:
        DISK.read(tmp_path / "key")
    assert "name the file itself" in caught.value.hint


def test_a_folder_and_a_pipe_in_the_place_of_a_file_are_refused_without_waiting(
    tmp_path: Path,
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(UnsafeFile, match=f"{name}` is not a plain file"):
            DISK.read(tmp_path / name)


def test_a_file_of_somebody_else_is_refused(tmp_path: Path, disown: Callable[[Path], None]) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"theirs")
    disown(path)
    with pytest.raises(UnsafeFile, match="key` belongs to somebody else"):
        DISK.read(path)


# -- writing --------------------------------------------------------------------------------------


def test_new_files_have_their_modes_whatever_the_umask(tmp_path: Path, umask: str) -> None:
    assert DISK.create(tmp_path / "created", b"1")
    DISK.replace(tmp_path / "replaced", b"2")
    DISK.publish(tmp_path / "published", b"3")
    assert mode(tmp_path / "created") == 0o600, umask
    assert mode(tmp_path / "replaced") == 0o600, umask
    assert mode(tmp_path / "published") == 0o644, umask
    assert names(tmp_path) == {"created", "replaced", "published"}


def test_replacing_makes_an_open_file_private_again(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(b"old")
    path.chmod(0o666)
    DISK.replace(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o600)


@pytest.mark.parametrize("writer", ["rewrite", "publish"])
@pytest.mark.parametrize("permissions", [0o400, 0o640, 0o664, 0o755])
def test_rewriting_a_file_of_the_user_keeps_its_permissions(
    tmp_path: Path, writer: str, permissions: int
) -> None:
    path = tmp_path / "roles.yaml"
    path.write_bytes(b"old")
    path.chmod(permissions)
    WRITERS[writer](DISK, path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", permissions)


@pytest.mark.parametrize("writer", sorted(WRITERS))
def test_nothing_is_written_through_a_link(tmp_path: Path, writer: str) -> None:
    victim, path = tmp_path / "victim", tmp_path / "file"
    victim.write_bytes(b"before")
    victim.chmod(0o640)
    path.symlink_to(victim)
    if writer in ("rewrite", "publish"):
        with pytest.raises(UnsafeFile, match="file` is not a plain file"):
            WRITERS[writer](DISK, path, b"new")
    else:
        WRITERS[writer](DISK, path, b"new")
    assert (victim.read_bytes(), mode(victim)) == (b"before", 0o640)
    assert names(tmp_path) == {"victim", "file"}


def test_a_link_to_nothing_is_not_filled(tmp_path: Path) -> None:
    (tmp_path / "file").symlink_to(tmp_path / "victim")
    assert not DISK.create(tmp_path / "file", b"new")
    with pytest.raises(UnsafeFile, match="is not a plain file"):
        DISK.publish(tmp_path / "file", b"new")
    assert names(tmp_path) == {"file"}


def test_a_second_link_to_a_file_keeps_the_old_content(tmp_path: Path) -> None:
    path, other = tmp_path / "state.json", tmp_path / "other"
    path.write_bytes(b"old")
    other.hardlink_to(path)
    DISK.replace(path, b"new")
    assert (path.read_bytes(), other.read_bytes()) == (b"new", b"old")


def test_creating_leaves_what_is_there_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"first")
    assert not DISK.create(path, b"second")
    assert path.read_bytes() == b"first"
    assert names(tmp_path) == {"key"}


def test_of_many_that_create_at_once_exactly_one_does_and_it_is_whole(tmp_path: Path) -> None:
    for turn in range(20):
        path = tmp_path / f"key{turn}"
        start = threading.Barrier(8)
        made: dict[int, bool] = {}

        def one(
            who: int,
            path: Path = path,
            start: threading.Barrier = start,
            made: dict[int, bool] = made,
        ) -> None:
            start.wait()
            made[who] = DISK.create(path, bytes([who]) * 5000)

        threads = [threading.Thread(target=one, args=(who,)) for who in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        winners = [who for who, won in made.items() if won]
        assert len(made) == 8
        assert len(winners) == 1
        assert path.read_bytes() == bytes(winners) * 5000
    assert len(names(tmp_path)) == 20


# -- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize("writer", sorted(WRITERS))
def test_a_failed_fsync_leaves_the_old_file_and_nothing_else(tmp_path: Path, writer: str) -> None:
    path = tmp_path / "file"
    if writer != "create":
        path.write_bytes(b"old")
    before = names(tmp_path)

    failing = FailingSystem(REAL, at=1, error=errno.EIO, names=("fsync",))
    with pytest.raises(UnsafeFile, match="file` cannot be written: Input/output error"):
        WRITERS[writer](Disk(system=failing.system), path, b"new")
    assert names(tmp_path) == before
    assert writer == "create" or path.read_bytes() == b"old"


LIMITED = """
import json, resource, sys
from pathlib import Path
from descope_state.errors import UnsafeFile
from descope_state.store.disk import DISK
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
folder, told = Path(sys.argv[1]), {}
for name in ("create", "replace", "rewrite", "publish"):
    try:
        getattr(DISK, name)(folder / name, b"new" * 5000)
    except UnsafeFile as error:
        told[name] = [error.message, error.hint]
print(json.dumps(told))
"""


def test_a_file_too_large_for_the_disk_leaves_the_old_one_whole(tmp_path: Path) -> None:
    for name in ("replace", "rewrite", "publish"):
        (tmp_path / name).write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    )
    told = json.loads(done.stdout)
    for name in WRITERS:
        message, hint = told[name]
        assert message == f"`{tmp_path / name}` cannot be written: File too large"
        assert "room" in hint
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "replace": b"old",
        "rewrite": b"old",
        "publish": b"old",
    }


@pytest.mark.parametrize("writer", sorted(WRITERS))
def test_a_folder_in_the_place_of_a_file_is_refused_or_left(tmp_path: Path, writer: str) -> None:
    (tmp_path / "file").mkdir()
    if writer == "create":
        assert not DISK.create(tmp_path / "file", b"new")
    else:
        with pytest.raises(UnsafeFile, match="file`"):
            WRITERS[writer](DISK, tmp_path / "file", b"new")
    assert names(tmp_path) == {"file"}


@pytest.mark.parametrize("writer", sorted(WRITERS))
def test_a_folder_that_is_not_there_is_told(tmp_path: Path, writer: str) -> None:
    with pytest.raises(UnsafeFile, match="cannot be written: No such file or directory"):
        WRITERS[writer](DISK, tmp_path / "gone" / "file", b"new")


def test_the_longest_name_that_a_file_may_have_can_be_written(tmp_path: Path) -> None:
    name = "n" * 255
    DISK.replace(tmp_path / name, b"new")
    assert names(tmp_path) == {name}
