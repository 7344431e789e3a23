"""Stands between a provider's typed objects and the engine's plain values; types end here."""

from collections.abc import Callable
from typing import Any

from descope_state.model.resource import Live
from descope_state.model.value import Value
from descope_state.sdk.provider import Kind, Remote
from descope_state.sdk.schema import Schema

Lift = Callable[[Remote[Any]], Live]


def lifting(kind: Kind[Any], schema: Schema) -> Lift:
    """Make the function that turns this kind's remote objects into live values."""
    dump = kind.model.__pydantic_serializer__.to_python
    apart = frozenset(name for name, field in schema.fields.items() if not field.statable)
    secret = frozenset(name for name, field in schema.fields.items() if field.sensitive)
    name, identity = kind.name, kind.identity

    def lift(remote: Remote[Any]) -> Live:
        values: dict[str, Value] = dump(remote.config, mode="json")
        for hidden in secret:
            values.pop(hidden, None)
        computed = {field: values.pop(field) for field in apart if field in values}
        computed["id"] = remote.id
        return Live(
            kind=name,
            id=remote.id,
            identity=identity(remote.config),
            attributes=values,
            computed=computed,
        )

    if "id" in schema.fields and schema.fields["id"].statable:
        return _with_own_id(lift)
    return lift


def _with_own_id(lift: Lift) -> Lift:
    """Keep the id among the attributes, for a kind whose id may be chosen."""

    def lifted(remote: Remote[Any]) -> Live:
        live = lift(remote)
        live.computed.pop("id", None)
        live.attributes["id"] = remote.id
        return live

    return lifted
