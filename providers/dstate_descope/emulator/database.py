"""Keeps emulated projects in an SQLite file: each change is written before it is answered."""

import json
import os
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from dstate_descope.emulator.world import TABLES, Table, World, head, read

_SCHEMA = """
create table if not exists project (id text primary key, said text not null);
create table if not exists object (
    project text not null, kind text not null, id text not null, place integer not null,
    said text not null, primary key (project, kind, id)
);
"""


@dataclass(slots=True)
class Database:
    """An open file; it remembers what it has written, so that only what differs is written anew."""

    path: Path
    _connection: sqlite3.Connection = field(init=False, repr=False)
    _written: dict[str, dict[str, Table]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        # Made first, so that nobody else may read it for as much as a moment.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
        self._connection = sqlite3.connect(self.path, isolation_level=None)
        self._connection.execute("pragma journal_mode=wal")
        self._connection.executescript(_SCHEMA)

    def load(self, project: str) -> World | None:
        """Give a project that is kept, or None."""
        query = "select said from project where id = ?"
        found = self._connection.execute(query, (project,)).fetchone()
        if found is None:
            return None
        data = {**json.loads(found[0]), **{name: [] for name in TABLES}}
        query = "select kind, said from object where project = ? order by kind, place"
        for kind, said in self._connection.execute(query, (project,)):
            data[kind].append(json.loads(said))
        world = read(data)
        self._remember(world)
        return world

    def keep(self, world: World) -> None:
        """Write what has changed since it was last written, all of it or nothing."""
        said = json.dumps(head(world))
        with self._connection:
            self._connection.execute("begin immediate")
            query = "insert or replace into project values (?, ?)"
            self._connection.execute(query, (world.project_id, said))
            for name in TABLES:
                self._keep(world, name)
        self._remember(world)

    def _keep(self, world: World, name: str) -> None:
        table, project = world.tables[name], world.project_id
        before = self._written.get(project, {}).get(name, {})
        changed = [
            (project, name, id_, place, json.dumps(row))
            for place, (id_, row) in enumerate(table.items())
            if before.get(id_) is not row
        ]
        gone = [(project, name, id_) for id_ in before if id_ not in table]
        query = "insert or replace into object values (?, ?, ?, ?, ?)"
        self._connection.executemany(query, changed)
        query = "delete from object where project = ? and kind = ? and id = ?"
        self._connection.executemany(query, gone)

    def _remember(self, world: World) -> None:
        tables = {name: dict(table) for name, table in world.tables.items()}
        self._written[world.project_id] = tables

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
