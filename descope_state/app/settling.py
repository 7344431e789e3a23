"""Settles what an interrupted run left before a command reads the state, where that is possible."""

from descope_state.app.applying import Ground, Manner, Watch
from descope_state.app.locking import locked, started_by
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Workspace
from descope_state.errors import Locked


def settle_first(
    workspace: Workspace, surroundings: Surroundings, *, watch: Watch, manner: Manner
) -> None:
    """Settle what is open, without waiting for anybody.

    Where somebody else holds the state, what was committed last is worked on, and that is said.
    """
    if not _open(workspace):
        return
    started = started_by(surroundings, "resume")
    try:
        with locked(workspace, surroundings, started=started, seconds=0.0) as held:
            Ground(
                held=held,
                workspace=workspace,
                surroundings=surroundings,
                manner=manner,
                watch=watch,
            ).settle()
    except Locked as error:
        watch.warned(f"{error.message}; this is the state as it was before that")


def _open(workspace: Workspace) -> bool:
    store = workspace.store
    if store.disk.status(store.folder) is None:
        return False
    if store.disk.status(store.journal_file) is not None:
        return True
    snapshot = store.snapshot()
    return snapshot is not None and bool(snapshot.pending)
