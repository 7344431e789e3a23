"""The only module that writes files: privately, whole or not at all, through no link."""

import os
import stat
from pathlib import Path
from secrets import token_hex

from descope_state.errors import UnsafeFile

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_PUBLIC_FILE = 0o644


def make_folder(folder: Path) -> None:
    """Make a private folder, and the ones above it; refuse one that others could change."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
    check_folder(folder)


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


def read(path: Path) -> bytes | None:
    """Give the content of a private file, or None where there is none."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            message = f"`{path}` is not a plain file"
            raise UnsafeFile(message, hint="put it back, or move it out of the way")
        if found.st_uid not in (os.geteuid(), 0):
            message = f"`{path}` belongs to somebody else"
            raise UnsafeFile(message, hint="it must be a file of your own")
        return file.read()


def _unreadable(path: Path, error: OSError) -> UnsafeFile:
    return UnsafeFile(
        f"`{path}` cannot be read: {error.strerror}",
        hint="a link is not followed here; name the file itself",
    )


def create(path: Path, data: bytes) -> bool:
    """Write a file that must not exist yet; tell whether it was us who made it."""
    temporary = _written(path, data)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    _settle_folder(path.parent)
    return True


def replace(path: Path, data: bytes) -> None:
    """Put new content in the place of a file: a reader sees the old or the new, never between."""
    temporary = _written(path, data)
    try:
        temporary.replace(path)
    except OSError:
        temporary.unlink()
        raise
    _settle_folder(path.parent)


def rewrite(path: Path, data: bytes) -> None:
    """Put new content into a file of the user's, whole or not at all, keeping its permissions."""
    mode = stat.S_IMODE(path.lstat().st_mode)
    temporary = _written(path, data)
    temporary.chmod(mode)
    temporary.replace(path)
    _settle_folder(path.parent)


def publish(path: Path, data: bytes) -> None:
    """Write a file that is no secret, readable as other files of the user are."""
    if path.exists():
        rewrite(path, data)
        return
    temporary = _written(path, data)
    temporary.chmod(_PUBLIC_FILE)
    temporary.replace(path)
    _settle_folder(path.parent)


def _written(path: Path, data: bytes) -> Path:
    temporary = path.with_name(f".{path.name}.{token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(temporary, flags, _PRIVATE_FILE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _settle_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
