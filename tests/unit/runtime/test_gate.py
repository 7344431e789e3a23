"""Calls are counted family by family."""

import asyncio

from descope_state.runtime.gate import Gate


def test_every_call_is_let_through_and_counted_in_its_family() -> None:
    gate = Gate()

    async def calls() -> None:
        for family in ("roles", "tenants", "roles"):
            async with gate.passing(family):
                pass

    asyncio.run(calls())
    assert gate.calls == {"roles": 2, "tenants": 1}
    assert gate.total == 3
