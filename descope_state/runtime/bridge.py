"""Stands between a provider's typed objects and the engine's plain values; types end here."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from descope_state.frozen import dataclass
from descope_state.model.resource import Live
from descope_state.model.value import Value
from descope_state.sdk.provider import Batched, Cascading, Kind, Remote
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


class Unfit(ValueError):
    """Values that a kind's model does not take; the message names fields, never a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One kind of a connection, spoken to in plain values."""

    kind: Kind[Any]
    schema: Schema
    lift: Lift

    @property
    def batches(self) -> Batched[Any]:
        """The batch endpoints of the kind."""
        return cast("Batched[Any]", self.kind)  # `batches` of the schema says which there are

    @property
    def cascade(self) -> Cascading[Any]:
        """The deletion of the kind that takes other things along."""
        return cast("Cascading[Any]", self.kind)  # `cascades` of the schema says that it has one

    def config(self, values: Mapping[str, object]) -> Any:  # noqa: ANN401  # the kind's own model
        """Give values as the kind's model; Unfit says what does not fit."""
        from pydantic import ValidationError  # noqa: PLC0415  # the model has loaded it already

        try:
            return self.kind.model.model_validate(values)
        except ValidationError as error:
            raise Unfit(_worded(error)) from None

    def normal(self, config: Any) -> dict[str, Value]:  # noqa: ANN401  # as above
        """Spell a configuration as the model does."""
        spelled: dict[str, Value] = self.kind.model.__pydantic_serializer__.to_python(
            config, mode="json"
        )
        return spelled

    def remote(self, id_: str, values: Mapping[str, Value]) -> Remote[Any]:
        """Give an object as the provider knows it, from what was seen of it."""
        known = {
            name: value for name, value in values.items() if name in self.kind.model.model_fields
        }
        return Remote(id=id_, config=self.config(known))


def _worded(error: Any) -> str:  # noqa: ANN401  # pydantic's own error
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"`{'.'.join(map(str, one['loc']))}`: {one['msg']}" for one in found)


def bound(kind: Kind[Any], schema: Schema) -> Bound:
    """Take one kind of a connection."""
    return Bound(kind=kind, schema=schema, lift=lifting(kind, schema))
