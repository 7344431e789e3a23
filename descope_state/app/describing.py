"""The kinds of resources as text and as a schema; and the stack's files laid out."""

from difflib import unified_diff
from pathlib import Path

from descope_state.app.registry import catalog_of
from descope_state.app.surroundings import Surroundings
from descope_state.config.edit import formatted
from descope_state.config.files import read_inside, resource_files, rule_files, variable_file_names
from descope_state.config.location import find_stack
from descope_state.config.settings import SETTINGS_FILE
from descope_state.config.settings_schema import settings_schema
from descope_state.errors import Invalid, Problem, UsageError
from descope_state.frozen import dataclass
from descope_state.model.nearness import listed, meant
from descope_state.sdk.json_schema import constraints_of, stack_schema
from descope_state.sdk.schema import Schema
from descope_state.store.disk import DISK


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A kind, and the field of it that was asked about."""

    schema: Schema
    field_path: str | None
    constraints: dict[str, str]


def kinds(surroundings: Surroundings) -> tuple[Schema, ...]:
    """Give every kind that the installed providers manage."""
    catalog = catalog_of(surroundings.providers())
    return tuple(catalog[name].schema for name in sorted(catalog))


def described(surroundings: Surroundings, subject: str) -> Described:
    """Find the kind, and the field, that a text names."""
    providers = surroundings.providers()
    catalog = catalog_of(providers)
    name, _, path = subject.partition(".")
    if name not in catalog:
        message = f"there is no kind `{name}`"
        raise UsageError(message, hint=meant(name, catalog) or f"there are {listed(catalog)}")
    models = {kind.name: kind.model for one in providers.values() for kind in one.kinds}
    schema = catalog[name].schema
    _check_path(schema, path)
    return Described(
        schema=schema, field_path=path or None, constraints=constraints_of(models[name])
    )


def _check_path(schema: Schema, path: str) -> None:
    fields = schema.fields
    walked = schema.kind
    for step in path.split(".") if path else ():
        if step not in fields:
            message = f"`{walked}` has no field `{step}`"
            raise UsageError(message, hint=meant(step, fields) or f"it has {listed(fields)}")
        shape = fields[step].shape
        while shape.item is not None:
            shape = shape.item
        fields, walked = shape.fields, f"{walked}.{step}"


def json_schema(surroundings: Surroundings) -> dict[str, object]:
    """Give the JSON Schema of a stack's files."""
    providers = surroundings.providers()
    catalog = catalog_of(providers)
    return stack_schema(
        {
            kind.name: (kind.model, catalog[kind.name].schema)
            for provider in providers.values()
            for kind in provider.kinds
        },
        settings_schema(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One file whose layout differs from the one way."""

    file: str
    difference: str


def lay_out(surroundings: Surroundings, *, chdir: Path | None, write: bool) -> tuple[Layout, ...]:
    """Lay out every YAML file of a stack; all are checked before the first is written."""
    root = find_stack(surroundings.folder, chdir=chdir)
    problems: list[Problem] = []
    changed: dict[str, tuple[bytes, bytes]] = {}
    others = (*resource_files(root), *rule_files(root), *variable_file_names(root))
    for name in (SETTINGS_FILE, *others):
        before = read_inside(root, name)
        try:
            after = formatted(before, file=name)
        except Invalid as error:
            problems.extend(error.problems)
            continue
        if after != before:
            changed[name] = (before, after)
    if problems:
        raise Invalid(problems)
    if write:
        for name, (_, after) in changed.items():
            DISK.rewrite(root / name, after)
    return tuple(_layout(name, before, after) for name, (before, after) in changed.items())


def _layout(name: str, before: bytes, after: bytes) -> Layout:
    lines = unified_diff(
        before.decode().splitlines(keepends=True),
        after.decode().splitlines(keepends=True),
        fromfile=name,
        tofile=name,
    )
    return Layout(file=name, difference="".join(lines))
