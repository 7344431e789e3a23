"""Where the backups of a project are."""

import sys
from collections.abc import Mapping
from pathlib import Path

from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Workspace
from descope_state.store.backups import Backups


def data_folder(environ: Mapping[str, str], *, otherwise: Path) -> Path:
    """Give the folder of what dstate keeps for a user; beside the state where there is no home."""
    stated = environ.get("DSTATE_DATA_DIR")
    if stated:
        return Path(stated)
    if environ.get("XDG_DATA_HOME"):
        return Path(environ["XDG_DATA_HOME"]) / "dstate"
    home = environ.get("HOME")
    if not home:
        return otherwise
    if sys.platform == "darwin":
        return Path(home) / "Library" / "Application Support" / "dstate"
    return Path(home) / ".local" / "share" / "dstate"


def backups_of(workspace: Workspace, surroundings: Surroundings, *, project_id: str) -> Backups:
    """Give the backups of a project."""
    store = workspace.store
    return Backups(
        data=data_folder(workspace.environ, otherwise=store.folder),
        project_id=project_id,
        disk=store.disk,
        pause=surroundings.pause,
    )
