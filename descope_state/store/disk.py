"""The only module that writes files: privately, whole or not at all, through no link.

Everything goes through `System`, so that a test can be a disk that fails, tears or loses power.
A failed fsync is final: what the system may have dropped is never trusted, only written anew.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from descope_state.errors import UnsafeFile
from descope_state.frozen import dataclass
from descope_state.store.system import REAL, Status, System

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_PUBLIC_FILE = 0o644
_CHUNK = 1 << 20
_READING = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Files of ours, on whatever system there is."""

    system: System = REAL

    # -- folders -------------------------------------------------------------------------------

    def make_folder(self, folder: Path) -> None:
        """Make a private folder, and the ones above it; refuse one that others could change."""
        with worded(folder, "made"):
            missing = [one for one in (folder, *folder.parents) if self.status(one) is None]
            for one in reversed(missing):
                self._make_one(one)
        self.check_folder(folder)

    def _make_one(self, folder: Path) -> None:
        try:
            self.system.mkdir(folder, _PRIVATE_FOLDER)
        except FileExistsError:
            return  # Another process was first; whether it is what it should be is asked after.
        self.system.chmod(folder, _PRIVATE_FOLDER)  # whatever the umask left of it
        self.settle(folder.parent)

    def check_folder(self, folder: Path) -> None:
        """Refuse a folder that is a link, somebody else's, or open to everybody."""
        found = self.system.lstat(folder)
        _check_is_folder(folder, found)
        if found.owner != self.system.geteuid():
            message = f"`{folder}` belongs to somebody else"
            raise UnsafeFile(message, hint="state must be in a folder of your own")
        if found.mode & stat.S_IWOTH:
            message = f"`{folder}` can be changed by everybody on this machine"
            raise UnsafeFile(message, hint=f"chmod 700 {folder}")

    def check_inside(self, root: Path, path: Path) -> None:
        """Refuse a path in a user's folder on which a link would lead elsewhere."""
        for folder in reversed(path.parents):
            found = self.status(folder) if root in folder.parents else None
            if found is not None:
                _check_is_folder(folder, found)

    def names(self, folder: Path) -> list[str]:
        """Name what is in a folder, sorted; a folder that is not there holds nothing."""
        try:
            return sorted(self.system.listdir(folder))
        except FileNotFoundError:
            return []

    def settle(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        handle = self.system.open(folder, _FOLDER)
        try:
            self.system.fsync(handle)
        finally:
            self.system.close(handle)

    def status(self, path: Path) -> Status | None:
        """Ask about a name; None where nothing has it."""
        try:
            return self.system.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None

    # -- reading -------------------------------------------------------------------------------

    def read(self, path: Path, *, secret: bool = False, alone: bool = False) -> bytes | None:
        """Give the content of a file of ours, or None where there is none.

        One that is `secret` is refused where others could have read it; one that is to be `alone`
        where it has a second name, through which somebody else could write it.
        """
        try:
            # Opened low: `open` itself refuses a folder in words of its own, and follows links.
            handle = self.system.open(path, _READING)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(path, error) from error
        try:
            self.check_own(path, self.system.fstat(handle), secret=secret, alone=alone)
            return self._content(handle)
        except OSError as error:
            raise _unreadable(path, error) from error
        finally:
            self.system.close(handle)

    def end(self, path: Path, size: int) -> bytes | None:
        """Give the last bytes of a file that only grows, at most so many; None without a file."""
        return self._part(path, lambda whole: max(whole - size, 0), size=size)

    def beginning(self, path: Path, size: int) -> bytes | None:
        """Give the first bytes of a file, at most so many; None where there is no file."""
        return self._part(path, lambda _: 0, size=size)

    def _part(self, path: Path, offset: Callable[[int], int], *, size: int) -> bytes | None:
        try:
            handle = self.system.open(path, _READING)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(path, error) from error
        try:
            found = self.system.fstat(handle)
            self.check_own(path, found, alone=True)
            return self._content_from(handle, offset(found.size), size=size)
        except OSError as error:
            raise _unreadable(path, error) from error
        finally:
            self.system.close(handle)

    def _content_from(self, handle: int, offset: int, *, size: int) -> bytes:
        chunks, taken = [], 0
        while taken < size and (
            chunk := self.system.pread(handle, min(size - taken, _CHUNK), offset=offset + taken)
        ):
            chunks.append(chunk)
            taken += len(chunk)
        return b"".join(chunks)

    def _content(self, handle: int) -> bytes:
        chunks = []
        while chunk := self.system.read(handle, _CHUNK):
            chunks.append(chunk)
        return b"".join(chunks)

    def check_own(
        self, path: Path, found: Status, *, secret: bool = False, alone: bool = False
    ) -> None:
        """Refuse a file that is not a plain one of our own."""
        if not stat.S_ISREG(found.mode):
            message = f"`{path}` is not a plain file"
            raise UnsafeFile(message, hint="put it back, or move it out of the way")
        if found.owner not in (self.system.geteuid(), 0):
            message = f"`{path}` belongs to somebody else"
            raise UnsafeFile(message, hint="it must be a file of your own")
        if secret and found.mode & (stat.S_IRWXG | stat.S_IRWXO):
            message = f"`{path}` can be used by others on this machine"
            raise UnsafeFile(message, hint=f"chmod 600 {path}")
        if alone and found.links > 1:
            message = f"`{path}` has a second name somewhere, through which it can be changed"
            raise UnsafeFile(message, hint=f"copy it, and put the copy in its place: {path}")

    # -- writing -------------------------------------------------------------------------------

    def create(self, path: Path, data: bytes) -> bool:
        """Write a file that must not exist yet; tell whether it was us who made it."""
        with (
            worded(path, "written"),
            self._written(path, data, mode=_PRIVATE_FILE) as temporary,
        ):
            try:
                self.system.link(temporary, path)
            except FileExistsError:
                return False
        return True

    def replace(self, path: Path, data: bytes) -> None:
        """Put new content in the place of a file: a reader sees the old or the new, not between."""
        with (
            worded(path, "written"),
            self._written(path, data, mode=_PRIVATE_FILE) as temporary,
        ):
            self.system.replace(temporary, path)

    def rewrite(self, path: Path, data: bytes) -> None:
        """Put new content into a file of the user's, whole or not at all; it stays as readable."""
        with worded(path, "written"):
            found = self.system.lstat(path)
            if not stat.S_ISREG(found.mode):
                message = f"`{path}` is not a plain file"
                raise UnsafeFile(message, hint="a link is not followed here; name the file itself")
            with self._written(path, data, mode=stat.S_IMODE(found.mode)) as temporary:
                self.system.replace(temporary, path)

    def publish(self, path: Path, data: bytes) -> None:
        """Write a file that is no secret, readable as other files of the user are."""
        if self.status(path) is not None:
            self.rewrite(path, data)
            return
        with worded(path, "written"), self._written(path, data, mode=_PUBLIC_FILE) as temporary:
            self.system.replace(temporary, path)

    def move(self, source: Path, target: Path) -> None:
        """Give a file another name, durably; what had that name is gone."""
        with worded(target, "written"):
            self.system.replace(source, target)
            self.settle(target.parent)

    def remove(self, path: Path) -> None:
        """Take a file away, durably; one that is gone already is no matter."""
        with worded(path, "removed"):
            try:
                self.system.unlink(path)
            except FileNotFoundError:
                return
            self.settle(path.parent)

    def remove_folder(self, folder: Path) -> None:
        """Take an empty folder away, durably."""
        with worded(folder, "removed"):
            self.system.rmdir(folder)
            self.settle(folder.parent)

    def write_all(self, handle: int, data: bytes) -> None:
        """Write every byte: the system may take fewer at a time than it is given."""
        view = memoryview(data)
        while view:
            taken = self.system.write(handle, bytes(view[:_CHUNK]))
            if taken <= 0:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            view = view[taken:]

    @contextmanager
    def _written(self, path: Path, data: bytes, *, mode: int) -> Iterator[Path]:
        """Write beside a file; what the caller makes of it is settled, and nothing else is left."""
        temporary = path.with_name(f".{token_hex(8)}.tmp")
        handle = self.system.open(temporary, _NEW, _PRIVATE_FILE)
        try:
            try:
                self.system.fchmod(handle, mode)  # whatever the umask left of it
                self.write_all(handle, data)
                self.system.fsync(handle)
            finally:
                self.system.close(handle)
            yield temporary
        finally:
            # Gone already when it was given its name. That it cannot be removed is no reason to
            # call what was written unwritten, nor to hide why it was not.
            with suppress(OSError):
                self.system.unlink(temporary)
        self.settle(path.parent)


def _unreadable(path: Path, error: OSError) -> UnsafeFile:
    return UnsafeFile(
        f"`{path}` cannot be read: {error.strerror}",
        hint="a link is not followed here; name the file itself",
    )


@contextmanager
def worded(path: Path, done: str) -> Iterator[None]:
    """Say what the system refused: a full disk or a read-only folder is no mistake of dstate's."""
    try:
        yield
    except OSError as error:
        message = f"`{path}` cannot be {done}: {error.strerror}"
        raise UnsafeFile(message, hint="it needs a folder of your own with room in it") from error


DISK = Disk()


def _check_is_folder(folder: Path, found: Status) -> None:
    if not stat.S_ISDIR(found.mode):
        message = f"`{folder}` is not a folder"
        raise UnsafeFile(message, hint="a link is not followed here; name the folder itself")
