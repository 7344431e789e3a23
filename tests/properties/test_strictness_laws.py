"""What a plan takes the service takes: nobody learns from an apply what a plan could have said."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings

from descope_state.app.registry import catalog_of
from descope_state.sdk.faults import Fault
from descope_state.sdk.provider import Kind
from dstate_descope import Descope
from dstate_descope.plugin import DescopeSession
from tests.provider.connections import embedded
from tests.support.effort import examples, repeatable
from tests.support.odd_values import oddities

PROVIDER = Descope()
CATALOG = catalog_of({"descope": PROVIDER})
MODELS = {kind.name: kind.model for kind in PROVIDER.kinds}
HELD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("permission", {"name": "docs.read"}),
    ("permission", {"name": "docs.write"}),
    ("role", {"name": "Editor"}),
    ("tenant", {"name": "Held", "id": "acme"}),
)


def accepted(kind: str, said: Mapping[str, Any]) -> bool:
    return not CATALOG[kind].check(dict(said)).complaints


async def refusals(kind: str, first: Mapping[str, Any], then: Mapping[str, Any]) -> list[str]:
    """Make an object and change it, as an apply would; give what the service says against it."""
    async with embedded(tier=4) as opened:
        session = cast("DescopeSession", opened)
        for held, body in HELD:
            await session.kinds[held].create(MODELS[held].model_validate(body))
        remote: Kind[Any] = session.kinds[kind]
        try:
            made = await remote.create(MODELS[kind].model_validate(dict(first)))
            schema = CATALOG[kind].schema
            same = {name: getattr(made.config, name) for name in schema.fields if name in first}
            fixed = {name: same[name] for name in same if schema.fields[name].immutable}
            changed = frozenset(then) - {
                name for name, field in schema.fields.items() if field.immutable
            }
            if accepted(kind, {**then, **fixed}):
                config = MODELS[kind].model_validate({**then, **fixed})
                await remote.update(made, config, changed)
        except Fault as fault:
            return [fault.message]
    return []


@pytest.mark.parametrize("kind", sorted(CATALOG))
def test_what_the_plan_takes_the_service_takes(kind: str) -> None:
    drawn = oddities(kind, CATALOG[kind].schema.fields)
    tried = [0]

    @settings(
        max_examples=examples(60, 1_000, soak=20_000),
        derandomize=repeatable(),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn, drawn)
    def law(first: dict[str, Any], then: dict[str, Any]) -> None:
        if accepted(kind, first):
            tried[0] += 1
            assert asyncio.run(refusals(kind, first, then)) == []

    law()
    assert tried[0] > examples(2, 50, soak=500)
