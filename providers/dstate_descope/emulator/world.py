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

from dstate_descope.baseline import DEFAULT_APPLICATION, SYSTEM_PERMISSIONS, TENANT_ADMIN

Row = dict[str, Any]
Table = dict[str, Row]
Clock = Callable[[], int]

FORMAT = 1
# A project that was never changed is kept nowhere: its content must not depend on the hour.
BORN = 1_700_000_000
_LENGTHS = {"PERM": 31, "ROL": 30, "T": 28}


def now() -> int:
    """Give the time in seconds since 1970."""
    return int(time.time())


@dataclass(slots=True, kw_only=True)
class World:
    """One project: its tables by id, how many ids it has given out, and what it was told to be.

    `attributes` are the names of the tenants' custom attributes, or None where any may be used:
    the real ones are declared in the console, which the emulator does not have.
    """

    project_id: str
    tier: int = 1
    clock: Clock = now
    counter: int = 0
    revision: int = 0
    attributes: tuple[str, ...] | None = None
    applications: tuple[str, ...] = (DEFAULT_APPLICATION,)
    permissions: Table = field(default_factory=dict)
    roles: Table = field(default_factory=dict)
    tenants: Table = field(default_factory=dict)
    spelled: dict[str, tuple[Row, str]] = field(default_factory=dict, repr=False, compare=False)

    def new_id(self, prefix: str) -> str:
        """Give the next id of a kind; the same calls always give the same ids."""
        self.counter += 1
        return prefix + f"{self.counter}".rjust(_LENGTHS[prefix] - len(prefix), "0")

    def tables(self) -> tuple[int, Table, Table, Table]:
        """Remember everything that a call may change."""
        return (self.counter, dict(self.permissions), dict(self.roles), dict(self.tenants))

    def put_back(self, tables: tuple[int, Table, Table, Table]) -> None:
        """Undo everything since `tables` was taken."""
        self.counter, self.permissions, self.roles, self.tenants = tables


def fresh(project_id: str, clock: Clock = now) -> World:
    """Make a project as Descope hands it out."""
    world = World(project_id=project_id, clock=clock)
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
    return world


def load(path: Path, clock: Clock = now) -> World:
    """Read a project from its file; a file of another form is a ValueError that says so."""
    try:
        return _world(json.loads(path.read_text(encoding="utf-8")), clock)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"`{path}` is not the file of an emulated project ({error})"
        raise ValueError(message) from None


def _world(data: Row, clock: Clock) -> World:
    if data["format"] != FORMAT:
        message = f"format {data['format']!r} is not {FORMAT}"
        raise ValueError(message)
    attributes = data["attributes"]
    return World(
        project_id=data["projectId"],
        tier=int(data["tier"]),
        clock=clock,
        counter=int(data["counter"]),
        revision=int(data["revision"]),
        attributes=None if attributes is None else tuple(attributes),
        applications=tuple(data["applications"]),
        **{name: {row["id"]: row for row in data[name]} for name in _TABLES},
    )


_TABLES = ("permissions", "roles", "tenants")


def _spell(world: World) -> str:
    """Spell a project, one record to a line; only what has changed since is spelled anew."""
    data = {
        "format": FORMAT,
        "projectId": world.project_id,
        "tier": world.tier,
        "counter": world.counter,
        "revision": world.revision,
        "attributes": world.attributes,
        "applications": world.applications,
    }
    tables = (f'"{name}":[\n{_lines(world, getattr(world, name))}\n]' for name in _TABLES)
    return json.dumps(data)[:-1] + ",\n" + ",\n".join(tables) + "}\n"


def _lines(world: World, table: Table) -> str:
    lines = []
    for key, row in table.items():
        known = world.spelled.get(key)
        # A record is replaced, never changed: the same object says the same.
        if known is None or known[0] is not row:
            known = world.spelled[key] = (row, json.dumps(row))
        lines.append(known[1])
    return ",\n".join(lines)


def save(world: World, path: Path) -> None:
    """Write a project to its file: whole or not at all, and for the owner's eyes only."""
    content = _spell(world).encode()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    # One may be left of a process that was killed; there is never more than that one.
    temporary.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
        file.write(content)
    temporary.replace(path)
