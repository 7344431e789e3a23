"""Backups on disk: whole or nothing, refused where a byte differs, let go of by their numbers."""

from pathlib import Path

import pytest

from descope_state.errors import DamagedState, UsageError
from descope_state.store.backup_files import MANIFEST, Kept, KindFile, Manifest
from descope_state.store.backups import Backups
from descope_state.store.disk import DISK
from tests.support.effort import examples

KIND = KindFile(
    kind="role",
    provider="descope",
    schema_version=1,
    objects=[Kept(id="r1", identity="Röle", attributes={"name": "Röle", "permissions": []})],
)


def manifest(at: str = "2026-01-01T00:00:00Z") -> Manifest:
    return Manifest(
        number=0, at=at, whole=True, run="r", command="dstate backup create", actor="ada@desk",
        stack="s", environment="dev", project_id="P1", base_url="memory", lineage="l", serial=3,
        version="1",
    )  # fmt: skip


@pytest.fixture
def backups(tmp_path: Path) -> Backups:
    return Backups(data=tmp_path, project_id="P/1", disk=DISK)


def test_what_is_kept_is_read_as_it_was_and_nobody_else_reads_it(backups: Backups) -> None:
    name = backups.keep(manifest(), [KIND])
    assert name == "20260101T000000Z-000001"
    assert backups.read(name).kinds == {"role": KIND}
    folder = backups.folder / name
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert {folder.stat().st_mode & 0o777, backups.folder.stat().st_mode & 0o777} == {0o700}
    assert backups.named(None) == backups.named("1") == backups.named(name) == name
    with pytest.raises(UsageError, match="no backup `2`"):
        backups.named("2")


def test_a_backup_altered_in_any_byte_is_refused_by_the_name_of_the_file(backups: Backups) -> None:
    folder = backups.folder / backups.keep(manifest(), [KIND])
    tried = 0
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        for place in range(0, len(data), examples(7, 1, soak=1)):
            for bit in (1, 0x20):
                changed = bytearray(data)
                changed[place] ^= bit
                path.write_bytes(bytes(changed))
                assert path.name in backups.verify(folder.name)
                tried += 1
        path.write_bytes(data[:-1])
        assert path.name in backups.verify(folder.name)
        path.write_bytes(data)
    assert tried > 100
    assert backups.verify(folder.name) == ""


def test_a_file_that_is_missing_or_too_many_is_named(backups: Backups) -> None:
    folder = backups.folder / backups.keep(manifest(), [KIND])
    (folder / "tenant.json").write_text("{}")
    assert "tenant.json" in backups.verify(folder.name)
    (folder / "tenant.json").unlink()
    (folder / "role.json").unlink()
    with pytest.raises(DamagedState, match=r"role\.json.*missing"):
        backups.read(folder.name)


def test_one_that_was_put_in_the_place_of_another_is_refused(backups: Backups) -> None:
    first, second = (backups.keep(manifest(), [KIND]) for _ in range(2))
    data = (backups.folder / first / MANIFEST).read_bytes()
    (backups.folder / second / MANIFEST).write_bytes(data)
    assert "it is of backup 1" in backups.verify(second)
    assert [one.wrong != "" for one in backups.listed()] == [True, False]


def test_order_is_by_number_whatever_the_clock_says(backups: Backups) -> None:
    names = [backups.keep(manifest(f"20{year}-01-01T00:00:00Z"), [KIND]) for year in (30, 26, 28)]
    assert backups.names() == names
    assert backups.named(None) == names[-1]


def test_old_ones_and_too_many_are_let_go_of(backups: Backups) -> None:
    days = [backups.keep(manifest(f"2026-01-{day:02d}T00:00:00Z"), [KIND]) for day in range(1, 9)]
    assert backups.prune(now="2026-01-08T00:00:00Z", days=5, count=99, dry=True) == days[:2]
    assert backups.names() == days
    assert backups.prune(now="2026-01-08T00:00:00Z", days=5, count=99) == days[:2]
    assert backups.prune(now="2026-01-08T00:00:00Z", days=99, count=4) == days[2:4]
    assert backups.names() == days[4:]


def test_the_last_good_one_stays_however_old_it_is(backups: Backups) -> None:
    good, bad = (backups.keep(manifest(), [KIND]) for _ in range(2))
    (backups.folder / bad / "role.json").write_text("{}")
    assert backups.prune(now="2099-01-01T00:00:00Z", days=1, count=0) == [bad]
    assert backups.names() == [good]


def test_what_a_crash_left_counts_for_nothing_and_goes(backups: Backups) -> None:
    left = backups.folder / backups.keep(manifest(), [KIND])
    (left / MANIFEST).unlink()
    assert backups.names() == []
    name = backups.keep(manifest(), [KIND])
    assert name.endswith("-000002")
    backups.prune(now="2026-01-01T00:00:00Z", days=30, count=9)
    assert not left.exists()
    assert backups.names() == [name]
