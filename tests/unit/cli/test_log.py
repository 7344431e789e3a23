"""The log says what is listed, one JSON object a line, and never anything else."""

import json
from pathlib import Path

import pytest

from descope_state.cli.log import logged
from descope_state.core.ports import Observer, Silent
from descope_state.errors import UnsafeFile
from descope_state.model.address import Address
from descope_state.model.event import Step

PLACE = Address("role", "editor", "a\x1b[31m\nb")


def everything(observer: Observer) -> None:
    observer.began(PLACE, Step.CREATE)
    observer.looking(PLACE, Step.CREATE, error="lost")
    observer.retrying(PLACE, Step.CREATE, error="lost", seconds=1.5)
    observer.succeeded(PLACE, Step.CREATE, id_="R1")
    observer.failed(PLACE, Step.DELETE, error="no\nline")
    observer.paused("general", seconds=3, reason="limit")
    observer.learned("general", calls=60, seconds=60)


def test_every_event_is_one_line_with_fields(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    for _ in range(2):
        with logged(Silent(), path, now=lambda: "noon", run="r1") as observer:
            everything(observer)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["event"] for row in rows[:7]] == [
        "began", "looking", "retrying", "succeeded", "failed", "paused", "learned",
    ]  # fmt: skip
    assert len(rows) == 14
    assert {(row["run"], row["timestamp"]) for row in rows} == {("r1", "noon")}
    assert rows[3]["id"] == "R1"
    assert "\x1b" not in rows[0]["address"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_log_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with (
        pytest.raises(UnsafeFile, match="cannot be written"),
        logged(Silent(), tmp_path / "link", now=lambda: "noon", run="r1"),
    ):
        pass
    assert not (tmp_path / "elsewhere").exists()
