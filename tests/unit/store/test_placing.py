"""New files of a stack are there all together or not at all, and none is ever overwritten."""

import errno
from pathlib import Path
from typing import Any

import pytest

from descope_state.errors import Refused, UnsafeFile
from descope_state.store.disk import DISK, Disk
from descope_state.store.placing import Placing, differing, missing, unmake
from descope_state.store.system import RealSystem

FILES = {"a.yaml": b"a\n", "resources/b.yaml": b"b\n", "files/flows/c.json": b"{}\n"}


def held(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


class Failing(RealSystem):
    """A system that refuses to give one file its name."""

    def __init__(self, name: str) -> None:
        def replace(source: Path, target: Path) -> None:
            if target.name == name:
                raise OSError(errno.ENOSPC, "no space left")
            source.replace(target)

        failing: Any = replace
        self.replace = failing


def test_files_are_made_with_their_folders_and_nothing_else_is_left(tmp_path: Path) -> None:
    root = tmp_path / "new" / "stack"
    placing = Placing(disk=DISK, root=root, files=FILES)
    placing.place()
    assert held(root) == FILES
    assert [path for path in root.iterdir() if path.name.startswith(".")] == []
    assert (root / "a.yaml").stat().st_mode & 0o777 == 0o644
    placing.undo()
    assert list(tmp_path.iterdir()) == []


def test_what_says_the_same_stays_and_what_differs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"a\n")
    Placing(disk=DISK, root=tmp_path, files=FILES).place()
    assert held(tmp_path) == FILES
    changed = {**FILES, "a.yaml": b"other\n", "d.yaml": b"d\n"}
    assert differing(DISK, tmp_path, files=changed) == ["a.yaml"]
    with pytest.raises(Refused) as caught:
        Placing(disk=DISK, root=tmp_path, files=changed).place()
    assert "a.yaml" in caught.value.message
    assert held(tmp_path) == FILES


@pytest.mark.parametrize("name", [path.rpartition("/")[2] for path in FILES])
def test_a_disk_that_fails_half_way_leaves_nothing(tmp_path: Path, name: str) -> None:
    placing = Placing(disk=Disk(system=Failing(name)), root=tmp_path / "s", files=FILES)
    with pytest.raises(UnsafeFile):
        placing.place()
    assert list(tmp_path.iterdir()) == []


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "stack", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    (root / "files").symlink_to(elsewhere)
    with pytest.raises(UnsafeFile, match="is not a folder"):
        Placing(disk=DISK, root=root, files=FILES).place()
    assert held(root) == {}
    assert list(elsewhere.iterdir()) == []


def test_folders_that_were_made_since_go_with_all_in_the_innermost(tmp_path: Path) -> None:
    (tmp_path / "was").mkdir()
    made = missing(DISK, tmp_path / "was" / "root" / "state" / "dev")
    assert made == [tmp_path / "was" / "root" / "state" / "dev", *(made[0].parents)][:3]
    (made[0] / "history").mkdir(parents=True)
    (made[0] / "key").write_text("k")
    (made[0] / "history" / "0.json").write_text("{}")
    unmake(DISK, made)
    assert list((tmp_path / "was").iterdir()) == []
    unmake(DISK, made)


def test_a_folder_that_somebody_has_put_something_into_stays(tmp_path: Path) -> None:
    made = missing(DISK, tmp_path / "root" / "state" / "dev")
    made[0].mkdir(parents=True)
    (made[0] / "key").write_text("k")
    (tmp_path / "root" / "mine").write_text("mine")
    unmake(DISK, made)
    assert [path.name for path in (tmp_path / "root").iterdir()] == ["mine"]
    assert missing(DISK, tmp_path / "root") == []
