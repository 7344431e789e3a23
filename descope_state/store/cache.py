"""What was read of projects a moment ago, so that looking again costs nothing.

Answers are kept for five minutes, by a key that nobody can read anything from, in a small database
that all dstate processes of the user share. It is never needed: where it is damaged it is empty,
where it cannot be used there is none. What is written to a project gives its scope another token,
and no answer of an older one is given any more; where even that cannot be noted, the database goes.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

from descope_state.errors import UnsafeFile
from descope_state.frozen import dataclass
from descope_state.store.disk import DISK

T = TypeVar("T")

LIFETIME = 300.0
MOST_BYTES = 64 << 20
MOST_ANSWERS = 10_000
_FILE = "reads-v1.sqlite"
_PATIENCE = 2.0
_TABLES = """
create table if not exists scopes (scope text primary key, token text, written real);
create table if not exists answers (
    key text primary key, scope text, token text, stored real, used real, size integer,
    digest blob, body blob
);
create index if not exists answers_used on answers (used);
"""
_USE = "update answers set used = ? where key = ?"
_SPARE = """
delete from answers where key in (
    select key from (
        select key, row_number() over (order by used desc, key) as place,
            sum(size) over (order by used desc, key) as total from answers
    ) where place > ? or total > ?
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that is remembered, and how many seconds ago it was given."""

    body: bytes
    age: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a cache holds: how many answers, of how many projects, in how many bytes."""

    path: Path
    answers: int = 0
    projects: int = 0
    size: int = 0
    oldest: float = 0.0


class Cache:
    """The answers that a user's processes remember; no method ever fails."""

    def __init__(
        self,
        folder: Path,
        *,
        wall: Callable[[], float],
        most_bytes: int = MOST_BYTES,
        most_answers: int = MOST_ANSWERS,
    ) -> None:
        self._folder = folder
        self._wall = wall
        self._most = (most_answers, most_bytes)

    @property
    def path(self) -> Path:
        """Where the database is."""
        return self._folder / _FILE

    # -- reading -------------------------------------------------------------------------------

    def token(self, scope: str) -> str:
        """Give what marks the answers of a scope until somebody writes to it; "" without a cache.

        It is taken before a question is put, and handed in with the answer.
        """

        def begin(base: sqlite3.Connection) -> str:
            base.execute(
                "insert into scopes values (?, ?, ?) on conflict do nothing",
                (scope, token_hex(8), 0.0),
            )
            row = base.execute("select token from scopes where scope = ?", (scope,)).fetchone()
            return str(row[0])

        return self._used(begin, instead="", making=True)

    def find(self, key: str, *, scope: str = "") -> Answer | None:
        """Give an answer that is young enough, and that nobody has written over.

        One whose key says it all is found without its scope.
        """

        def look(base: sqlite3.Connection) -> Answer | None:
            row = base.execute(
                "select stored, digest, body from answers join scopes using (scope, token)"
                " where key = ? and ? in ('', scope)",
                (key, scope),
            ).fetchone()
            if row is None:
                return None
            stored, digest, body = float(row[0]), bytes(row[1]), bytes(row[2])
            now = self._wall()
            if not 0 <= now - stored < LIFETIME or digest != hashlib.sha256(body).digest():
                return None
            base.execute(_USE, (now, key))
            return Answer(body=body, age=now - stored)

        return self._used(look, instead=None)

    # -- writing -------------------------------------------------------------------------------

    def keep(
        self, key: str, body: bytes, *, scope: str, token: str, lag: float, age: float = 0.0
    ) -> bool:
        """Remember an answer to a question that was put when the scope had this token.

        One that rests on older answers has the `age` of the oldest. None is kept while reads may
        still show what was there before the last write.
        """

        def write(base: sqlite3.Connection) -> bool:
            now = self._wall()
            row = base.execute("select token, written from scopes where scope = ?", (scope,))
            found = row.fetchone()
            if found is None or found[0] != token or 0 <= now - float(found[1]) < lag:
                return False
            digest = hashlib.sha256(body).digest()
            base.execute(
                "insert or replace into answers values (?, ?, ?, ?, ?, ?, ?, ?)",
                (key, scope, token, now - age, now, len(body), digest, body),
            )
            held = base.execute("select count(*), sum(size) from answers").fetchone()
            if held[0] > self._most[0] or held[1] > self._most[1]:
                base.execute(_SPARE, self._most)
            return True

        return bool(token) and self._used(write, instead=False)

    def forget(self, scope: str) -> None:
        """Remember the answers of a scope no longer."""

        def drop(base: sqlite3.Connection) -> None:
            base.execute("delete from answers where scope = ?", (scope,))

        self._used(drop, instead=None)

    def written(self, scope: str, *, lasting: bool) -> None:
        """Note that something is written to a project: what was read of it is no longer so.

        `lasting` says that reads may lag behind, so that it must be noted when it was even where
        nothing was remembered.
        """

        def mark(base: sqlite3.Connection) -> bool:
            base.execute("delete from answers where scope = ?", (scope,))
            base.execute(
                "insert or replace into scopes values (?, ?, ?)",
                (scope, token_hex(8), self._wall()),
            )
            return True

        if (lasting or self.path.exists()) and not self._used(mark, instead=False, making=lasting):
            self._remove()

    def clear(self) -> int:
        """Forget everything, and say how many answers there were."""

        def empty(base: sqlite3.Connection) -> int:
            count = base.execute("delete from answers").rowcount
            base.execute("update scopes set token = token || 'x'")
            return count

        return self._used(empty, instead=0)

    def contents(self) -> Contents:
        """Say what there is."""

        def count(base: sqlite3.Connection) -> Contents:
            now = self._wall()
            row = base.execute(
                "select count(*), count(distinct scope), coalesce(sum(size), 0),"
                " coalesce(max(? - stored), 0) from answers join scopes using (scope, token)"
                " where ? - stored >= 0 and ? - stored < ?",
                (now, now, now, LIFETIME),
            ).fetchone()
            return Contents(
                path=self.path, answers=row[0], projects=row[1], size=row[2], oldest=row[3]
            )

        return self._used(count, instead=Contents(path=self.path))

    # -- the database --------------------------------------------------------------------------

    def _used(
        self, step: Callable[[sqlite3.Connection], T], *, instead: T, making: bool = False
    ) -> T:
        """Do one step in one transaction; a database that is damaged goes, and is empty then."""
        for _ in range(1 + making):  # Where it is to be there, it is made anew, once.
            try:
                if not self._there(making=making):
                    return instead
                with self._open() as base, base:
                    base.execute("begin immediate")
                    return step(base)
            except (sqlite3.OperationalError, OSError, UnsafeFile):
                return instead  # Busy, full, or not ours: no cache for now.
            except (sqlite3.Error, ValueError, TypeError):
                self._remove()
        return instead

    def _there(self, *, making: bool) -> bool:
        """See that the database is a file of our own, made by us with nobody else let in."""
        if DISK.status(self._folder) is None and not making:
            return False
        DISK.make_folder(self._folder)
        found = DISK.status(self.path)
        if found is None and making:
            DISK.create(self.path, b"")
            found = DISK.status(self.path)
        if found is not None:
            DISK.check_own(self.path, found, secret=True, alone=True)
        return found is not None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)) as base:
            # What a power cut takes away is read again; nothing here is worth waiting for a disk.
            base.execute("pragma journal_mode = wal")
            base.execute("pragma synchronous = off")
            base.executescript(_TABLES)
            yield base

    def _remove(self) -> None:
        for ending in ("-wal", "-shm", ""):
            with suppress(OSError):
                self.path.with_name(_FILE + ending).unlink()
