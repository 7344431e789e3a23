"""`dstate.yaml`: the settings of a stack, and the choice of an environment among them."""

import os
import re
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path

from descope_state.config.files import read_inside
from descope_state.config.findings import NAMES, Section, suggestion
from descope_state.config.yaml import Document, parse
from descope_state.errors import Invalid, Origin, Problem, UnsafeFile, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address, is_name
from descope_state.model.stack import Environment, Retention, Safety
from descope_state.model.value import Value

SETTINGS_FILE = "dstate.yaml"
TYPES = ("string", "int", "number", "bool", "list", "map", "any")

_FIELDS = (
    "dstate", "name", "default_environment", "environments", "variables", "safety", "backend",
    "locals", "retention",
)  # fmt: skip
_OF_RESOURCES = ("resources", "outputs", "moved", "removed", "imports", "checks")
_BESIDE = "write it into another file of the stack, for instance stack.yaml beside this one"
_STACK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_ENVIRONMENT_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_AGE = re.compile(r"([0-9]{1,9})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MOST = 1_000_000
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A declared variable."""

    name: str
    type: str = "any"
    default: Value = None
    required: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `dstate.yaml` says; `values` are the variables set by each environment."""

    name: str
    default_environment: str = ""
    environments: Mapping[str, Environment] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    safety: Safety = field(default_factory=Safety)
    retention: Retention = field(default_factory=Retention)
    state_path: str = ""


def read_settings(root: Path) -> Settings:
    """Read `dstate.yaml` alone; Invalid holds all of its problems."""
    problems: list[Problem] = []
    document = parse(settings_bytes(root), file=SETTINGS_FILE)
    settings = interpret(document, root=root, problems=problems)
    if problems:
        raise Invalid(problems)
    return settings


def settings_bytes(root: Path) -> bytes:
    """Give the bytes of `dstate.yaml`; a folder without one is no stack."""
    if not os.path.lexists(root / SETTINGS_FILE):
        message = f"`{root}` is not a stack: it has no `{SETTINGS_FILE}`"
        raise UsageError(message, hint="change to a stack's folder, or name one with -C")
    try:
        return read_inside(root, SETTINGS_FILE)
    except UnsafeFile as error:
        origin = Origin(file=SETTINGS_FILE, line=1)
        raise Invalid(replace(problem, origin=origin) for problem in error.problems) from None


def interpret(document: Document, *, root: Path, problems: list[Problem]) -> Settings:
    """Turn the document of `dstate.yaml` into settings, adding what is wrong to the problems."""
    top = Section(document, document.data, path=(), problems=problems)
    top.known(_FIELDS, elsewhere=dict.fromkeys(_OF_RESOURCES, _BESIDE))
    if isinstance(document.data, dict | None):
        _check_version(top)
    named = list(top.section("environments").sections())
    environments = {name: _environment(name, inner) for name, inner in named}
    if not environments and isinstance(top.data.get("environments", {}), dict):
        message = "the stack has no environments"
        hint = "write `environments: {local: {endpoint: emulator}}` to begin with"
        if isinstance(document.data, dict | None):
            top.complain("E1203", ("environments",), message=message, hint=hint)
    return Settings(
        name=_name(top, root),
        default_environment=_default_environment(top, environments),
        environments=environments,
        values={name: _inner(inner, "vars") for name, inner in named},
        variables=_variables(top.section("variables")),
        safety=_safety(top.section("safety")),
        retention=_retention(top.section("retention")),
        state_path=_state_path(top.section("backend")),
    )


def _check_version(top: Section) -> None:
    version = top.data.get("dstate")
    if version is None:
        message = f"`dstate: {_VERSION}` is missing: the version of the settings' format"
        top.complain("E1203", ("dstate",), message=message)
    elif version != _VERSION or isinstance(version, bool | float):
        message = f"`dstate` must be {_VERSION}: this program knows no other version of the format"
        top.complain("E1202", ("dstate",), message=message, hint="update dstate")


def _name(top: Section, root: Path) -> str:
    name = top.text("name")
    if isinstance(top.data.get("name"), str) and not _STACK_NAME.fullmatch(name):
        message = (
            "`name` must consist of letters, digits, `_`, `-` and `.`, and begin with a letter or"
            " digit"
        )
        top.complain("E1204", ("name",), message=message)
    if name:
        return name
    folder = root.resolve().name
    return folder if _STACK_NAME.fullmatch(folder) else "stack"


def _inner(section: Section, name: str) -> Mapping[str, Value]:
    value = section.data.get(name)
    return value if isinstance(value, dict) else {}


def _environment(name: str, section: Section) -> Environment:
    section.known(("endpoint", "vars", "protected", "project_id", "exclude"))
    if not _ENVIRONMENT_NAME.fullmatch(name):
        message = f"`{name}` is not a name for an environment: write `[a-z][a-z0-9-]*`"
        section.complain("E1204", (), message=message, key=True)
    section.section("vars")
    return Environment(
        name=name,
        endpoint=section.text("endpoint"),
        project_id=section.text("project_id"),
        protected=section.flag("protected"),
        exclude=tuple(_addresses(section)),
        locate=lambda path: section.document.origin((*section.path, *path)),
    )


def _addresses(section: Section) -> list[str]:
    found = []
    for index, value in enumerate(section.elements("exclude")):
        try:
            found.append(str(Address.parse(value if isinstance(value, str) else repr(value))))
        except ValueError as error:
            section.complain("E1202", ("exclude", index), message=str(error))
    return found


def _default_environment(top: Section, environments: Mapping[str, Environment]) -> str:
    name = top.text("default_environment")
    place = ("default_environment",)
    if name and name not in environments:
        message = f"there is no environment `{name}`"
        top.complain("E1202", place, message=message, hint=suggestion(name, environments))
    elif name and environments[name].protected:
        message = f"`{name}` is protected, so it cannot be the default environment"
        top.complain("E1202", place, message=message, hint="name it with --env each time")
    return name


def _variables(section: Section) -> dict[str, Variable]:
    found = {}
    for name, inner in section.sections():
        inner.known(("type", "default", "description"))
        if not is_name(name):
            message = f"`{name}` is not a name for a variable"
            inner.complain("E1204", (), message=message, hint=NAMES, key=True)
        kind = inner.text("type", "any")
        if kind not in TYPES:
            message = f"unknown type `{kind}`"
            inner.complain("E1202", ("type",), message=message, hint=suggestion(kind, TYPES))
        found[name] = Variable(
            name=name,
            type=kind if kind in TYPES else "any",
            default=inner.data.get("default"),
            required="default" not in inner.data,
            description=inner.text("description"),
        )
    return found


def _safety(section: Section) -> Safety:
    section.known(("max_deletes", "max_delete_percent", "plan_max_age"))
    ordinary = Safety()
    return Safety(
        max_deletes=section.number("max_deletes", ordinary.max_deletes, most=_MOST),
        max_delete_percent=section.number(
            "max_delete_percent", ordinary.max_delete_percent, most=100
        ),
        plan_max_age=_age(section),
    )


def _retention(section: Section) -> Retention:
    section.known(("audit_days", "backup_days", "backups"))
    ordinary = Retention()
    return Retention(
        audit_days=section.number("audit_days", ordinary.audit_days, most=_MOST),
        backup_days=section.number("backup_days", ordinary.backup_days, most=_MOST),
        backups=section.number("backups", ordinary.backups, most=_MOST),
    )


def _age(section: Section) -> int | None:
    value = section.data.get("plan_max_age")
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    match = _AGE.fullmatch(value) if isinstance(value, str) else None
    if match:
        return int(match.group(1)) * _SECONDS[match.group(2)]
    if value is not None:
        message = "`plan_max_age` must be a number of seconds, or a text such as `30m`, `24h`, `7d`"
        section.complain("E1202", ("plan_max_age",), message=message)
    return None


def _state_path(section: Section) -> str:
    section.known(("type", "path"))
    kind = section.text("type", "local")
    if kind != "local":
        message = f"unknown backend `{kind}`: this version keeps state in `local` folders"
        section.complain("E1202", ("type",), message=message)
    path = section.text("path")
    if "\0" in path:
        section.complain("E1202", ("path",), message="`path` is not a path")
    return path


def choose(settings: Settings, *, asked: str | None, environ: Mapping[str, str]) -> Environment:
    """Choose the environment; UsageError lists them where the choice is unclear."""
    name = asked or environ.get("DSTATE_ENV") or settings.default_environment
    if not name and len(settings.environments) == 1:
        (name,) = settings.environments
    names = ", ".join(f"`{one}`" for one in settings.environments)
    if not name:
        message = f"which environment? The stack has {names}"
        raise UsageError(message, hint="name one with --env or DSTATE_ENV")
    if name not in settings.environments:
        message = f"there is no environment `{name}`; the stack has {names}"
        raise UsageError(message, hint=suggestion(name, settings.environments))
    return settings.environments[name]
