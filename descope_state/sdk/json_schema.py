"""The JSON Schema of a stack, for editors; and what `explain` says a field may hold."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel

from descope_state.sdk.schema import Config, Field, Schema

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_EXPRESSION: dict[str, object] = {
    "type": "string",
    "pattern": r"\$\{",
    "description": "An expression, such as ${vars.seats}.",
}
_ADDRESS: dict[str, object] = {"type": "string", "description": "An address: kind.name"}
_NAME = r"^[a-z_][a-z0-9_]*$"
_BOUNDS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matches {}",
}
_NOT_EMPTY = {("minLength", 1): "not empty", ("minItems", 1): "not empty"}


def stack_schema(
    kinds: Mapping[str, tuple[type[Config], Schema]], settings: Mapping[str, object]
) -> dict[str, object]:
    """Give the JSON Schema (2020-12) of a stack's files: settings, or else resources.

    A file that says `dstate:` holds the settings, so that one schema serves every file of a stack.
    """
    definitions: dict[str, object] = {}
    resources = {
        name: {
            "type": "object",
            "description": schema.description,
            "propertyNames": {"pattern": _NAME},
            "additionalProperties": _resource(model, schema, definitions),
        }
        for name, (model, schema) in sorted(kinds.items())
    }
    held = _closed(resources, "What the project is to hold, by kind and name.")
    return {
        "$schema": DRAFT,
        "title": "A file of a dstate stack",
        "type": "object",
        "if": {"required": ["dstate"]},
        "then": dict(settings),
        "else": _closed({"resources": held, **_sections()}, "A resource file of a dstate stack."),
        "$defs": definitions,
    }


def _resource(
    model: type[BaseModel], schema: Schema, definitions: dict[str, object]
) -> dict[str, object]:
    described = model.model_json_schema(mode="validation")
    definitions.update({name: _open(inner) for name, inner in described.get("$defs", {}).items()})
    fields = {
        name: _stated(cast("dict[str, object]", inner), schema.fields[name])
        for name, inner in described.get("properties", {}).items()
        if schema.fields[name].statable
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {**fields, **_meta()},
        "required": described.get("required", []),
    }


def _stated(inner: dict[str, object], field: Field) -> dict[str, object]:
    """Let a sensitive field take a secret only, and any other an expression as well."""
    about = {"description": field.description} if field.description else {}
    if field.sensitive:
        return {**about, "type": "string", "pattern": r"^\$\{\s*secret\("}
    opened = _open({key: inner[key] for key in inner if key not in ("title", "description")})
    return {**about, **opened}


def _open(inner: object) -> dict[str, object]:
    """Let an expression stand wherever a value may."""
    schema = _open_inside(cast("dict[str, object]", inner))
    if "properties" in schema:
        return schema
    default = {"default": schema.pop("default")} if "default" in schema else {}
    if not schema:
        return dict(default)
    return {"anyOf": [schema, _EXPRESSION], **default}


def _open_inside(inner: Mapping[str, object]) -> dict[str, object]:
    schema = {key: value for key, value in inner.items() if key != "title"}
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            schema[keyword] = _open(schema[keyword])
    properties, variants = schema.get("properties"), schema.get("anyOf")
    if isinstance(properties, dict):
        schema["properties"] = {name: _open(one) for name, one in properties.items()}
    if isinstance(variants, list):
        schema["anyOf"] = [_open_inside(one) for one in variants]
    return schema


def _closed(properties: Mapping[str, object], description: str) -> dict[str, object]:
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "properties": dict(properties),
    }


def _meta() -> dict[str, object]:
    lifecycle = _closed(
        {
            "prevent_destroy": {"type": "boolean", "default": False},
            "create_before_destroy": {"type": "boolean", "default": False},
            "ignore_changes": {"type": "array", "items": {"type": "string"}},
            "replace_triggered_by": {"type": "array", "items": _ADDRESS},
        },
        "How dstate treats this resource.",
    )
    return {
        "for_each": {
            "description": "One instance for each entry of a map or list of texts.",
            "anyOf": [{"type": "object"}, {"type": "array"}, _EXPRESSION],
        },
        "when": {
            "description": "Whether the resource is wanted at all.",
            "anyOf": [{"type": "boolean"}, _EXPRESSION],
        },
        "depends_on": {
            "description": "What must exist before, where no reference says so.",
            "type": "array",
            "items": _ADDRESS,
        },
        "lifecycle": lifecycle,
        "provider": {"type": "string", "description": "The provider, where two have this kind."},
    }


def _sections() -> dict[str, object]:
    output = _entry({"value": {}, "description": {"type": "string"}, "sensitive": _FLAG}, ["value"])
    check = _entry(
        {
            "name": {"type": "string"},
            "when": {"anyOf": [_FLAG, _EXPRESSION]},
            "assert": {"anyOf": [_FLAG, _EXPRESSION]},
            "message": {"type": "string"},
        },
        ["name", "assert", "message"],
    )
    return {
        "locals": {
            "type": "object",
            "description": "Named values.",
            "propertyNames": {"pattern": _NAME},
        },
        "outputs": {
            "type": "object",
            "description": "Values for the outside.",
            "propertyNames": {"pattern": _NAME},
            "additionalProperties": output,
        },
        "moved": _list(
            _entry({"from": _ADDRESS, "to": _ADDRESS}, ["from", "to"]), "Resources with a new name."
        ),
        "removed": _list(
            _entry({"from": _ADDRESS, "destroy": _FLAG}, ["from"]), "Resources that are let go of."
        ),
        "imports": _list(
            _entry({"to": _ADDRESS, "id": {"type": "string"}}, ["to", "id"]),
            "Existing objects to take over.",
        ),
        "checks": _list(check, "Conditions that must hold."),
    }


_FLAG: dict[str, object] = {"type": "boolean"}


def _entry(properties: Mapping[str, object], required: list[str]) -> dict[str, object]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": dict(properties),
        "required": required,
    }


def _list(items: Mapping[str, object], description: str) -> dict[str, object]:
    return {"type": "array", "description": description, "items": dict(items)}


def constraints_of(model: type[BaseModel]) -> dict[str, str]:
    """Say in words what each field of a kind may hold."""
    described = model.model_json_schema(mode="validation")
    return {
        name: said
        for name, inner in described.get("properties", {}).items()
        if (said := ", ".join(_bounds(inner)))
    }


def _bounds(schema: Mapping[str, Any]) -> list[str]:
    variants = schema.get("anyOf", [schema])
    return [
        _NOT_EMPTY.get((keyword, variant[keyword]), words.format(variant[keyword]))
        for variant in variants
        for keyword, words in _BOUNDS.items()
        if keyword in variant
    ]
