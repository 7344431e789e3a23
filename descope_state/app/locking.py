"""Takes the lock on an environment's state, in the name of whoever runs the command."""

from collections.abc import Iterator
from contextlib import contextmanager

from descope_state.app.surroundings import Surroundings
from descope_state.app.trailing import Trail
from descope_state.app.workspace import Workspace
from descope_state.errors import Locked, Refused, StalePlan
from descope_state.model.event import Started
from descope_state.store.lock import Holder
from descope_state.store.session import Held


@contextmanager
def locked(
    workspace: Workspace,
    surroundings: Surroundings,
    *,
    started: Started,
    seconds: float,
    accepted: int | None = None,
) -> Iterator[Held]:
    """Hold the state of an environment for as long as the block lasts; Locked names the holder."""
    actor = surroundings.actor()
    holder = Holder(
        user=actor.user,
        host=actor.host,
        pid=actor.pid,
        since=started.at,
        command=started.command,
    )
    trail = Trail(workspace=workspace, surroundings=surroundings, started=started)
    with (
        refusals_told(workspace, surroundings, started=started),
        workspace.store.locked(
            holder,
            timeout=seconds,
            pause=surroundings.pause,
            accepted=accepted,
            told=trail.told,
        ) as held,
    ):
        yield held


@contextmanager
def refusals_told(
    workspace: Workspace, surroundings: Surroundings, *, started: Started
) -> Iterator[None]:
    """Write down that something was attempted and refused, where there is a state to write it to.

    The trail has a lock of its own: also who did not get the state is told of.
    """
    try:
        yield
    except (Refused, StalePlan, Locked) as error:
        store = workspace.store
        if store.disk.status(store.state_file) is not None:
            Trail(workspace=workspace, surroundings=surroundings, started=started).refused(error)
        raise


def started_by(surroundings: Surroundings, command: str, *, plan_digest: str = "") -> Started:
    """Begin the record of a run."""
    actor = surroundings.actor()
    return Started(
        run=surroundings.run_id(),
        at=surroundings.now(),
        command=f"dstate {command}",
        actor=f"{actor.user}@{actor.host}",
        plan_digest=plan_digest,
    )
