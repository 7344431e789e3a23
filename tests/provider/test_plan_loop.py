"""Every kind through plan and apply: each field alone, an import, what nobody states, the end."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from descope_state.model.change import Action
from descope_state.model.value import canonical
from descope_state.sdk.conformance import Sample, _arranged
from descope_state.sdk.schema import Config, Field
from dstate_descope.kinds.permission import Permission
from dstate_descope.kinds.role import Role
from dstate_descope.kinds.tenant import Tenant
from tests.provider.kind_samples import SAMPLES
from tests.provider.plan_loop import ADDRESS, CATALOG, Body, Loop, looping

pytestmark = pytest.mark.anyio
# What the samples refer to.
BASE: dict[str, list[Config]] = {
    "permission": [Permission(name="docs.read"), Permission(name="docs.write")],
    "role": [Role(name="Editor")],
    "tenant": [Tenant(id="acme", name="Acme")],
}
CASES = [
    pytest.param(kind, sample, id=f"{kind}-{number}")
    for kind, samples in sorted(SAMPLES.items())
    for number, sample in enumerate(samples)
]
CANARY = "canary-Zq4"


@asynccontextmanager
async def opened(kind: str) -> AsyncIterator[Loop]:
    async with looping(kind, BASE) as loop:
        yield loop


def fields(kind: str) -> dict[str, Field]:
    return dict(CATALOG[kind].schema.fields)


def body(loop: Loop, config: Config) -> Body:
    """Spell a configuration as a stack does; a secret is only ever named."""
    dumped = config.model_dump(mode="json")
    known = fields(loop.kind)
    return {
        name: _sourced(loop, name, dumped[name]) if known[name].sensitive else dumped[name]
        for name in sorted(config.model_fields_set)
        if known[name].statable
    }


def _sourced(loop: Loop, name: str, value: str) -> str:
    source = f"env:{name.upper()}_{len(loop.secrets)}"
    loop.secrets[source] = f"{CANARY}-{value}"
    return f"${{secret('{source}')}}"


def differing(kind: str, sample: Sample[Any]) -> Iterator[str]:
    """Name the fields that a sample changes and that can be changed in place."""
    for name, one in fields(kind).items():
        if (
            one.statable
            and not one.immutable
            and _spelled(sample.made, one) != _spelled(sample.changed, one)
        ):
            yield name


def _spelled(config: Config, one: Field) -> bytes:
    return canonical(_arranged(config.model_dump(mode="json").get(one.name), one.shape))


@pytest.mark.parametrize(("kind", "sample"), CASES)
async def test_each_field_alone_is_planned_by_its_name_and_then_done(
    kind: str, sample: Sample[Any]
) -> None:
    async with opened(kind) as loop:
        loop.body = body(loop, sample.made)
        await loop.reached()
        wanted = body(loop, sample.changed)
        for name in differing(kind, sample):
            value = wanted.get(name, fields(kind)[name].default)
            loop.body = {**loop.body, name: value}
            made = await loop.planned()
            changes = [(one.action, [field.name for field in one.fields]) for one in made.effective]
            assert changes == [(Action.UPDATE, [name])]
            await loop.applied(made)
            await loop.settled()
        assert CANARY.encode() not in bytes(loop.system.written) + b"".join(loop.plans)


@pytest.mark.parametrize(("kind", "sample"), CASES)
async def test_an_import_of_what_is_there_leaves_nothing_to_do(
    kind: str, sample: Sample[Any]
) -> None:
    async with opened(kind) as loop:
        there = await loop.remote.create(sample.changed)
        loop.imports = there.id
        stated = body(loop, sample.changed)
        loop.body = {
            name: value for name, value in stated.items() if not fields(kind)[name].sensitive
        }
        made = await loop.planned()
        assert [(one.action, one.importing) for one in made.effective] == [(Action.ADOPT, True)]
        await loop.applied(made)
        await loop.settled()
        loop.imports = ""
        await loop.settled()


@pytest.mark.parametrize(("kind", "sample"), CASES)
async def test_what_the_stack_does_not_state_survives_every_update(
    kind: str, sample: Sample[Any]
) -> None:
    names = [name for name in differing(kind, sample) if not fields(kind)[name].sensitive]
    async with opened(kind) as loop:
        there = await loop.remote.create(sample.changed)
        loop.imports = there.id
        least = _least(kind, body(loop, sample.changed))
        back = body(loop, sample.made)
        for name in names:
            loop.body = {**least, name: back.get(name, fields(kind)[name].default)}
            before = await _read(loop, there.id)
            await loop.reached()
            after = await _read(loop, there.id)
            kept = [one for one in before if one != name and before[one] != after[one]]
            assert kept == [], f"lost by an update of `{name}`"
            assert before[name] != after[name]
            least = {one: loop.body[one] for one in least}


def _least(kind: str, stated: Body) -> Body:
    """Keep what a resource cannot do without."""
    schema = CATALOG[kind].schema
    return {
        name: value
        for name, value in stated.items()
        if schema.fields[name].required or name in schema.identity_fields
    }


async def _read(loop: Loop, id_: str) -> dict[str, bytes]:
    remote = await loop.remote.read(id_)
    assert remote is not None
    return {
        name: _spelled(remote.config, one)
        for name, one in fields(loop.kind).items()
        if one.statable and not one.sensitive
    }


@pytest.mark.parametrize(
    ("kind", "sample"), [pytest.param(kind, SAMPLES[kind][0], id=kind) for kind in sorted(SAMPLES)]
)
async def test_what_is_no_longer_stated_is_gone_or_let_go(kind: str, sample: Sample[Any]) -> None:
    async with opened(kind) as loop:
        loop.body = body(loop, sample.made)
        await loop.reached()
        entry = next(iter(loop.snapshot.entries.values()))
        assert entry.address.name == ADDRESS
        loop.body = None
        made = await loop.planned()
        always = CATALOG[kind].schema.singleton
        assert [one.action for one in made.effective] == [
            Action.FORGET if always else Action.DELETE
        ]
        await loop.applied(made)
        assert loop.snapshot.entries == {}
        assert (await loop.remote.read(entry.id) is not None) is always
