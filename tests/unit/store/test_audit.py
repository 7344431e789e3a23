"""The audit trail: only added to, sealed record by record, and it says where it was touched."""

from pathlib import Path

import pytest

from descope_state.errors import UnsafeFile
from descope_state.store.audit import HEAD, Audit
from descope_state.store.audit_chain import first_wrong
from descope_state.store.audit_files import Record
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


def missing(number: int) -> str:
    return f"`audit.jsonl`, line {number}: record {number} is missing or out of order"


def lines(audit: Audit) -> list[bytes]:
    return audit.file.read_bytes().splitlines(keepends=True)


def test_records_are_numbered_and_sealed(audit: Audit) -> None:
    assert [record["seq"] for record in audit.records()] == [1, 2, 3, 4, 5]
    assert first_wrong(audit) == ""
    assert audit.file.stat().st_mode & 0o777 == 0o600


def test_what_was_told_is_not_told_again(audit: Audit) -> None:
    before = audit.file.read_bytes()
    audit.append(ROWS)
    assert audit.file.read_bytes() == before
    audit.append([{**ROWS[0], "run": "r2"}])
    assert len(list(audit.records())) == 6
    assert first_wrong(audit) == ""


@pytest.mark.parametrize("number", range(5))
def test_a_record_that_was_changed_is_named(audit: Audit, number: int) -> None:
    found = lines(audit)
    found[number] = found[number].replace(b"role.r", b"role.x")
    audit.file.write_bytes(b"".join(found))
    assert first_wrong(audit) == (
        f"`audit.jsonl`, line {number + 1}: record {number + 1} is not as it was written"
    )


@pytest.mark.parametrize("number", range(4))
def test_a_record_that_was_cut_out_or_moved_is_named(audit: Audit, number: int) -> None:
    found = lines(audit)
    audit.file.write_bytes(b"".join([*found[:number], *found[number + 1 :]]))
    assert first_wrong(audit) == missing(number + 1)
    swapped = [*found]
    swapped[number], swapped[number + 1] = swapped[number + 1], swapped[number]
    audit.file.write_bytes(b"".join(swapped))
    assert first_wrong(audit) == missing(number + 1)


def test_a_record_that_is_garbage_is_named_and_the_others_are_shown(audit: Audit) -> None:
    found = lines(audit)
    found[2] = b"{garbage\n"
    audit.file.write_bytes(b"".join(found))
    assert first_wrong(audit) == "`audit.jsonl`, line 3: record 3 cannot be read"
    assert len(list(audit.records())) == 4


def test_an_end_that_was_not_written_whole_is_cut_before_anything_is_added(audit: Audit) -> None:
    torn = audit.file.read_bytes() + b'{"seq":6,"run":"r1","oper'
    audit.file.write_bytes(torn)
    assert first_wrong(audit) == ""
    audit.append([{**ROWS[4], "run": "again"}])
    assert [record.get("run") for record in audit.records()] == ["r1"] * 5 + ["again"]
    assert first_wrong(audit) == ""


@pytest.mark.parametrize("kept", range(5))
def test_an_end_that_was_cut_off_is_missed_now_and_after_more_was_added(
    audit: Audit, kept: int
) -> None:
    head = audit.noted()
    audit.file.write_bytes(b"".join(lines(audit)[:kept]))
    assert f"records {kept + 1} to 5 are missing from the end" in first_wrong(audit)
    (audit.folder / HEAD).unlink()
    assert f"records {kept + 1} to 5 are missing from the end" in first_wrong(audit, head)
    (audit.folder / HEAD).write_text(f'{{"seq": 5, "hash": "{head.hash if head else ""}"}}\n')
    audit.append([{**ROWS[4], "run": "again"}])
    told = first_wrong(audit)
    assert told == missing(kept + 1)


def test_an_end_that_was_written_anew_and_sealed_is_found(audit: Audit) -> None:
    head = audit.noted()
    audit.file.write_bytes(b"".join(lines(audit)[:3]))
    (audit.folder / HEAD).unlink()
    audit.append([{**ROWS[0], "run": "forged"}, {**ROWS[1], "run": "forged"}])
    assert first_wrong(audit) == ""
    assert first_wrong(audit, head) == ("`audit.jsonl`, line 5: record 5 is not as it was written")


