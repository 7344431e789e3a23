"""The audit trail: only added to, sealed record by record, and it says where it was touched."""

from pathlib import Path

import pytest

from descope_state.errors import UnsafeFile
from descope_state.store.audit import Audit, Record
from descope_state.store.disk import DISK

ROWS: list[Record] = [
    {"run": "r1", "operation": "create", "number": number, "address": f"role.r{number}"}
    for number in range(5)
]


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    trail = Audit(folder=tmp_path, disk=DISK)
    trail.append(ROWS[:2])
    trail.append(ROWS[2:])
    return trail


def lines(audit: Audit) -> list[bytes]:
    return audit.file.read_bytes().splitlines(keepends=True)


def test_records_are_numbered_and_sealed(audit: Audit) -> None:
    assert [record["seq"] for record in audit.records()] == [1, 2, 3, 4, 5]
    assert audit.verify() == ""
    assert audit.file.stat().st_mode & 0o777 == 0o600


def test_what_was_told_is_not_told_again(audit: Audit) -> None:
    before = audit.file.read_bytes()
    audit.append(ROWS)
    assert audit.file.read_bytes() == before
    audit.append([{**ROWS[0], "run": "r2"}])
    assert len(audit.records()) == 6
    assert audit.verify() == ""


@pytest.mark.parametrize("number", range(5))
def test_a_record_that_was_changed_is_named(audit: Audit, number: int) -> None:
    found = lines(audit)
    found[number] = found[number].replace(b"role.r", b"role.x")
    audit.file.write_bytes(b"".join(found))
    assert audit.verify() == f"record {number + 1} is not as it was written"


@pytest.mark.parametrize("number", range(4))
def test_a_record_that_was_cut_out_or_moved_is_named(audit: Audit, number: int) -> None:
    found = lines(audit)
    audit.file.write_bytes(b"".join([*found[:number], *found[number + 1 :]]))
    assert audit.verify() == f"record {number + 1} is missing or out of order"
    swapped = [*found]
    swapped[number], swapped[number + 1] = swapped[number + 1], swapped[number]
    audit.file.write_bytes(b"".join(swapped))
    assert audit.verify() == f"record {number + 1} is missing or out of order"


def test_a_record_that_is_garbage_is_named_and_the_others_are_shown(audit: Audit) -> None:
    found = lines(audit)
    found[2] = b"{garbage\n"
    audit.file.write_bytes(b"".join(found))
    assert audit.verify() == "record 3 cannot be read"
    assert len(audit.records()) == 4


def test_an_end_that_was_not_written_whole_is_cut_before_anything_is_added(audit: Audit) -> None:
    data = audit.file.read_bytes()
    audit.file.write_bytes(data[:-20])
    audit.append([{**ROWS[4], "run": "again"}])
    assert [record.get("run") for record in audit.records()] == ["r1"] * 4 + ["again"]
    assert audit.verify() == ""


def test_a_trail_with_a_second_name_is_refused(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "other").hardlink_to(audit.file)
    with pytest.raises(UnsafeFile, match="second name"):
        audit.append([{**ROWS[0], "run": "r9"}])
