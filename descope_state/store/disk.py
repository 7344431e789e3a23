"""The only module that writes files: privately, whole or not at all, through no link."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from descope_state.errors import UnsafeFile

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_PUBLIC_FILE = 0o644


def make_folder(folder: Path) -> None:
    """Make a private folder, and the ones above it; refuse one that others could change."""
    with _worded(folder, "made"):
        missing = [one for one in (folder, *folder.parents) if not os.path.lexists(one)]
        for one in reversed(missing):
            _make_one(one)
    check_folder(folder)


def _make_one(folder: Path) -> None:
    try:
        folder.mkdir(mode=_PRIVATE_FOLDER)
    except FileExistsError:
        return  # Another process was first; whether it is what it should be is asked afterwards.
    folder.chmod(_PRIVATE_FOLDER)  # whatever the umask left of it


def check_folder(folder: Path) -> None:
    """Refuse a folder that is a link, somebody else's, or open to everybody."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        message = f"`{folder}` is not a folder"
        raise UnsafeFile(message, hint="a link is not followed here; name the folder itself")
    if found.st_uid != os.geteuid():
        message = f"`{folder}` belongs to somebody else"
        raise UnsafeFile(message, hint="state must be in a folder of your own")
    if found.st_mode & stat.S_IWOTH:
        message = f"`{folder}` can be changed by everybody on this machine"
        raise UnsafeFile(message, hint=f"chmod 700 {folder}")


def read(path: Path, *, secret: bool = False) -> bytes | None:
    """Give the content of a file of ours, or None where there is none.

    One that is `secret` is refused where others could have read it.
    """
    try:
        # Opened low: `open` itself refuses a folder in words of its own, and follows links.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        return _own_content(path, handle, secret=secret)
    finally:
        os.close(handle)


def _own_content(path: Path, handle: int, *, secret: bool) -> bytes:
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        message = f"`{path}` is not a plain file"
        raise UnsafeFile(message, hint="put it back, or move it out of the way")
    if found.st_uid not in (os.geteuid(), 0):
        message = f"`{path}` belongs to somebody else"
        raise UnsafeFile(message, hint="it must be a file of your own")
    if secret and found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        message = f"`{path}` can be used by others on this machine"
        raise UnsafeFile(message, hint=f"chmod 600 {path}")
    with os.fdopen(handle, "rb", closefd=False) as file:
        return file.read()


def _unreadable(path: Path, error: OSError) -> UnsafeFile:
    return UnsafeFile(
        f"`{path}` cannot be read: {error.strerror}",
        hint="a link is not followed here; name the file itself",
    )


@contextmanager
def _worded(path: Path, done: str) -> Iterator[None]:
    """Say what the system refused: a full disk or a read-only folder is no mistake of dstate's."""
    try:
        yield
    except OSError as error:
        message = f"`{path}` cannot be {done}: {error.strerror}"
        raise UnsafeFile(message, hint="it needs a folder of your own with room in it") from error


def create(path: Path, data: bytes) -> bool:
    """Write a file that must not exist yet; tell whether it was us who made it."""
    with _worded(path, "written"), _written(path, data, mode=_PRIVATE_FILE) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
    return True


def replace(path: Path, data: bytes) -> None:
    """Put new content in the place of a file: a reader sees the old or the new, never between."""
    with _worded(path, "written"), _written(path, data, mode=_PRIVATE_FILE) as temporary:
        temporary.replace(path)


def rewrite(path: Path, data: bytes) -> None:
    """Put new content into a file of the user's, whole or not at all, keeping its permissions."""
    with _worded(path, "written"):
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            message = f"`{path}` is not a plain file"
            raise UnsafeFile(message, hint="a link is not followed here; name the file itself")
        with _written(path, data, mode=stat.S_IMODE(found.st_mode)) as temporary:
            temporary.replace(path)


def publish(path: Path, data: bytes) -> None:
    """Write a file that is no secret, readable as other files of the user are."""
    if os.path.lexists(path):
        rewrite(path, data)
        return
    with _worded(path, "written"), _written(path, data, mode=_PUBLIC_FILE) as temporary:
        temporary.replace(path)


@contextmanager
def _written(path: Path, data: bytes, *, mode: int) -> Iterator[Path]:
    """Write beside a file; what the caller makes of it is settled, and nothing else is left."""
    temporary = path.with_name(f".{token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(temporary, flags, _PRIVATE_FILE)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, mode)  # whatever the umask left of it
            file.write(data)
            file.flush()
            os.fsync(handle)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
    _settle_folder(path.parent)


def _settle_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
