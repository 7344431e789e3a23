"""A kind and its fields as help in the terminal, from the same schema that checks a stack."""

from collections.abc import Iterable, Iterator, Mapping

from descope_state.errors import UsageError
from descope_state.model.nearness import nearest
from descope_state.report.clean import clean
from descope_state.report.codes import Meaning
from descope_state.report.spans import BLANK, Line, Span, columns, data, folded, line
from descope_state.report.values import brief
from descope_state.sdk.schema import Field, Schema, Shape, Type

_TIERS = {2: "Pro", 3: "Growth", 4: "Enterprise"}
_EXAMPLES = {
    Type.STRING: '"…"',
    Type.INTEGER: "1",
    Type.NUMBER: "1.5",
    Type.BOOLEAN: "true",
    Type.LIST: "[]",
    Type.SET: "[]",
    Type.KEYED: "[]",
    Type.MAP: "{}",
    Type.OBJECT: "{}",
    Type.JSON: "{}",
}


def code_text(code: str, meaning: Meaning, *, width: int = 80) -> tuple[Line, ...]:
    """Tell what a code of an error means, and the way out."""
    parts = (meaning.why, meaning.way)
    told = (line(f"  {text}") for part in parts for text in folded(part, width - 2))
    return ((Span(f"{code}: ", "error"), Span(meaning.title, "bold")), *told)


def kinds_text(schemas: Iterable[Schema], *, width: int = 80) -> tuple[Line, ...]:
    """List every kind with what it is."""
    ordered = sorted(schemas, key=lambda schema: schema.kind)
    name_width = max((len(schema.kind) for schema in ordered), default=0)
    lines: list[Line] = [line("Kinds of resources:", "bold"), BLANK]
    for schema in ordered:
        lines += _row(schema.kind, schema.description, name_width=name_width, width=width)
    lines += [BLANK, line("`dstate explain KIND` tells the fields of one.", "dim")]
    return tuple(lines)


def explain_text(
    schema: Schema,
    field_path: str | None = None,
    *,
    width: int = 80,
    constraints: Mapping[str, str] | None = None,
) -> tuple[Line, ...]:
    """Explain a kind, or one field of it; `constraints` are words about a field, by its path."""
    rules = constraints or {}
    if not field_path:
        return tuple(_kind(schema, width, rules=rules))
    field = _found(schema, field_path)
    return tuple(_field(schema.kind, field_path, field=field, width=width, rules=rules))


def type_text(shape: Shape) -> str:
    """Name a type in words: `set of string`, `map of integer`."""
    text = str(shape.type)
    if shape.choices:
        text = " | ".join(f'"{choice}"' for choice in shape.choices)
    if shape.item is not None:
        text = f"{text} of {type_text(shape.item)}"
    if shape.key:
        text = f"{text}, by {shape.key}"
    return f"{text} or null" if shape.nullable and shape.type is not Type.JSON else text


def marks(field: Field) -> list[str]:
    """Say in words what is special about a field."""
    said = (
        (field.required, "required"),
        (field.computed and not field.statable, "made by the service"),
        (field.computed and field.statable, "made by the service unless stated"),
        (field.sensitive, "secret: takes only ${secret('…')}"),
        (field.immutable, "cannot be changed in place: another value replaces the object"),
        (field.volatile, "changes by itself, never compared"),
        (field.shape.type is Type.SET, "order and repetition mean nothing"),
    )
    return [words for holds, words in said if holds]


def _kind(schema: Schema, width: int, *, rules: Mapping[str, str]) -> Iterator[Line]:
    yield (data(schema.kind, "bold"), Span(f"  (provider {clean(schema.provider)})", "dim"))
    for text in (schema.description, *_facts(schema)):
        yield from _paragraph(text, width)
    yield BLANK
    yield line("Fields:", "bold")
    yield from _fields(schema.fields, width, rules=rules)
    yield line("Example:", "bold")
    yield BLANK
    for text in _example(schema):
        yield line(text)


