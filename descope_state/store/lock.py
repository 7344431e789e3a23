"""One writer at a time: a lock of the kernel's, gone with its process, that says who holds it.

It is taken on a file of its own that is never replaced, so that the state can be replaced while it
is held. The file-lock libraries empty the file they lock, and what it says with it, and would make
a lock of their own where the kernel has none; so this is the kernel's call and nothing else.
"""

import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from descope_state.errors import Locked, UnsafeFile
from descope_state.frozen import dataclass
from descope_state.store.disk import Disk, worded

_OPENING = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_BETWEEN = 0.1
_MOMENT = 0.005
_LONGEST = 4096
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock: told to whoever has to wait."""

    user: str
    host: str
    pid: int
    since: str
    command: str

    def __str__(self) -> str:
        return (
            f"{self.user} on {self.host} (process {self.pid}, `{self.command}`, since {self.since})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock that is held."""

    path: Path
    handle: int
    disk: Disk

    @property
    def valid(self) -> bool:
        """Tell whether the file that is locked is still the one that others would lock."""
        found = self.disk.status(self.path)
        return found is not None and found.inode == self.disk.system.fstat(self.handle).inode


@contextmanager
def held(
    path: Path,
    holder: Holder,
    *,
    disk: Disk,
    timeout: float = 0.0,
    pause: Callable[[float], None],
) -> Iterator[Lock]:
    """Hold a lock for as long as the block lasts; Locked names who has it instead."""
    waited = 0.0
    while (lock := _attempt(path, disk)) is None:
        if waited >= timeout:
            raise _refusal(path, disk, timeout=timeout)
        step = min(_BETWEEN, timeout - waited)
        pause(step)
        waited += step
    try:
        _say(lock, holder)
        yield lock
    finally:
        disk.system.close(lock.handle)


@contextmanager
def alone(
    path: Path, *, disk: Disk, pause: Callable[[float], None], patience: float = 60.0
) -> Iterator[None]:
    """Be the only one at a file for a moment; whoever else is there is waited for."""
    waited = 0.0
    while (lock := _attempt(path, disk)) is None:
        if waited >= patience:
            message = f"`{path}` is held by another dstate, and was not let go of"
            raise Locked(message, hint="end the process that hangs, and say this again")
        pause(_MOMENT)
        waited += _MOMENT
    try:
        yield
    finally:
        disk.system.close(lock.handle)


def _attempt(path: Path, disk: Disk) -> Lock | None:
    """Try once; a file that was put in the place of the locked one in between does not count."""
    with worded(path, "opened"):
        handle = disk.system.open(path, _OPENING, 0o600)
    lock = Lock(path=path, handle=handle, disk=disk)
    try:
        disk.check_own(path, disk.system.fstat(handle), alone=True)
        disk.system.flock(handle)
        if lock.valid:
            return lock
    except BlockingIOError:
        pass
    except OSError as error:
        disk.system.close(handle)
        raise _unlockable(path, error) from error
    except UnsafeFile:
        disk.system.close(handle)
        raise
    disk.system.close(handle)
    return None


def _unlockable(path: Path, error: OSError) -> UnsafeFile:
    message = f"`{path}` cannot be locked: {error.strerror}"
    hint = "keep the state on a disk of this machine"
    if error.errno not in _NO_LOCKS:
        hint = "it must be a file of your own"
    return UnsafeFile(message, hint=hint)


def _say(lock: Lock, holder: Holder) -> None:
    """Write down who holds the lock; that is a courtesy, and the kernel's lock holds without it."""
    text = json.dumps(
        {
            "user": holder.user,
            "host": holder.host,
            "pid": holder.pid,
            "since": holder.since,
            "command": holder.command,
        },
        ensure_ascii=False,
    )
    line = text.encode()[: _LONGEST - 1]
    # Over the whole of what an earlier holder wrote: the file is never emptied.
    with worded(lock.path, "written"):
        lock.disk.write_all(lock.handle, line.ljust(_LONGEST - 1) + b"\n")


def holder_of(path: Path, disk: Disk) -> Holder | None:
    """Read who wrote himself into a lock last."""
    data = disk.read(path) or b""
    try:
        raw = json.loads(data[:_LONGEST])
        return Holder(
            user=str(raw["user"]),
            host=str(raw["host"]),
            pid=int(raw["pid"]),
            since=str(raw["since"]),
            command=str(raw["command"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _refusal(path: Path, disk: Disk, *, timeout: float) -> Locked:
    holder = holder_of(path, disk)
    who = str(holder) if holder is not None else "another dstate"
    waited = f", and did not let go of it in {timeout:g} s" if timeout else ""
    return Locked(
        f"the state is locked by {who}{waited}",
        hint="wait for it to end, for instance with `-lock-timeout=60s`; a lock never outlives its"
        " process",
    )
