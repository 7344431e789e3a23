"""What goes on side by side is over when its waiting is: done, or called off."""

import asyncio

import pytest

from descope_state.runtime.abreast import all_over


class Steps:
    """Steps of different ends, and what became of each."""

    def __init__(self) -> None:
        self.ends: list[str] = []

    async def long(self) -> str:
        """Take a while, also to stop."""
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            self.ends.append("called off")
            raise
        return "long"

    async def short(self) -> int:
        """End at once."""
        return 1

    async def failing(self) -> None:
        """Fail soon."""
        await asyncio.sleep(0)
        raise LookupError


@pytest.mark.anyio
async def test_all_that_goes_well_has_its_result() -> None:
    steps = Steps()
    one, two = asyncio.ensure_future(steps.short()), asyncio.ensure_future(steps.short())
    await all_over(one, two)
    assert one.result() + two.result() == 2


@pytest.mark.anyio
async def test_what_fails_calls_off_all_others_and_waits_for_them() -> None:
    steps = Steps()
    tasks = [asyncio.ensure_future(step()) for step in (steps.long, steps.failing, steps.long)]
    with pytest.raises(LookupError):
        await all_over(*tasks)
    assert steps.ends == ["called off"] * 2
    assert all(task.done() for task in tasks)


@pytest.mark.anyio
async def test_whoever_is_called_off_calls_off_what_it_waits_for() -> None:
    steps = Steps()
    waiting = asyncio.ensure_future(all_over(asyncio.ensure_future(steps.long())))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert steps.ends == ["called off"]
