"""What of the operating system the store uses: one seam, so that a test can be a failing disk."""

import fcntl
import os
from pathlib import Path
from typing import NamedTuple, Protocol


class Status(NamedTuple):
    """What the store asks about a file."""

    mode: int
    owner: int
    inode: int
    size: int
    links: int


class System(Protocol):
    """System calls by their own names; each fails with OSError."""

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        """Open a file or a folder and give its handle."""

    def read(self, handle: int, size: int) -> bytes:
        """Read at most so many bytes."""

    def pread(self, handle: int, size: int, *, offset: int) -> bytes:
        """Read at most so many bytes from a place."""

    def write(self, handle: int, data: bytes) -> int:
        """Write as many bytes as the system takes, and say how many those were."""

    def fsync(self, handle: int) -> None:
        """Make a file, or the names in a folder, durable."""

    def close(self, handle: int) -> None:
        """Close a handle."""

    def fchmod(self, handle: int, mode: int) -> None:
        """Set the permissions of an open file."""

    def fstat(self, handle: int) -> Status:
        """Ask about an open file."""

    def lstat(self, path: Path) -> Status:
        """Ask about a name, without following a link."""

    def replace(self, source: Path, target: Path) -> None:
        """Give a file another name; what had that name is gone."""

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name, which must be free."""

    def unlink(self, path: Path) -> None:
        """Take a name away."""

    def mkdir(self, path: Path, mode: int = 0o700) -> None:
        """Make a folder."""

    def rmdir(self, path: Path) -> None:
        """Take an empty folder away."""

    def chmod(self, path: Path, mode: int) -> None:
        """Set the permissions of a folder."""

    def listdir(self, path: Path) -> list[str]:
        """Name what is in a folder."""

    def flock(self, handle: int) -> None:
        """Lock a file for this process alone, at once or with BlockingIOError."""

    def geteuid(self) -> int:
        """Say who we are."""


class RealSystem:
    """The operating system that dstate runs on."""

    open = staticmethod(os.open)
    read = staticmethod(os.read)
    write = staticmethod(os.write)
    fsync = staticmethod(os.fsync)
    close = staticmethod(os.close)
    fchmod = staticmethod(os.fchmod)
    replace = staticmethod(os.replace)
    link = staticmethod(os.link)
    unlink = staticmethod(os.unlink)
    mkdir = staticmethod(os.mkdir)
    chmod = staticmethod(os.chmod)
    rmdir = staticmethod(os.rmdir)
    geteuid = staticmethod(os.geteuid)

    def listdir(self, path: Path) -> list[str]:
        """Name what is in a folder."""
        return [entry.name for entry in path.iterdir()]

    def pread(self, handle: int, size: int, *, offset: int) -> bytes:
        """Read at most so many bytes from a place."""
        return os.pread(handle, size, offset)

    def fstat(self, handle: int) -> Status:
        """Ask about an open file."""
        return _status(os.fstat(handle))

    def lstat(self, path: Path) -> Status:
        """Ask about a name, without following a link."""
        return _status(path.lstat())

    def flock(self, handle: int) -> None:
        """Lock a file for this process alone, at once or with BlockingIOError."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _status(found: os.stat_result) -> Status:
    return Status(
        mode=found.st_mode,
        owner=found.st_uid,
        inode=found.st_ino,
        size=found.st_size,
        links=found.st_nlink,
    )


REAL: System = RealSystem()
