"""A state or journal cut or flipped anywhere is noticed, and what is said restores it."""

import random
from pathlib import Path

import pytest

from descope_state.errors import DamagedState
from descope_state.model.codec import decode_state
from descope_state.model.event import Started
from descope_state.store.journal import FILE, read_journal
from tests.support.effort import examples
from tests.support.victims import APPLY, KillAt, dstate, ran, stack

FLIPS = examples(1_000, 10_000, soak=100_000)
SAMPLED = examples(9, 1, soak=1)
JOURNALLED = 40


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Apply a stack once; the tests damage its state and put it back."""
    folder = tmp_path_factory.mktemp("applied")
    stack(folder, permissions=6, roles=3, tenants=1)
    assert dstate(folder, *APPLY)[0] == 0
    return folder


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kill an apply in its middle."""
    folder = tmp_path_factory.mktemp("interrupted")
    stack(folder, permissions=12)
    for number in range(JOURNALLED, 400):
        ran(folder, *APPLY, boundary=KillAt(number))
        journal = state_of(folder).with_name(FILE)
        if journal.exists() and len(journal.read_bytes().splitlines()) > 6:
            return folder
    message = "no apply left a journal"
    raise AssertionError(message)


def state_of(folder: Path) -> Path:
    return folder / "state" / "local" / "state.json"


def flipped(data: bytes, bit: int) -> bytes:
    spoiled = bytearray(data)
    spoiled[bit // 8] ^= 1 << bit % 8
    return bytes(spoiled)


def noticed(data: bytes) -> bool:
    try:
        decode_state(data)
    except DamagedState as error:
        return "dstate state" in error.hint or "update dstate" in error.hint
    return False


def test_a_state_that_was_cut_anywhere_is_noticed(applied: Path) -> None:
    data = state_of(applied).read_bytes()
    assert [size for size in range(len(data)) if not noticed(data[:size])] == []


def test_a_state_with_any_bit_flipped_is_noticed(applied: Path) -> None:
    data = state_of(applied).read_bytes()
    bits = random.Random(1).choices(range(8 * len(data)), k=FLIPS)
    assert [bit for bit in bits if not noticed(flipped(data, bit))] == []


def test_the_command_that_is_named_restores_a_damaged_state_to_the_byte(applied: Path) -> None:
    path = state_of(applied)
    data = path.read_bytes()
    chance = random.Random(2)
    spoiled = [data[: chance.randrange(len(data))] for _ in range(4)]
    spoiled += [flipped(data, chance.randrange(8 * len(data))) for _ in range(4)]
    for one in [*spoiled, b"", None]:
        if one is None:
            path.unlink()
        else:
            path.write_bytes(one)
        for command in (("plan",), APPLY, ("state", "list"), ("drift",)):
            status, said = dstate(applied, *command)
            assert status == 1, said
            assert "`dstate state rollback`" in said
        assert one is None or path.read_bytes() == one, "a damaged state is never overwritten"
        assert dstate(applied, "state", "rollback")[0] == 0
        assert path.read_bytes() == data
        assert dstate(applied, "plan", "-detailed-exitcode")[0] == 0


def test_a_damaged_state_is_kept_beside_the_restored_one(applied: Path) -> None:
    path = state_of(applied)
    data = path.read_bytes()
    path.write_bytes(data[:100])
    status, said = dstate(applied, "state", "rollback")
    assert status == 0
    kept = [one for one in path.parent.glob("state.damaged-*.json") if str(one) in said]
    assert [one.read_bytes() for one in kept] == [data[:100]]


def test_a_journal_that_was_cut_anywhere_gives_what_was_whole(interrupted: Path) -> None:
    data = state_of(interrupted).with_name(FILE).read_bytes()
    whole = read_journal(data)
    assert whole is not None
    for size in range(0, len(data), SAMPLED):
        found = read_journal(data[:size])
        lines = data[:size].count(b"\n")
        if found is None:
            assert lines == 0
            continue
        assert found.events == whole.events[:lines]
        assert found.torn == size - (data[:size].rfind(b"\n") + 1)
        assert found.damaged == ()


def test_a_journal_with_any_bit_flipped_is_noticed(interrupted: Path) -> None:
    data = state_of(interrupted).with_name(FILE).read_bytes()
    whole = read_journal(data)
    assert whole is not None
    for bit in random.Random(3).choices(range(8 * len(data)), k=FLIPS):
        found = read_journal(flipped(data, bit))
        assert found is not None
        assert found.damaged or found.torn or found.events != whole.events, bit
        assert set(map(repr, found.events)) <= set(map(repr, whole.events))
        assert len(found.events) < len(whole.events)


def test_a_damaged_journal_is_settled_as_far_as_it_goes_and_said(interrupted: Path) -> None:
    path = state_of(interrupted).with_name(FILE)
    lines = path.read_bytes().split(b"\n")
    lines[3] = lines[3].replace(b'"', b"'", 1)
    path.write_bytes(b"\n".join(lines))
    status, said = dstate(interrupted, "resume")
    assert status in (0, 4), said
    assert "journal is damaged" in said
    assert "dstate plan" in said
    assert list(path.parent.glob("journal.damaged-*.jsonl"))
    assert isinstance(read_journal(lines[0] + b"\n").events[0], Started)  # type: ignore[union-attr]  # it is whole
