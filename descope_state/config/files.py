"""Reading what a stack names without being led astray: regular files inside the stack, bounded.

A name is resolved first and must end inside the root; then every folder on the way and the file
itself are opened without following links, so that a link set in between changes nothing. Opening
never blocks, and what is not a regular file is refused before a byte of it is read.
"""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from descope_state.config.source import LARGEST_FILE
from descope_state.errors import UnsafeFile

MOST_FILES = 10_000
RULES_FILE = "drift.yaml"
_NO_RESOURCES = frozenset({"dstate.yaml", RULES_FILE})
_DEEPEST_FOLDER = 32
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_inside(root: Path, name: str, *, limit: int = LARGEST_FILE) -> bytes:
    """Read one file by its name relative to the root; UnsafeFile says why not."""
    real = Path(os.path.realpath(root / _checked_name(name)))
    real_root = Path(os.path.realpath(root))
    if not real.is_relative_to(real_root):
        message = f"`{name}` is outside the stack"
        raise UnsafeFile(message, hint="move the file into the stack's folder")
    parts = real.relative_to(real_root).parts
    if not parts:
        message = f"`{name}` is not a regular file"
        raise UnsafeFile(message)
    return _read_parts(real_root, parts, name=name, limit=limit)


def read_anywhere(path: Path, *, name: str = "", limit: int = LARGEST_FILE) -> bytes:
    """Read a file that the person at the terminal named; it must still be an ordinary one."""
    real = Path(os.path.realpath(path))
    return _read_parts(real.parent, (real.name,), name=name or str(path), limit=limit)


def _checked_name(name: str) -> str:
    if not name:
        message = "an empty text is not the name of a file in the stack"
        raise UnsafeFile(message, hint="write a path relative to the stack")
    if "\0" in name or "\\" in name:
        message = f"`{name}` is not the name of a file in the stack"
        raise UnsafeFile(message, hint="write a path relative to the stack, with `/`")
    if PurePosixPath(name).is_absolute() or name[1:2] == ":":
        message = f"`{name}` is outside the stack: an absolute path"
        raise UnsafeFile(message, hint="write a path relative to the stack")
    return name


def _read_parts(root: Path, parts: tuple[str, ...], *, name: str, limit: int) -> bytes:
    folders: list[int] = []
    try:
        folder = os.open(root, _FLAGS | os.O_DIRECTORY)
        folders.append(folder)
        for part in parts[:-1]:
            folder = os.open(part, _FLAGS | os.O_DIRECTORY, dir_fd=folder)
            folders.append(folder)
        descriptor = os.open(parts[-1], _FLAGS, dir_fd=folder)
    except OSError as error:
        message = f"`{name}` cannot be read: {error.strerror or error}"
        if error.errno == errno.ENXIO:  # A socket says so when it is opened.
            message = f"`{name}` is not a regular file"
        raise UnsafeFile(message) from None
    finally:
        for opened in folders:
            os.close(opened)
    try:
        return _read_regular(descriptor, name=name, limit=limit)
    finally:
        os.close(descriptor)


def _read_regular(descriptor: int, *, name: str, limit: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        message = f"`{name}` is not a regular file"
        raise UnsafeFile(message)
    chunks: list[bytes] = []
    size = 0
    while size <= limit and (chunk := os.read(descriptor, min(limit + 1 - size, 1 << 20))):
        chunks.append(chunk)
        size += len(chunk)
    if size > limit:
        message = f"`{name}` is too large: at most {limit:,} bytes are read"
        raise UnsafeFile(message)
    return b"".join(chunks)


def resource_files(root: Path) -> list[str]:
    """Name the files that hold resources: at the top of the stack and below `resources/`."""
    names = [name for name in _listed(root, "", deep=False) if name not in _NO_RESOURCES]
    if (root / "resources").is_symlink():
        message = "`resources` is a symbolic link; folders of a stack are not followed by links"
        raise UnsafeFile(message, hint="move the files into the stack's folder")
    if (root / "resources").is_dir():
        names += _listed(root, "resources/", deep=True)
    if len(names) > MOST_FILES:
        message = f"the stack has more than {MOST_FILES:,} files"
        raise UnsafeFile(message)
    return sorted(names)


def rule_files(root: Path) -> list[str]:
    """Name the file with the rules of drift, if there is one."""
    return [RULES_FILE] if os.path.lexists(root / RULES_FILE) else []


def variable_file_names(root: Path) -> list[str]:
    """Name the files below `vars/`."""
    if not (root / "vars").is_dir():
        return []
    if (root / "vars").is_symlink():
        message = "`vars` is a symbolic link; folders of a stack are not followed by links"
        raise UnsafeFile(message, hint="move the files into the stack's folder")
    listed = _listed(root, "vars/", deep=False)
    return sorted(name for name in listed if name.endswith(".yaml"))


def _listed(root: Path, folder: str, *, deep: bool) -> list[str]:
    names: list[str] = []
    for name, is_folder in _entries(root, folder):
        if not is_folder:
            names.append(name)
        elif deep and name.count("/") < _DEEPEST_FOLDER:
            names += _listed(root, f"{name}/", deep=True)
        elif deep:
            message = f"the folders of `{name}` are nested too deep"
            raise UnsafeFile(message)
        if len(names) > MOST_FILES:
            break
    return names


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # A link to itself, for one; reading it will tell.


def _entries(root: Path, folder: str) -> Iterator[tuple[str, bool]]:
    with os.scandir(root / folder) as entries:
        for entry in entries:
            name = f"{folder}{entry.name}"
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                if folder and entry.is_symlink():
                    message = f"`{name}` is a symbolic link to a folder, which is not followed"
                    raise UnsafeFile(message, hint="move the files into the stack's folder")
                yield name, True
            elif entry.name.endswith((".yaml", ".yml")):
                yield name, False
