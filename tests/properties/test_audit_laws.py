"""The audit trail over four processes that write it: nothing is lost, and every hand is noticed."""

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from descope_state.store.audit import HEAD, Audit
from descope_state.store.audit_chain import first_wrong
from descope_state.store.disk import DISK
from tests.support.effort import examples

ROOT = Path(__file__).parents[2]
WRITERS = 4
EACH = 8
WRITER = """
import sys
from pathlib import Path
from descope_state.store.audit import Audit
from descope_state.store.disk import DISK
audit = Audit(folder=Path(sys.argv[1]), disk=DISK, largest=2_000)
name, first, count = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
for number in range(first, first + count):
    at = f"2026-01-{1 + number // 6:02d}T00:00:00Z"
    row = {"at": at, "run": name, "number": number, "before": {"name": "Ana\\u00e9"}}
    audit.append([row, {**row, "operation": "again"}])
    audit.append([row])
"""
Tamper = Callable[[random.Random, list[Path]], None]


def trail(folder: Path) -> Audit:
    return Audit(folder=folder, disk=DISK, largest=2_000)


def written(folder: Path, first: int = 0) -> None:
    """Let four processes write at once."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), f"w{name}", str(first), str(EACH)],
            cwd=ROOT,
        )
        for name in range(WRITERS)
    ]
    assert [process.wait() for process in processes] == [0] * WRITERS


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trail")
    written(folder)
    written(folder, EACH)
    return folder


def test_nothing_is_lost_and_everything_is_told_once(whole: Path) -> None:
    records = list(trail(whole).records())
    assert first_wrong(trail(whole)) == ""
    assert len(trail(whole).files.paths()) > WRITERS
    for name in range(WRITERS):
        told = [
            (one["number"], one.get("operation", ""))
            for one in records
            if one.get("run") == f"w{name}"
        ]
        assert told == [(n, what) for n in range(2 * EACH) for what in ("", "again")]


def flip(chance: random.Random, files: list[Path]) -> None:
    path = chance.choice(files)
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data) - 1)] ^= 1 << chance.randrange(8)
    path.write_bytes(bytes(data))


def other_case(chance: random.Random, files: list[Path]) -> None:
    """Spell a letter in another way that means the same."""
    path = chance.choice(files)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"\\u00e9", b"\\u00E9", 1))


def cut(chance: random.Random, files: list[Path]) -> None:
    path = chance.choice(files)
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data))])


def drop(chance: random.Random, files: list[Path]) -> None:
    path = chance.choice(files)
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    path.write_bytes(b"".join(lines))


def repeat(chance: random.Random, files: list[Path]) -> None:
    path = chance.choice(files)
    lines = path.read_bytes().splitlines(keepends=True)
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    path.write_bytes(b"".join(lines))


def swap(chance: random.Random, files: list[Path]) -> None:
    lines = [(path, line) for path in files for line in path.read_bytes().splitlines(keepends=True)]
    one, other = chance.sample(range(len(lines)), 2)
    texts = [line for _, line in lines]
    texts[one], texts[other] = texts[other], texts[one]
    for path in files:
        path.write_bytes(
            b"".join(text for (where, _), text in zip(lines, texts, strict=True) if where == path)
        )


def take_away(chance: random.Random, files: list[Path]) -> None:
    chance.choice(files).unlink()


def swap_files(chance: random.Random, files: list[Path]) -> None:
    one, other = chance.sample(files, 2)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def forget(chance: random.Random, files: list[Path]) -> None:
    """Cut off an end and what says how far it went; the state remembers that as well."""
    (files[-1].parent / HEAD).unlink()
    for path in files[chance.randrange(len(files)) :]:
        path.unlink()


HANDS: tuple[Tamper, ...] = (
    flip, other_case, cut, drop, repeat, swap, take_away, swap_files, forget,
)  # fmt: skip


@pytest.mark.timeout(0)
def test_every_hand_is_noticed_also_by_those_who_write_on(whole: Path, tmp_path: Path) -> None:
    chance = random.Random(11)
    head = trail(whole).noted()
    missed = []
    for number in range(examples(400, 10_000, soak=100_000)):
        folder = tmp_path / "copy"
        shutil.copytree(whole, folder)
        audit = trail(folder)
        hand = HANDS[number % len(HANDS)]
        hand(chance, audit.files.paths())
        later = chance.random() < 0.5
        if later:
            audit.append([{"at": "2026-01-04T00:00:00Z", "run": "later", "number": number}])
        if not first_wrong(audit, head):
            missed.append((number, hand.__name__, later))
        shutil.rmtree(folder)
    assert missed == []