def _facts(schema: Schema) -> Iterator[str]:
    if schema.identity_fields:
        known = " and ".join(f"`{name}`" for name in schema.identity_fields)
        yield f"Known by {known}{'' if schema.unique else ', which need not be unique'}."
    if schema.singleton:
        yield "There is one in every project: it is never created and never deleted."
    if schema.requires in _TIERS:
        yield f"Needs the {_TIERS[schema.requires]} plan or a higher one."


def _field(
    kind: str, path: str, *, field: Field, width: int, rules: Mapping[str, str]
) -> Iterator[Line]:
    head = (data(f"{kind}.{path}", "bold"), Span(f"  {clean(type_text(field.shape))}", "read"))
    yield head
    yield from _paragraph(field.description, width)
    for text in _notes(field, rules.get(path, "")):
        yield from _paragraph(text, width)
    inner = _inner(field.shape)
    if inner:
        yield BLANK
        yield line("Fields:", "bold")
        yield from _fields(inner, width, rules=rules, path=f"{path}.")


def _fields(
    fields: Mapping[str, Field], width: int, *, rules: Mapping[str, str], path: str = ""
) -> Iterator[Line]:
    """List what can be stated first, what must be stated before all else."""
    yield BLANK
    ordered = sorted(fields.values(), key=lambda each: (not each.required, not each.statable))
    for field in ordered:
        shape = Span(f"  {clean(type_text(field.shape))}", "read")
        yield (Span("  "), data(field.name, "bold"), shape)
        for text in (field.description, *_notes(field, rules.get(f"{path}{field.name}", ""))):
            yield from _paragraph(text, width, lead="      ")
    yield BLANK


def _notes(field: Field, rule: str) -> Iterator[str]:
    words = "; ".join([*marks(field), *([rule] if rule else [])])
    if words:
        yield f"{words[0].upper()}{words[1:]}."
    if field.default not in (None, "", [], {}) and not field.required and not field.sensitive:
        yield f"Default: {brief(field.default, 60)}"


def _example(schema: Schema) -> Iterator[str]:
    """Write the smallest block that states all that must be stated."""
    yield "  resources:"
    yield f"    {clean(schema.kind)}:"
    required = [field for field in schema.fields.values() if field.required]
    if not required:
        yield "      example: {}"
        return
    yield "      example:"
    for field in required:
        yield f"        {clean(field.name)}: {_example_value(field)}"


def _example_value(field: Field) -> str:
    if field.sensitive:
        return "${secret('env:NAME_OF_A_VARIABLE')}"
    if field.shape.choices:
        return clean(field.shape.choices[0])
    return _EXAMPLES[field.shape.type]


def _inner(shape: Shape) -> Mapping[str, Field]:
    """Find the fields of what a list or a map holds, or of the object itself."""
    while shape.item is not None:
        shape = shape.item
    return shape.fields


def _found(schema: Schema, path: str) -> Field:
    fields, above = schema.fields, schema.kind
    *outer, last = path.split(".")
    for part in outer:
        fields = _inner(_at(fields, part, above=above).shape)
        above = f"{above}.{part}"
    return _at(fields, last, above=above)


def _at(fields: Mapping[str, Field], part: str, *, above: str) -> Field:
    if part not in fields:
        raise _unknown(above, part, fields)
    return fields[part]


def _unknown(above: str, part: str, fields: Mapping[str, Field]) -> UsageError:
    near = nearest(part, fields)
    listed = f"Its fields are {', '.join(f'`{name}`' for name in fields)}."
    hint = f"Did you mean `{above}.{near}`?" if near else listed
    return UsageError(
        f"`{above}` has no field `{part}`", hint=hint if fields else "It has no fields inside."
    )


def _row(name: str, text: str, *, name_width: int, width: int) -> Iterator[Line]:
    head = f"  {clean(name).ljust(name_width)}  "
    rows = folded(clean(text), max(width - columns(head), 20)) or [""]
    for place, row in enumerate(rows):
        yield (Span(f"{'':{len(head)}}" if place else head, "bold"), Span(row))


def _paragraph(text: str, width: int, *, lead: str = "  ") -> Iterator[Line]:
    for row in folded(clean(text), max(width - len(lead), 20)):
        yield line(f"{lead}{row}")
