"""The calls of all dstate processes of a user on this machine, against the limits of one service.

Limits are counted per source address, so whoever shares the address shares the budget: plan and
apply, and five environments side by side. It is a small file for each family of calls, locked for
the moment of each change. It needs no durability: a reboot empties it, and a file that cannot be
read counts as a window that was just used up. Where the files cannot be used at all, a run keeps
the limits by itself, and says so.
"""

import fcntl
import hashlib
import heapq
import json
import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from descope_state.core.ledger import LEARNED_SECONDS, MARGIN, Account, Memory
from descope_state.core.ports import Ledger
from descope_state.errors import DstateError
from descope_state.sdk.provider import Limit
from descope_state.store.disk import DISK, worded

T = TypeVar("T")

_OPENING = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_LARGEST = 1 << 20
# Nobody has more calls in flight, and no call takes longer, its wait for a worker included.
_MOST_FLYING = 10_000
_LONGEST_FLIGHT = 900.0


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
            page.gather(limit, now)
            wait = page.account.take(limit, now)
            if wait and page.bury(limit, now):
                wait = page.account.take(limit, now)
            if not wait:
                page.fly(1, now)
            return wait

    def give(self, limit: Limit, *, now: float, counts: bool) -> None:
        """Say that a call was answered."""
        with self._account(limit.family, limit=limit, now=now) as page:
            page.gather(limit, now)
            page.account.give(limit, now, counts=counts)
            page.fly(-1, now)

    def pause(self, family: str, *, until: float) -> bool:
        """Let no call leave before a time; tells whether that was news."""
        with self._account(family, limit=None, now=until) as page:
            news = until > page.account.paused
            page.account.paused = max(page.account.paused, until)
            return news

    def lower(self, limit: Limit, *, now: float, until: float) -> int:
        """Take what was let through for the limit, for a while."""
        with self._account(limit.family, limit=limit, now=now) as page:
            page.gather(limit, now)
            return page.account.lower(limit, now, until=until)

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
            return _page(raw) if raw["boot"] == self._boot else _Page(Account(), {})
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            return _Page(_used_up(limit, now), {})


def _page(raw: dict[str, Any]) -> "_Page":
    return _Page(
        Account(
            releases=[_finite(one) for one in raw["releases"]],
            paused=_finite(raw["paused"]),
            learned=max(int(raw["learned"]), 0),
            until=_finite(raw["until"]),
        ),
        {
            str(who): (min(max(int(count), 0), _MOST_FLYING), _finite(since))
            for who, (count, since) in raw["flying"].items()
        },
    )


def _finite(value: object) -> float:
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    message = "it is no number"
    raise ValueError(message)


class _Page:
    """What one file says: the account, and who has how many calls in flight since when."""

    def __init__(self, account: Account, flying: dict[str, tuple[int, float]]) -> None:
        self.account = account
        self._flying = flying
        self._me = _named(os.getpid())
        account.flying = sum(count for count, _ in flying.values())

    def fly(self, more: int, now: float) -> None:
        """Count calls of this process as begun, or as over."""
        count, since = self._flying.pop(self._me, (0, now))
        count = max(count + more, 0)
        if count:
            self._flying[self._me] = (count, now if more > 0 else since)

    def gather(self, limit: Limit, now: float) -> None:
        """Put what was read in order, and let go of what is past or cannot be."""
        latest = now + limit.seconds + MARGIN
        account = self.account
        account.releases = [min(one, latest) for one in account.releases if one > now]
        account.until = min(account.until, now + LEARNED_SECONDS)
        heapq.heapify(account.releases)

    def bury(self, limit: Limit, now: float) -> bool:
        """Take calls of processes that are no more for answered; tells whether there were any."""
        gone = [
            who
            for who, (_, since) in self._flying.items()
            if who != self._me and (since < now - _LONGEST_FLIGHT or not _alive(who))
        ]
        for who in gone:
            for _ in range(self._flying.pop(who)[0]):
                self.account.give(limit, now, counts=True)
        return bool(gone)

    def spelled(self, boot: str) -> bytes:
        """Give the page as it is written."""
        raw: dict[str, Any] = {
            "boot": boot,
            "releases": [round(one, 4) for one in self.account.releases],
            "paused": self.account.paused,
            "learned": self.account.learned,
            "until": self.account.until,
            "flying": self._flying,
        }
        return json.dumps(raw, separators=(",", ":")).encode()


class Shared:
    """The budget for as long as its files can be used; after that, this process's own calls.

    A call that was answered must not fail because it cannot be counted.
    """

    def __init__(self, files: Budget, *, warn: Callable[[str], None]) -> None:
        self._files: Ledger | None = files
        self._own = Memory()
        self._warn = warn

    def take(self, limit: Limit, *, now: float) -> float:
        """Take a slot for a call that leaves now, and give 0; or give the seconds to wait."""
        wait = self._asked(lambda files: files.take(limit, now=now))
        if wait:
            return wait
        own = self._own.take(limit, now=now)
        return own if wait is None else 0.0

    def give(self, limit: Limit, *, now: float, counts: bool) -> None:
        """Say that a call was answered."""
        self._own.give(limit, now=now, counts=counts)
        self._asked(lambda files: files.give(limit, now=now, counts=counts))

    def pause(self, family: str, *, until: float) -> bool:
        """Let no call leave before a time; tells whether that was news."""
        own = self._own.pause(family, until=until)
        news = self._asked(lambda files: files.pause(family, until=until))
        return own if news is None else news

    def lower(self, limit: Limit, *, now: float, until: float) -> int:
        """Take what was let through for the limit, for a while."""
        own = self._own.lower(limit, now=now, until=until)
        lowered = self._asked(lambda files: files.lower(limit, now=now, until=until))
        return own if lowered is None else lowered

    def _asked(self, question: Callable[[Ledger], T]) -> T | None:
        if self._files is None:
            return None
        try:
            return question(self._files)
        except DstateError as error:
            self._files = None
            self._warn(_alone(error))
            return None


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


@cache
def _named(pid: int) -> str:
    """Name a process: a number is given again, and says nothing without the time of its start."""
    return f"{pid}-{_start(pid)}"


def _start(pid: int) -> str:
    """Say when a process began, in the kernel's own count; "" where that cannot be asked."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name of the program is in brackets, and may hold anything.
    return said.rpartition(")")[2].split()[19]


def _alive(who: str) -> bool:
    pid, _, start = who.partition("-")
    if not pid.isdecimal() or start != _start(int(pid)):
        return False
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _boot_id() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _alone(error: DstateError) -> str:
    return (
        f"the limits of the service are kept by this run alone, for the budget that runs share is"
        f" out of use: {error.message}; `DSTATE_BUDGET_DIR` may name another folder of your own"
    )


def budget(folder: Path, *, host: str, warn: Callable[[str], None]) -> Shared | None:
    """Open the budget of a service; None where its folder cannot be ours: then it is not shared."""
    try:
        return Shared(Budget(folder, host=host), warn=warn)
    except DstateError as error:
        warn(_alone(error))
        return None
