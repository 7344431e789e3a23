"""What an embedded project is called, and the file it is kept in."""

import hashlib
import os
import re
from pathlib import Path

FILE = "emulator.json"
_PREFIX = "Pemulator"
# A world is written with its head first.
_HEAD = 256
_PROJECT = re.compile(rb'"projectId": "(P[0-9A-Za-z]+)"')


def emulated_project(environment: str, folder: str = "", *, remembered: str = "") -> str:
    """Give the project id of an embedded emulator: its file's, the state's, or a new one.

    A new one tells apart the environments of a stack, and stacks by where they are: what is kept
    by project, such as backups, must not be another stack's. What is moved keeps its id.
    """
    kept = _kept(folder) if folder else ""
    # A state of a real project stays one: an empty emulator must not pass for it.
    known = kept or (remembered if remembered.startswith(_PREFIX) else "")
    if known:
        return known
    slug = "".join(filter(str.isalnum, environment))[:9]
    place = os.path.realpath(folder) if folder else ""
    digest = hashlib.sha256(f"{environment}\0{place}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_PREFIX}{slug}{digest}"[:28]


def _kept(folder: str) -> str:
    """Read the id out of a world that is kept already; one that cannot be read is told of later."""
    try:
        with Path(folder, FILE).open("rb") as file:
            found = _PROJECT.search(file.read(_HEAD))
    except OSError:
        return ""
    return found[1].decode() if found else ""
