"""The content of an emulated project, and the file that keeps it.

Records are in the form of the API and are replaced, never changed in place: a copy of the tables
is therefore a snapshot, and a batch that fails half-way is undone by putting the old tables back.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dstate_descope.baseline import SYSTEM_PERMISSIONS, TENANT_ADMIN
from dstate_descope.emulator import defaults
from dstate_descope.emulator.switches import Switches

Row = dict[str, Any]
Table = dict[str, Row]
Clock = Callable[[], int]
Kept = tuple[int, dict[str, Table], dict[str, Any]]

FORMAT = 2
# A project that was never changed is kept nowhere: its content must not depend on the hour.
BORN = 1_700_000_000
TABLES = (
    "permissions",
    "roles",
    "tenants",
    "flows",
    "keys",
    "sso",
    "inbound",
    "outbound",
    "attributes",
    "lists",
    "templates",
    "users",
    "management_keys",
    "descopers",
    "engines",
    "audits",
)
# So many events of the audit trail are kept; the real service keeps thirty days.
AUDITS = 1_000
_LENGTHS = {"PERM": 31, "ROL": 30}
_USUAL = 28


def now() -> int:
    """Give the time in seconds since 1970."""
    return int(time.time())


@dataclass(slots=True, kw_only=True)
class World:
    """One project: its tables by id, its single documents, and how many ids it has given out."""

    project_id: str
    tier: int = 1
    clock: Clock = now
    counter: int = 0
    revision: int = 0
    switches: Switches = field(default_factory=Switches)
    tables: dict[str, Table] = field(default_factory=lambda: {name: {} for name in TABLES})
    documents: dict[str, Any] = field(default_factory=dict)
    spelled: dict[tuple[str, str], tuple[Row, str]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def permissions(self) -> Table:
        """The permissions by id."""
        return self.tables["permissions"]

    @property
    def roles(self) -> Table:
        """The roles by id."""
        return self.tables["roles"]

    @property
    def tenants(self) -> Table:
        """The tenants by id."""
        return self.tables["tenants"]

    def new_id(self, prefix: str) -> str:
        """Give the next id of a kind; the same calls always give the same ids."""
        self.counter += 1
        length = _LENGTHS.get(prefix, _USUAL)
        return prefix + f"{self.counter}".rjust(length - len(prefix), "0")

    def kept(self) -> Kept:
        """Remember everything that a call may change."""
        tables = {name: dict(table) for name, table in self.tables.items()}
        return (self.counter, tables, dict(self.documents))

    def put_back(self, kept: Kept) -> None:
        """Undo everything since `kept` was taken."""
        self.counter, self.tables, self.documents = kept


def fresh(project_id: str, clock: Clock = now) -> World:
    """Make a project as Descope hands it out."""
    world = World(project_id=project_id, clock=clock, documents=defaults.documents())
    for name, description in SYSTEM_PERMISSIONS.items():
        row: Row = {"id": world.new_id("PERM"), "name": name, "description": description}
        world.permissions[row["id"]] = {**row, "systemDefault": True}
    role: Row = {
        "id": world.new_id("ROL"),
        "name": TENANT_ADMIN,
        "description": "Manages the users and the sign-in of a tenant",
        "permissionNames": sorted(SYSTEM_PERMISSIONS),
        "createdTime": BORN,
        "tenantId": "",
        "default": False,
        "private": False,
    }
    world.roles[role["id"]] = role
    world.tables["flows"] = {row["id"]: row for row in defaults.flows()}
    application = defaults.application()
    world.tables["sso"][application["id"]] = application
    return world


def load(path: Path, clock: Clock = now) -> World:
    """Read a project from its file; a file of another form is a ValueError that says so."""
    try:
        return read(json.loads(path.read_text(encoding="utf-8")), clock)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"`{path}` is not the file of an emulated project ({error})"
        raise ValueError(message) from None


def read(data: Row, clock: Clock = now) -> World:
    """Make a project of what its file says."""
    if data["format"] != FORMAT:
        message = f"format {data['format']!r} is not {FORMAT}"
        raise ValueError(message)
    tables = {name: {row["id"]: row for row in data[name]} for name in TABLES}
    return World(
        project_id=data["projectId"],
        tier=int(data["tier"]),
        clock=clock,
        counter=int(data["counter"]),
        revision=int(data["revision"]),
        switches=Switches(**data["switches"]),
        tables=tables,
        documents=dict(data["documents"]),
    )


def head(world: World) -> Row:
    """Give what a project is besides its objects."""
    return {
        "format": FORMAT,
        "projectId": world.project_id,
        "tier": world.tier,
        "counter": world.counter,
        "revision": world.revision,
        "switches": world.switches.changed(),
        "documents": world.documents,
    }


def spell(world: World) -> str:
    """Spell a project, one record to a line; only what has changed since is spelled anew."""
    tables = (f'"{name}":[\n{_lines(world, name)}\n]' for name in TABLES)
    return json.dumps(head(world))[:-1] + ",\n" + ",\n".join(tables) + "}\n"


def _lines(world: World, name: str) -> str:
    lines = []
    for key, row in world.tables[name].items():
        known = world.spelled.get((name, key))
        # A record is replaced, never changed: the same object says the same.
        if known is None or known[0] is not row:
            known = world.spelled[(name, key)] = (row, json.dumps(row))
        lines.append(known[1])
    return ",\n".join(lines)


def save(world: World, path: Path) -> None:
    """Write a project to its file: whole or not at all, and for the owner's eyes only."""
    content = spell(world).encode()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    # One may be left of a process that was killed; there is never more than that one.
    temporary.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
        file.write(content)
    temporary.replace(path)
