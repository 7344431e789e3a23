"""What the installed providers can manage, as values: a schema and a check for every kind."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from descope_state.frozen import dataclass
from descope_state.model.value import Value
from descope_state.sdk.citing import Citation
from descope_state.sdk.provider import KindDefaults
from descope_state.sdk.schema import Computed, Field, Schema, Shape, Type, fields_of
from descope_state.sdk.validation import Check, checker

__all__ = ["Catalog", "Computed", "Described", "described", "identity_of"]


Demands = Callable[[Mapping[str, Value]], Iterable[Citation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One kind, ready for the engine; `demands` gives what its documents cannot be without."""

    schema: Schema
    check: Check
    secrets: tuple[str, ...] = ()
    demands: Demands | None = None


Catalog = Mapping[str, Described]

_ID = Field(
    name="id",
    shape=Shape(type=Type.STRING),
    description="The identifier that the service gave.",
    computed=True,
    statable=False,
)


def described(kind: type[Any], *, provider: str, demands: Demands | None = None) -> Described:
    """Read a kind's class into values; done once per kind and run."""
    schema = _schema(kind, provider)
    secrets = tuple(name for name, field in schema.fields.items() if field.sensitive)
    check = checker(kind.model, schema)
    return Described(schema=schema, check=check, secrets=secrets, demands=demands)


def _schema(kind: type[Any], provider: str) -> Schema:
    fields = fields_of(kind.model)
    return Schema(
        kind=kind.name,
        provider=provider,
        fields=fields if "id" in fields else {**fields, "id": _ID},
        description=_trait(kind, "description"),
        version=_trait(kind, "schema_version"),
        family=_trait(kind, "family"),
        identity_fields=_trait(kind, "identity_fields"),
        unique=_trait(kind, "unique"),
        singleton=_trait(kind, "singleton"),
        partial_list=_trait(kind, "partial_list"),
        sifted_list=_trait(kind, "sifted_list"),
        requires=int(_trait(kind, "requires")),
        batches=_trait(kind, "batches"),
        calls=_trait(kind, "calls"),
        reads=_trait(kind, "reads"),
        together=_trait(kind, "together"),
        apart=_trait(kind, "apart"),
        tells=_trait(kind, "tells"),
        cascades=_trait(kind, "cascades"),
    )


def _trait(kind: type[Any], name: str) -> Any:  # noqa: ANN401  # the class variables differ in type
    return getattr(kind, name, getattr(KindDefaults, name))


def identity_of(schema: Schema, attributes: Mapping[str, Value]) -> str | None:
    """Give the natural key that attributes have, or None where it is not known yet."""
    parts: list[str] = []
    for name in schema.identity_fields:
        part = attributes.get(name, schema.fields[name].default)
        if part is not None and not isinstance(part, str | int):
            return None
        if part not in (None, ""):
            parts.append(str(part))
    return "/".join(parts)
