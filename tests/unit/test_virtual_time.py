"""Time that does not pass, and passes in order."""

import asyncio
import time

import pytest

from tests.support import virtual_time


def test_an_hour_is_over_at_once_and_in_order() -> None:
    seen: list[str] = []

    async def after(seconds: float, name: str) -> None:
        await asyncio.sleep(seconds)
        seen.append(name)

    async def main() -> float:
        begun = asyncio.get_running_loop().time()
        await asyncio.gather(after(3600, "c"), after(1, "a"), after(60, "b"))
        return asyncio.get_running_loop().time() - begun

    began = time.process_time()
    assert virtual_time.run(main()) == pytest.approx(3600)
    assert seen == ["a", "b", "c"]
    assert time.process_time() - began < 60


def test_a_seed_decides_the_order_of_what_happens_at_once() -> None:
    async def main() -> list[int]:
        seen: list[int] = []

        async def one(number: int) -> None:
            await asyncio.sleep(0)
            seen.append(number)

        await asyncio.gather(*map(one, range(20)))
        return seen

    orders = [virtual_time.run(main(), seed=seed) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


def test_waiting_for_nothing_is_an_error() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(AssertionError, match="nothing will ever happen"):
        virtual_time.run(main())
