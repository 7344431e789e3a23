"""Struck down at any moment, as often as you like: nothing lost, nothing twice, always readable."""

from collections.abc import Callable
from itertools import count

import pytest

from tests.support.effort import examples
from tests.support.simulation import lived

CHUNKS = 40
CRASHES = examples(2_400, 100_000, soak=1_000_000) // CHUNKS


@pytest.mark.timeout(0)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_crash_loses_an_object_or_makes_it_twice(
    chunk: int, record_property: Callable[[str, object], None]
) -> None:
    crashes = 0
    for number in count():
        life = lived(chunk * 1_000_000 + number)
        assert life.failures == []
        crashes += life.crashes
        if crashes >= CRASHES:
            break
    record_property("crashes", crashes)


def test_the_same_seed_is_the_same_life() -> None:
    lives = [lived(11) for _ in range(2)]
    assert lives[0].trace == lives[1].trace
    assert lives[0].crashes == lives[1].crashes > 0
