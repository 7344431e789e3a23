"""Sends what was prepared: one operation by its own call, several in one batch."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from descope_state.model.event import Step
from descope_state.runtime.preparing import Prepared
from descope_state.sdk.provider import Remote

T = TypeVar("T")


async def attempted(call: Callable[[], Awaitable[T]]) -> T | Exception:
    """Give what a call of a provider came to: its answer, or whatever it raised."""
    try:
        return await call()
    except Exception as error:  # noqa: BLE001  # whatever a provider raises, the call may have been made
        return error


async def sent(group: Sequence[Prepared]) -> Sequence[Remote[Any]]:
    """Send operations of one kind and step; gives what was answered, for deletions nothing."""
    return await (_one(group[0]) if len(group) == 1 else _many(group))


async def _one(prepared: Prepared) -> Sequence[Remote[Any]]:
    kind, current = prepared.bound.kind, prepared.current
    match prepared.began.step:
        case Step.CREATE:
            return [await kind.create(prepared.config)]
        case Step.UPDATE:
            assert current is not None  # noqa: S101  # an update is prepared with what it changes
            return [await kind.update(current, prepared.config, prepared.changed)]
        case Step.DELETE:
            assert current is not None  # noqa: S101  # as above
            if prepared.operation.change.takes_along:
                await prepared.bound.cascade.delete_along(current)
            else:
                await kind.delete(current)
            return []


async def _many(group: Sequence[Prepared]) -> Sequence[Remote[Any]]:
    batches = group[0].bound.batches
    match group[0].began.step:
        case Step.CREATE:
            return await batches.create_many([one.config for one in group])
        case Step.UPDATE:
            updates = [
                (one.current, one.config, one.changed) for one in group if one.current is not None
            ]
            return await batches.update_many(updates)
        case Step.DELETE:
            await batches.delete_many([one.current for one in group if one.current is not None])
            return []
