"""Begins a stack: a few files that plan at once, and overwrite nothing."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from json import dumps
from pathlib import Path

from descope_state.config.settings import SETTINGS_FILE
from descope_state.errors import UsageError
from descope_state.frozen import dataclass
from descope_state.store.disk import Disk, worded

SCHEMA_FILE = ".dstate/schema.json"
_SCHEMA_LINE = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
_PROTECTED = frozenset({"prod", "production", "live"})
_ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]*")
_PROJECT = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
LOCAL = "local"

_RESOURCES = """\
# yaml-language-server: $schema=../.dstate/schema.json
# What the project is to hold. `dstate explain` lists the kinds, `dstate explain role` its fields.
resources:
  permission:
    read_reports: {name: reports.read, description: Read any report}

  role:
    analyst:
      name: Analyst
      description: Reads reports
      permissions: ["${permission.read_reports.name}"]
"""
_IGNORE = ".gitignore"
_PRIVATE = ("/state/", ".env")
IGNORED = """\
# What dstate remembers, and the key that seals its plans: share it, but not by git.
/state/
# Credentials of a laptop.
.env
# Saved plans are for one apply.
plan.json
*.plan.json
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a new stack is called, and which environments it has.

    Where it begins with `projects`, by environment, these are all; else `local` is one besides.
    """

    name: str
    environments: tuple[str, ...] = ()
    projects: Mapping[str, str] = field(default_factory=dict)

    @property
    def default(self) -> str:
        """The environment that is meant where none is named; a protected one never is."""
        if not self.projects:
            return LOCAL
        first = self.environments[0]
        return "" if first in _PROTECTED or len(self.environments) == 1 else first


def checked(name: str, environments: Sequence[str]) -> Beginning:
    """Refuse names that could not stand where they have to."""
    if not _NAME.fullmatch(name):
        message = f"`{name}` is not a name for a stack"
        raise UsageError(message, hint="small letters, digits, `-` and `_`, such as `acme-auth`")
    check_environments(environments)
    others = tuple(dict.fromkeys(one for one in environments if one != LOCAL))
    return Beginning(name=name, environments=others)


def check_environments(names: Iterable[str]) -> None:
    """Refuse names that no environment can have."""
    for name in names:
        if not _ENVIRONMENT.fullmatch(name):
            message = f"`{name}` is not a name for an environment"
            raise UsageError(message, hint="small letters, digits and `-`, such as `dev`")


def name_of(folder: Path) -> str:
    """Make a name of the folder's."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", folder.resolve().name.lower()).strip("-_")
    return plain or "stack"


def files_of(beginning: Beginning, schema: Mapping[str, object]) -> dict[str, str]:
    """Give the files of a new stack, by their names in it."""
    return {
        SETTINGS_FILE: settings_of(beginning),
        "resources/roles.yaml": _RESOURCES,
        **beside(beginning, schema),
    }


def beside(beginning: Beginning, schema: Mapping[str, object]) -> dict[str, str]:
    """Give the files of a new stack that hold nothing of what it states."""
    return {
        SCHEMA_FILE: dumps(schema, indent=1, ensure_ascii=False) + "\n",
        _IGNORE: IGNORED,
        "README.md": _readme(beginning),
    }


def settings_of(beginning: Beginning) -> str:
    """Write the `dstate.yaml` of a new stack."""
    default = f"default_environment: {beginning.default}\n" if beginning.default else ""
    return (
        f"{_SCHEMA_LINE}dstate: 1\nname: {beginning.name}\n{default}"
        "\n# One Descope project each. Pin it with `project_id: P2…`, which is no secret.\n"
        "environments:\n"
        + "".join(_environments(beginning))
        + "\n# What a plan may delete before somebody has to say otherwise.\n"
        "safety: {max_deletes: 5, max_delete_percent: 30}\n"
    )


def _environments(beginning: Beginning) -> Iterator[str]:
    emulator = f"{LOCAL}: {{endpoint: emulator}}"
    if not beginning.projects:
        yield f"  {emulator} # on this machine: no account, no credentials\n"
    for name in beginning.environments:
        fields = [f"project_id: {_spelled(beginning.projects[name])}"] if beginning.projects else []
        fields += ["protected: true"] if name in _PROTECTED else []
        yield f"  {name}: {{{', '.join(fields)}}}\n"
    if beginning.projects:
        yield f"  # {emulator} would be a Descope on this machine, to try things on\n"


def _spelled(project: str) -> str:
    return project if _PROJECT.fullmatch(project) else dumps(project)


def _readme(beginning: Beginning) -> str:
    told = "    # on the emulator; --env names another environment"
    if beginning.projects:
        told = "    # --env names another environment" if len(beginning.projects) > 1 else ""
    lines = [
        f"# {beginning.name}",
        "",
        "What our Descope projects hold, as code, managed by dstate.",
        "",
        "```sh",
        f"dstate plan -out plan.json{told}",
        "dstate apply plan.json",
        "dstate drift",
        "```",
    ]
    if beginning.environments:
        lines += [
            "",
            "Credentials come from the environment, or from a `.env` that git ignores:",
            "",
        ]
        for name in beginning.environments:
            prefix = f"DESCOPE_{name.upper().replace('-', '_')}"
            lines.append(f"- `{name}`: `{prefix}_PROJECT_ID` and `{prefix}_MANAGEMENT_KEY`")
        lines += _tried(beginning)
    return "\n".join(lines) + "\n"


def _tried(beginning: Beginning) -> list[str]:
    """Say how an environment is tried without an account; production is no place for that."""
    names = [name for name in beginning.environments if name not in _PROTECTED]
    if beginning.projects or not names:
        return []
    told = f"`{names[0]}: {{endpoint: emulator}}` in `dstate.yaml`"
    return ["", f"To try `{names[0]}` without any: {told}."]


def refuse_stack(folder: Path) -> None:
    """Refuse a folder that is a stack, or that cannot be one."""
    if (folder / SETTINGS_FILE).exists():
        message = f"`{folder}` is a stack already: it has a `{SETTINGS_FILE}`"
        raise UsageError(message, hint="`dstate plan` says what it would do; init begins new ones")
    if folder.exists() and not folder.is_dir():
        message = f"`{folder}` is a file, and a stack is a folder"
        raise UsageError(message, hint="name another folder; one that is not there is made")


def unignored(folder: Path) -> list[str]:
    """Name what a `.gitignore` that was there already lets into git, and should not."""
    try:
        text = (folder / _IGNORE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    ignored = {row.strip().strip("/") for row in text.splitlines()}
    return [name for name in _PRIVATE if name.strip("/") not in ignored]


def begun(folder: Path, files: Mapping[str, str], *, disk: Disk) -> tuple[list[str], list[str]]:
    """Write the files that are not there yet; gives those written, and those left as they were."""
    refuse_stack(folder)
    for name in files:
        disk.check_inside(folder, folder / name)
    written, left = [], []
    # The settings last: without them it is no stack, and the command can be said again.
    for name in sorted(files, key=lambda name: (name == SETTINGS_FILE, name)):
        path = folder / name
        if disk.status(path) is not None:
            left.append(name)
            continue
        with worded(path.parent, "made"):
            path.parent.mkdir(parents=True, exist_ok=True)
        disk.publish(path, files[name].encode())
        written.append(name)
    return written, left