def days(audit: Audit, count: int) -> None:
    for day in range(1, count + 1):
        for number in (1, 2):
            audit.append(
                [{"at": f"2026-01-{day:02d}T00:00:00Z", "run": f"d{day}", "number": number}]
            )


def files(audit: Audit) -> list[str]:
    return [path.name for path in audit.files.paths()]


@pytest.fixture
def daily(tmp_path: Path) -> Audit:
    trail = Audit(folder=tmp_path, disk=DISK, keep_days=3)
    days(trail, 4)
    return trail


def test_each_day_has_a_file_of_its_own_and_the_chain_goes_on(daily: Audit) -> None:
    assert files(daily) == [
        "audit-2026-01-01-0000000001.jsonl",
        "audit-2026-01-02-0000000003.jsonl",
        "audit-2026-01-03-0000000005.jsonl",
        "audit.jsonl",
    ]
    assert [record["seq"] for record in daily.records()] == list(range(1, 9))
    assert first_wrong(daily) == ""


def test_what_was_told_the_day_before_is_not_told_again(daily: Audit) -> None:
    again: list[Record] = [
        {"at": "2026-01-05T00:00:00Z", "run": "d4", "number": number} for number in (1, 2, 3)
    ]
    daily.append(again)
    told = [(one["run"], one["number"]) for one in daily.records() if one.get("run") == "d4"]
    assert told == [("d4", 1), ("d4", 2), ("d4", 3)]
    daily.append(again)
    assert [one for one in daily.records() if one.get("run") == "d4"][3:] == []


def test_a_file_that_grows_large_is_followed_by_another(tmp_path: Path) -> None:
    trail = Audit(folder=tmp_path, disk=DISK, largest=500)
    for number in range(9):
        trail.append([{"at": "2026-01-01T00:00:00Z", "run": "r", "number": number}])
    assert len(files(trail)) > 2
    assert [record["seq"] for record in trail.records()] == list(range(1, 10))
    assert first_wrong(trail) == ""


def test_old_files_are_let_go_of_and_that_is_written_down(daily: Audit) -> None:
    daily.append([{"at": "2026-01-06T00:00:00Z", "run": "d6"}])
    assert files(daily) == [
        "audit-2026-01-03-0000000005.jsonl",
        "audit-2026-01-04-0000000007.jsonl",
        "audit.jsonl",
    ]
    assert [record.get("operation") for record in daily.records()][-2:] == ["pruned", None]
    assert first_wrong(daily) == ""


def test_a_file_that_somebody_took_away_is_missed(daily: Audit) -> None:
    (daily.folder / "audit-2026-01-01-0000000001.jsonl").unlink()
    assert first_wrong(daily) == (
        "`audit-2026-01-02-0000000003.jsonl`, line 1: record 1 is missing or out of order"
    )


def test_a_file_between_that_somebody_took_away_is_missed(daily: Audit) -> None:
    (daily.folder / "audit-2026-01-02-0000000003.jsonl").unlink()
    assert first_wrong(daily) == (
        "`audit-2026-01-03-0000000005.jsonl`, line 1: record 3 is missing or out of order"
    )


def test_more_than_was_let_go_of_is_missed(daily: Audit) -> None:
    daily.append([{"at": "2026-01-06T00:00:00Z", "run": "d6"}])
    (daily.folder / "audit-2026-01-03-0000000005.jsonl").unlink()
    assert "records 1 to 6 are missing" in first_wrong(daily)


def test_a_clock_that_jumps_ahead_leaves_the_newest_days(daily: Audit) -> None:
    daily.append([{"at": "2099-01-01T00:00:00Z", "run": "far"}])
    daily.append([{"at": "2026-01-05T00:00:00Z", "run": "back"}])
    assert "audit-2026-01-04-0000000007.jsonl" in files(daily)
    assert first_wrong(daily) == ""


def test_a_trail_with_a_second_name_is_refused(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "other").hardlink_to(audit.file)
    with pytest.raises(UnsafeFile, match="second name"):
        audit.append([{**ROWS[0], "run": "r9"}])
