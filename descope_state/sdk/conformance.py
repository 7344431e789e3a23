"""The test that every kind must pass, shipped so that a provider of any origin can run it.

`check` drives one kind through its whole life against a service, real or emulated, and returns
every departure from the contract as a sentence; an empty answer is a pass.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import field
from typing import Generic, TypeVar, cast

from descope_state.frozen import dataclass
from descope_state.model.value import Value, canonical
from descope_state.sdk.faults import Rejected
from descope_state.sdk.provider import Kind, Remote
from descope_state.sdk.schema import Config, Field, Shape, Type, fields_of

C = TypeVar("C", bound=Config)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Generic[C]):
    """A configuration to make, and another whose every changeable field is to be arrived at.

    A field that differs in `changed` is changed alone, in the order of the model. What the
    samples refer to must exist before the check begins.
    """

    made: C
    changed: C


@dataclass(slots=True, kw_only=True)
class _Run(Generic[C]):
    kind: Kind[C]
    schema: dict[str, Field]
    problems: list[str] = field(default_factory=list)

    def expect(self, holds: object, sentence: str) -> None:
        """Note a departure."""
        if not holds:
            self.problems.append(f"{self.kind.name}: {sentence}")

    def expect_same(self, live: C | None, wanted: C, *, moment: str) -> None:
        """Note every stated field whose value is not the wanted one."""
        if live is None:
            self.expect(holds=False, sentence=f"{moment}, the object is not there")
            return
        for name in _stated(self.schema, wanted):
            got, meant = (_spelled(config, self.schema[name]) for config in (live, wanted))
            self.expect(got == meant, f"{moment}, `{name}` is {got!r} instead of {meant!r}")


async def check(kind: Kind[C], samples: Sequence[Sample[C]]) -> tuple[str, ...]:
    """Drive a kind through its life with each sample and name every departure."""
    run = _Run(kind=kind, schema=fields_of(kind.model))
    _check_coverage(run, samples)
    for sample in samples:
        _check_model(run, sample)
        async with _existing(run, sample.made) as made:
            await _check_made(run, made, sample.made)
            await _check_updates(run, made, sample)
    return tuple(run.problems)


def _check_coverage(run: _Run[C], samples: Sequence[Sample[C]]) -> None:
    """Name the fields that no sample changes: nobody has tried those."""
    for name, described in run.schema.items():
        run.expect(described.description, f"`{name}` has no description")
        tried = any(_differs(described, sample.made, sample.changed) for sample in samples)
        run.expect(tried or not _changeable(described), f"no sample changes `{name}`")
    for name in run.kind.identity_fields:
        run.expect(name in run.schema, f"the identity field `{name}` is no field")


def _check_model(run: _Run[C], sample: Sample[C]) -> None:
    for config in (sample.made, sample.changed):
        again = run.kind.model.model_validate(config.model_dump(mode="json"))
        same = again.model_dump(mode="json") == config.model_dump(mode="json")
        run.expect(same, "a configuration changes when it is written down and read again")
        parts = (str(getattr(config, name) or "") for name in run.kind.identity_fields)
        identity = "/".join(filter(None, parts))
        run.expect(run.kind.identity(config) == identity, f"the identity is not `{identity}`")


@asynccontextmanager
async def _existing(run: _Run[C], config: C) -> AsyncIterator[Remote[C]]:
    """Make an object and see it go again, whatever happens between."""
    if run.kind.singleton:
        async with _written(run, config) as made:
            yield made
        return
    before = {remote.id async for remote in run.kind.list()}
    made = await run.kind.create(config)
    run.expect(made.id not in before, "an object was made under an id that existed")
    try:
        yield made
    finally:
        await run.kind.delete(made)
        await run.kind.delete(made)
        after = {remote.id async for remote in run.kind.list()}
        run.expect(made.id not in after, "a deleted object is still listed")
        run.expect(await run.kind.read(made.id) is None, "a deleted object can still be read")
        run.expect(after == before, "other objects came or went with the object")


@asynccontextmanager
async def _written(run: _Run[C], config: C) -> AsyncIterator[Remote[C]]:
    """Write over what is there without having been made, and see that it stays."""
    before = {remote.id async for remote in run.kind.list()}
    made = await run.kind.create(config)
    run.expect(made.id in before, "something that is always there was made")
    yield made
    try:
        await run.kind.delete(made)
    except Rejected:
        pass
    else:
        run.expect(holds=False, sentence="something that is always there was deleted")
    after = {remote.id async for remote in run.kind.list()}
    run.expect(after == before, "other objects came or went with the object")


async def _check_made(run: _Run[C], made: Remote[C], config: C) -> None:
    run.expect_same(made.config, config, moment="as answered by create")
    listed = await _listed(run, made.id)
    run.expect_same(listed, config, moment="in the list after create")
    read = await run.kind.read(made.id)
    run.expect_same(read.config if read else None, config, moment="as read after create")
    if run.kind.unique and listed is not None:
        await _check_found(run, made.id, listed)
    for name, described in run.schema.items():
        if described.sensitive and listed is not None:
            run.expect(not getattr(listed, name), f"the list gives the sensitive `{name}` away")


async def _check_found(run: _Run[C], identifier: str, config: C) -> None:
    found = await run.kind.find(run.kind.identity(config))
    run.expect(found and found.id == identifier, "the object is not found by its identity")
    absent = await run.kind.find(f"{run.kind.identity(config)} that nobody made")
    run.expect(absent is None, "an object is found by an identity that it does not have")


async def _check_updates(run: _Run[C], made: Remote[C], sample: Sample[C]) -> None:
    current = made
    for name in _changes(run.schema, sample):
        wanted = current.config.model_copy(update={name: getattr(sample.changed, name)})
        updated = await run.kind.update(current, wanted, frozenset({name}))
        moment = f"after the update of `{name}`"
        run.expect(updated.id == made.id, f"{moment}, the object has another id")
        run.expect_same(updated.config, wanted, moment=f"{moment}, as answered")
        listed = await _listed(run, made.id)
        run.expect_same(listed, wanted, moment=f"{moment}, in the list")
        current = updated if listed is None else Remote(id=made.id, config=listed)
    if run.kind.unique:
        await _check_found(run, made.id, current.config)


async def _listed(run: _Run[C], identifier: str) -> C | None:
    if run.kind.partial_list:
        remote = await run.kind.read(identifier)
        return remote.config if remote else None
    found = [remote.config async for remote in run.kind.list() if remote.id == identifier]
    run.expect(len(found) < 2, "an object is listed twice")  # noqa: PLR2004  # two would be twice
    return found[0] if found else None


def _changes(schema: dict[str, Field], sample: Sample[C]) -> Iterator[str]:
    for name, described in schema.items():
        if _changeable(described) and _differs(described, sample.made, sample.changed):
            yield name


def _changeable(described: Field) -> bool:
    return described.statable and not described.immutable


def _differs(described: Field, left: Config, right: Config) -> bool:
    return _spelled(left, described) != _spelled(right, described)


def _stated(schema: dict[str, Field], config: Config) -> Iterator[str]:
    """Name the fields that must come back as they were sent: not those left to the service."""
    for name, described in schema.items():
        left_out = described.computed and getattr(config, name) is None
        if described.statable and not described.sensitive and not left_out:
            yield name


def _spelled(config: Config, described: Field) -> bytes:
    value = config.model_dump(mode="json").get(described.name)
    return canonical(_arranged(cast("Value", value), described.shape))


def _arranged(value: Value, shape: Shape) -> Value:
    """Bring what has no order of its own into one order."""
    if not isinstance(value, list):
        return value
    match shape.type:
        case Type.SET:
            return sorted(value, key=canonical)
        case Type.KEYED:
            return sorted(value, key=lambda item: canonical(_key(item, shape.key)))
        case _:
            return value


def _key(item: Value, name: str) -> Value:
    return item.get(name) if isinstance(item, dict) else item
