"""Begins a stack: a few files that plan at once, and overwrite nothing."""

import re
from collections.abc import Mapping, Sequence
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
    """What a new stack is called, and which projects it is for besides the emulator."""

    name: str
    environments: tuple[str, ...] = ()


def checked(name: str, environments: Sequence[str]) -> Beginning:
    """Refuse names that could not stand where they have to."""
    if not _NAME.fullmatch(name):
        message = f"`{name}` is not a name for a stack"
        raise UsageError(message, hint="small letters, digits, `-` and `_`, such as `acme-auth`")
    for one in environments:
        if not _ENVIRONMENT.fullmatch(one):
            message = f"`{one}` is not a name for an environment"
            raise UsageError(message, hint="small letters, digits and `-`, such as `dev`")
    others = tuple(dict.fromkeys(one for one in environments if one != LOCAL))
    return Beginning(name=name, environments=others)


def name_of(folder: Path) -> str:
    """Make a name of the folder's."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", folder.resolve().name.lower()).strip("-_")
    return plain or "stack"


def files_of(beginning: Beginning, schema: Mapping[str, object]) -> dict[str, str]:
    """Give the files of a new stack, by their names in it."""
    return {
        SETTINGS_FILE: _settings(beginning),
        "resources/roles.yaml": _RESOURCES,
        SCHEMA_FILE: dumps(schema, indent=1, ensure_ascii=False) + "\n",
        ".gitignore": IGNORED,
        "README.md": _readme(beginning),
    }


def _settings(beginning: Beginning) -> str:
    rows = [f"  {LOCAL}: {{endpoint: emulator}}   # on this machine: no account, no credentials"]
    rows += [
        f"  {name}: {{protected: true}}" if name in _PROTECTED else f"  {name}: {{}}"
        for name in beginning.environments
    ]
    return (
        f"{_SCHEMA_LINE}dstate: 1\nname: {beginning.name}\ndefault_environment: {LOCAL}\n"
        "\n# One Descope project each. Pin it with `project_id: P2…`, which is no secret.\n"
        "environments:\n" + "\n".join(rows) + "\n"
        "\n# What a plan may delete before somebody has to say otherwise.\n"
        "safety: {max_deletes: 5, max_delete_percent: 30}\n"
    )


def _readme(beginning: Beginning) -> str:
    lines = [
        f"# {beginning.name}",
        "",
        "What our Descope projects hold, as code, managed by dstate.",
        "",
        "```sh",
        "dstate plan -out plan.json    # on the emulator; --env names another environment",
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
    return "\n".join(lines) + "\n"


def begun(folder: Path, files: Mapping[str, str], *, disk: Disk) -> tuple[list[str], list[str]]:
    """Write the files that are not there yet; gives those written, and those left as they were."""
    if (folder / SETTINGS_FILE).exists():
        message = f"`{folder}` is a stack already: it has a `{SETTINGS_FILE}`"
        raise UsageError(message, hint="`dstate plan` says what it would do; init begins new ones")
    if folder.exists() and not folder.is_dir():
        message = f"`{folder}` is a file, and a stack is a folder"
        raise UsageError(message, hint="name another folder; one that is not there is made")
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
