"""Only regular files inside the stack are read, whatever their names try."""

import os
from pathlib import Path

import pytest

from descope_state.config.files import read_anywhere, read_inside, resource_files
from descope_state.errors import UnsafeFile


def root_in(folder: Path) -> Path:
    root = folder / "stack"
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "a.txt").write_text("inside")
    (folder / "secret").write_text("outside")
    return root


def test_a_file_inside_is_read_also_through_a_link_that_stays_inside(tmp_path: Path) -> None:
    root = root_in(tmp_path)
    (root / "link").symlink_to("deep/a.txt")
    (root / "folder").symlink_to("deep")
    assert read_inside(root, "deep/a.txt") == b"inside"
    assert read_inside(root, "deep/../deep/a.txt") == b"inside"
    assert read_inside(root, "link") == b"inside"
    assert read_inside(root, "folder/a.txt") == b"inside"


def test_a_root_that_is_itself_a_link_is_followed(tmp_path: Path) -> None:
    root = root_in(tmp_path)
    (tmp_path / "alias").symlink_to(root)
    assert read_inside(tmp_path / "alias", "deep/a.txt") == b"inside"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("../secret", "outside the stack"),
        ("deep/../../secret", "outside the stack"),
        ("/etc/passwd", "outside the stack"),
        ("../../../../../../etc/passwd", "outside the stack"),
        ("out", "outside the stack"),
        ("up/secret", "outside the stack"),
        ("C:/windows/win.ini", "outside the stack"),
        ("..\\secret", "not the name of a file"),
        ("a\0b", "not the name of a file"),
        ("", "not the name of a file"),
        (".", "not a regular file"),
        ("deep", "not a regular file"),
        ("pipe", "not a regular file"),
        ("missing", "cannot be read: No such file"),
        ("deep/a.txt/b", "cannot be read"),
        ("loop", "cannot be read"),
        ("x" * 300, "cannot be read"),
    ],
)
def test_everything_else_is_refused_without_waiting(tmp_path: Path, name: str, told: str) -> None:
    root = root_in(tmp_path)
    (root / "out").symlink_to(tmp_path / "secret")
    (root / "up").symlink_to(tmp_path)
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "pipe")
    with pytest.raises(UnsafeFile) as caught:
        read_inside(root, name)
    assert told in caught.value.message
    assert "outside\n" not in caught.value.message


def test_a_device_is_refused() -> None:
    with pytest.raises(UnsafeFile, match="not a regular file"):
        read_anywhere(Path("/dev/zero"))


def test_a_file_that_is_too_large_is_refused_before_it_fills_memory(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(UnsafeFile, match="too large: at most 10,000,000 bytes"):
        read_inside(tmp_path, "large")
    assert len(read_inside(root_in(tmp_path), "deep/a.txt", limit=6)) == 6


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    root = root_in(tmp_path)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208  # a count is all that is wanted
    for name in ("deep/a.txt", "deep", "missing", "deep/missing/x"):
        try:
            read_inside(root, name)
        except UnsafeFile:
            continue
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208  # the same


def test_resource_files_are_those_at_the_top_and_below_resources(tmp_path: Path) -> None:
    names = ["dstate.yaml", "b.yaml", ".hidden.yaml", "note.txt", "c.yml", "resources/x/a.yaml"]
    for name in [*names, "vars/dev.yaml", "other/z.yaml", "resources/.git/y.yaml"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert resource_files(tmp_path) == ["b.yaml", "c.yml", "resources/x/a.yaml"]
