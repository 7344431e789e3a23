"""The calls of all dstate processes of a user on this machine, against the limits of one service.

Limits are counted per source address, so whoever shares the address shares the budget: plan and
apply, and five environments side by side. It is a small file for each family of calls, locked for
the moment of each change. It needs no durability: a reboot empties it, and a file that cannot be
read counts as a window that was just used up.
"""

import fcntl
import hashlib
import heapq
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from descope_state.core.ledger import MARGIN, Account
from descope_state.errors import UnsafeFile
from descope_state.sdk.provider import Limit
from descope_state.store.disk import DISK, worded

_OPENING = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_LARGEST = 1 << 20


class Budget:
    """A ledger in files that several processes share; satisfies `core.ports.Ledger`."""

    def __init__(self, folder: Path, *, host: str) -> None:
        self._folder = folder
        self._host = hashlib.sha256(host.encode()).hexdigest()[:16]
        self._boot = _boot_id()
        DISK.make_folder(folder)

    def take(self, limit: Limit, *, now: float) -> float:
        """Take a slot for a call that leaves now, and give 0; or give the seconds to wait."""
        with self._account(limit.family, limit=limit, now=now) as page:
            page.gather(now)
            wait = page.account.take(limit, now)
            if wait and page.bury(limit, now):
                wait = page.account.take(limit, now)
            if not wait:
                page.mine += 1
            return wait

    def give(self, limit: Limit, *, now: float, counts: bool) -> None:
        """Say that a call was answered."""
        with self._account(limit.family, limit=limit, now=now) as page:
            page.gather(now)
            page.account.give(limit, now, counts=counts)
            page.mine = max(page.mine - 1, 0)

    def pause(self, family: str, *, until: float) -> bool:
        """Let no call leave before a time; tells whether that was news."""
        with self._account(family, limit=None, now=until) as page:
            news = until > page.account.paused
            page.account.paused = max(page.account.paused, until)
            return news

    def lower(self, limit: Limit, *, now: float) -> int:
        """Take what was let through for the limit, for a while."""
        with self._account(limit.family, limit=limit, now=now) as page:
            page.gather(now)
            return page.account.lower(limit, now)

    @contextmanager
    def _account(self, family: str, *, limit: Limit | None, now: float) -> "Iterator[_Page]":
        path = self._folder / f"{self._host}-{hashlib.sha256(family.encode()).hexdigest()[:8]}.json"
        with worded(path, "used"):
            handle = os.open(path, _OPENING, 0o600)
            try:
                DISK.check_own(path, DISK.system.fstat(handle), alone=True)
                fcntl.flock(handle, fcntl.LOCK_EX)
                page = self._read(handle, limit=limit, now=now)
                yield page
                _write(handle, page.spelled(self._boot))
            finally:
                os.close(handle)

    def _read(self, handle: int, *, limit: Limit | None, now: float) -> "_Page":
        data = os.read(handle, _LARGEST)
        if not data.strip():
            return _Page(Account(), {})
        try:
            raw = json.loads(data)
            if raw["boot"] != self._boot:
                return _Page(Account(), {})
            return _Page(
                Account(
                    releases=[float(one) for one in raw["releases"]],
                    paused=float(raw["paused"]),
                    learned=int(raw["learned"]),
                    until=float(raw["until"]),
                ),
                {int(pid): int(count) for pid, count in raw["flying"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return _Page(_used_up(limit, now), {})


class _Page:
    """What one file says: the account, and which process has how many calls in flight."""

    def __init__(self, account: Account, flying: dict[int, int]) -> None:
        self.account = account
        self._flying = flying
        self._pid = os.getpid()
        account.flying = sum(flying.values())

    @property
    def mine(self) -> int:
        """How many calls of this process are in flight."""
        return self._flying.get(self._pid, 0)

    @mine.setter
    def mine(self, count: int) -> None:
        self._flying[self._pid] = count
        if not count:
            del self._flying[self._pid]

    def gather(self, now: float) -> None:
        """Put what was read in order, and let go of what is past."""
        self.account.releases = [one for one in self.account.releases if one > now]
        heapq.heapify(self.account.releases)

    def bury(self, limit: Limit, now: float) -> bool:
        """Take calls of processes that are no more for answered; tells whether there were any."""
        dead = [pid for pid in self._flying if pid != self._pid and not _alive(pid)]
        for pid in dead:
            for _ in range(self._flying.pop(pid)):
                self.account.give(limit, now, counts=True)
        return bool(dead)

    def spelled(self, boot: str) -> bytes:
        """Give the page as it is written."""
        raw: dict[str, Any] = {
            "boot": boot,
            "releases": [round(one, 4) for one in self.account.releases],
            "paused": self.account.paused,
            "learned": self.account.learned,
            "until": self.account.until,
            "flying": {str(pid): count for pid, count in self._flying.items()},
        }
        return json.dumps(raw, separators=(",", ":")).encode()


def _write(handle: int, data: bytes) -> None:
    """Write over what was there; spaces cover what was longer, so the file is never emptied."""
    size = os.fstat(handle).st_size
    os.lseek(handle, 0, os.SEEK_SET)
    DISK.write_all(handle, data.ljust(size))
    if size > 4 * len(data):
        os.ftruncate(handle, len(data))


def _used_up(limit: Limit | None, now: float) -> Account:
    if limit is None:
        return Account()
    return Account(releases=[now + limit.seconds + MARGIN] * limit.calls)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _boot_id() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def budget(folder: Path, *, host: str) -> Budget | None:
    """Open the budget of a service; None where its folder cannot be ours: then it is not shared."""
    try:
        return Budget(folder, host=host)
    except UnsafeFile:
        return None
