"""What applying will cost: calls, waves and seconds, for the plan's footer and the progress bar."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import ceil

from descope_state.core.operations import Batch, Operation, Operations
from descope_state.model.address import Address
from descope_state.model.event import Step
from descope_state.model.plan import Estimate
from descope_state.sdk.provider import Limit
from descope_state.sdk.schema import Schema

# What a round trip takes where nothing has to wait for a window.
LATENCY = 0.1


def estimate(
    operations: Operations,
    schemas: Mapping[str, Schema],
    *,
    limits: Sequence[Limit],
    refresh_calls: int,
    doubtful: Collection[Address] = (),
) -> Estimate:
    """Count the calls of an apply, and the time they take at best under the limits.

    `doubtful` are the addresses whose updates are looked at afterwards, whatever is answered.
    """
    calls = _calls(operations, schemas)
    afterwards = tuple(_looked_at_afterwards(operations, doubtful))
    calls.update(schemas[kind].family for kind in afterwards)
    slowest = max(
        (limit for limit in limits if calls[limit.family]),
        key=lambda limit: (_waiting(limit, calls), _share(limit, calls), limit.family),
        default=None,
    )
    waiting = 0.0 if slowest is None else _waiting(slowest, calls)
    return Estimate(
        calls=calls.total(),
        reads=sum(_looks(batch, schemas[batch.kind]) for batch in operations.batches)
        + len(afterwards),
        changes=len(operations.operations),
        waves=operations.waves,
        seconds=round(waiting + LATENCY * operations.waves, 3),
        per_minute=0 if slowest is None else round(slowest.calls * 60 / slowest.seconds),
        refresh_calls=refresh_calls,
    )


def _calls(operations: Operations, schemas: Mapping[str, Schema]) -> Counter[str]:
    """Count calls by family; a batch is one call and a look, a single step what its kind says."""
    counted: Counter[str] = Counter()
    for batch in operations.batches:
        schema = schemas[batch.kind]
        if batch.step in schema.batches and len(batch.operations) > 1:
            counted[schema.family] += 1 + schema.reads.get(batch.step, 0)
            continue
        for index in batch.operations:
            counted[schema.family] += _single(operations.operations[index], schema)
    return counted


def _looks(batch: Batch, schema: Schema) -> int:
    """Count the calls that only look at what was written: once for a batch too."""
    together = batch.step in schema.batches
    return schema.reads.get(batch.step, 0) * (1 if together else len(batch.operations))


def _looked_at_afterwards(operations: Operations, doubtful: Collection[Address]) -> Iterator[str]:
    """Name a kind for each further look: one where anything of it was deleted, one for a doubt."""
    gone = (one.kind for one in operations.operations if one.step is Step.DELETE)
    yield from dict.fromkeys(gone)
    for operation in operations.operations:
        if operation.step is Step.UPDATE and operation.address in doubtful:
            yield operation.kind


def _single(operation: Operation, schema: Schema) -> int:
    """Count the calls of one step: fields that go apart have calls of their own."""
    calls = schema.calls.get(operation.step, 1)
    if not schema.apart or operation.step is Step.DELETE:
        return calls
    written = _written(operation, schema)
    together = written - schema.apart
    made = operation.step is Step.CREATE and not schema.singleton
    return (calls if together or made else calls - 1) + len(written & schema.apart)


def _written(operation: Operation, schema: Schema) -> frozenset[str]:
    """Name the fields that a step writes: of a new object those that are not as they begin."""
    if operation.step is Step.UPDATE:
        return frozenset(changed.name for changed in operation.change.fields)
    after = operation.change.after or {}
    return frozenset(
        name
        for name, value in after.items()
        if schema.singleton or value not in (schema.fields[name].default, None)
    )


def _waiting(limit: Limit, calls: Mapping[str, int]) -> float:
    """Give the seconds until the last call may leave: the first window's calls leave at once."""
    return (ceil(calls[limit.family] / limit.calls) - 1) * limit.seconds


def _share(limit: Limit, calls: Mapping[str, int]) -> float:
    return calls[limit.family] / limit.calls
