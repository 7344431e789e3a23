"""One writer: of many who apply at once one works, and the others say who."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.effort import examples
from tests.support.two_writers import lost_update, torn_and_continued
from tests.support.victims import APPLY, Victim, begun, stack, survived

MANY = 16
LOCKED = 6
Told = Callable[[str, object], None]


@pytest.mark.timeout(0)
def test_of_many_at_once_one_works_and_the_others_name_it(
    tmp_path: Path, record_property: Told
) -> None:
    times = examples(3, 200, soak=1_000)
    for turn in range(times):
        folder = tmp_path / str(turn)
        stack(folder, permissions=4)
        go = folder / "go"

        def held(name: str, go: Path = go) -> None:
            # Whoever gets as far as a call waits there until all others have answered.
            while name == "send" and not go.exists():
                time.sleep(0.002)

        victims = [begun(folder, *APPLY, boundary=held) for _ in range(MANY)]
        answers: list[tuple[int, str]] = []
        while len(answers) < MANY - 1:
            answers.append(victims[_first_over(victims)].wait())
        go.touch()
        _check(answers, [victim.pid for victim in victims])
        [last] = [victim for victim in victims if not victim.over]
        assert last.wait()[0] == 0
        assert {name for answer in answers for name in _named(answer[1])} == {last.pid}
        survived(folder)
    record_property("contests", times)


def test_a_lock_file_that_is_removed_while_it_is_held_loses_no_update(tmp_path: Path) -> None:
    assert lost_update(tmp_path) == ""


def test_a_torn_journal_is_cut_before_anything_is_added(tmp_path: Path) -> None:
    assert torn_and_continued(tmp_path) == ""


def _first_over(victims: list[Victim]) -> int:
    while True:
        for index, victim in enumerate(victims):
            if not victim.over and victim.ended():
                return index
        time.sleep(0.002)


def _check(answers: list[tuple[int, str]], pids: list[int]) -> None:
    for status, said in answers:
        assert status == LOCKED, said
        assert "is locked by" in said
        assert _named(said) <= set(pids)


def _named(said: str) -> set[int]:
    return {int(number) for number in re.findall(r"process (\d+)", said)}
