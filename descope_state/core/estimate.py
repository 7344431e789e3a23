"""What applying will cost: calls, waves and seconds, for the plan's footer and the progress bar."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import ceil

from descope_state.core.operations import Operations
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
) -> Estimate:
    """Count the calls of an apply, and the time they take at best under the limits."""
    calls = _calls(operations, schemas)
    slowest = max(
        (limit for limit in limits if calls[limit.family]),
        key=lambda limit: (_waiting(limit, calls), _share(limit, calls), limit.family),
        default=None,
    )
    waiting = 0.0 if slowest is None else _waiting(slowest, calls)
    return Estimate(
        calls=calls.total(),
        changes=len(operations.operations),
        waves=operations.waves,
        seconds=round(waiting + LATENCY * operations.waves, 3),
        per_minute=0 if slowest is None else round(slowest.calls * 60 / slowest.seconds),
        refresh_calls=refresh_calls,
    )


def _calls(operations: Operations, schemas: Mapping[str, Schema]) -> Counter[str]:
    """Count calls by family; a batch is one call, a single step what its kind says."""
    counted: Counter[str] = Counter()
    for batch in operations.batches:
        schema = schemas[batch.kind]
        single = schema.calls.get(batch.step, 1)
        counted[schema.family] += 1 if batch.step in schema.batches else single
    return counted


def _waiting(limit: Limit, calls: Mapping[str, int]) -> float:
    """Give the seconds until the last call may leave: the first window's calls leave at once."""
    return (ceil(calls[limit.family] / limit.calls) - 1) * limit.seconds


def _share(limit: Limit, calls: Mapping[str, int]) -> float:
    return calls[limit.family] / limit.calls
