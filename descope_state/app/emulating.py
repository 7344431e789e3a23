"""The service that runs on a laptop: behind a socket, or as one environment holds it."""

from collections.abc import Callable
from typing import TypeVar

from descope_state.app.connecting import provider_for
from descope_state.app.remembering import writing_to
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.errors import DstateError, UsageError
from descope_state.sdk.emulation import Call, Emulator, Home, Json, Serving

T = TypeVar("T")

# The only credential that a served emulator lets in, where this is set.
KEY = "DSTATE_EMULATOR_KEY"


def serve(surroundings: Surroundings, serving: Serving, *, ready: Callable[[str], None]) -> None:
    """Put the service behind a socket until interrupted."""
    emulator = _any(surroundings)
    try:
        emulator.serve(serving, ready=ready)
    except ValueError as error:
        raise UsageError(
            str(error), hint="`dstate emulator start --help` shows each form"
        ) from None
    except OSError as error:
        message = f"the emulator cannot be served: {error.strerror or error}"
        raise DstateError(message, hint="choose another --port or --db") from None


def dumped(surroundings: Surroundings, opening: Opening) -> Json:
    """Give all that the emulated project of an environment holds."""
    emulator, home, _ = _embedded(surroundings, opening)
    return _tried(lambda: emulator.dump(home))


def reset(surroundings: Surroundings, opening: Opening) -> str:
    """Make the emulated project of an environment new, and name the environment."""
    emulator, home, workspace = _embedded(surroundings, opening)
    with writing_to(workspace, surroundings, project_id=home.project_id, lag=0):
        _tried(lambda: emulator.reset(home))
    return workspace.environment


def called(surroundings: Surroundings, opening: Opening, *, call: Call) -> tuple[int, Json]:
    """Send one call to the emulated project of an environment."""
    emulator, home, workspace = _embedded(surroundings, opening)
    if call.method == "GET":
        return _tried(lambda: emulator.call(home, call))
    with writing_to(workspace, surroundings, project_id=home.project_id, lag=0):
        return _tried(lambda: emulator.call(home, call))


def copied(workspace: Workspace, *, into: Workspace) -> None:
    """Give an environment on the embedded emulator the project of another; no other has one."""
    provider = provider_for(workspace)
    if workspace.documents.environment.endpoint in provider.keyless and hasattr(
        provider, "emulator"
    ):
        emulator = _of(provider)
        _tried(lambda: emulator.copy(_home(workspace), into=_home(into)))


def _home(workspace: Workspace) -> Home:
    environment = workspace.documents.environment
    return Home(
        project_id=environment.project_id,
        environment=environment.name,
        folder=str(workspace.store.folder),
        remembered=workspace.store.project(),
    )


def _embedded(surroundings: Surroundings, opening: Opening) -> tuple[Emulator, Home, Workspace]:
    workspace = opened(surroundings, opening)
    environment = workspace.documents.environment
    provider = provider_for(workspace)
    if environment.endpoint not in provider.keyless:
        message = f"`{environment.name}` is not on the embedded emulator: it is a real project"
        raise UsageError(message, hint="choose an environment with `endpoint: emulator`")
    return _of(provider), _home(workspace), workspace


def _any(surroundings: Surroundings) -> Emulator:
    for provider in surroundings.providers().values():
        if hasattr(provider, "emulator"):
            return _of(provider)
    message = "no installed provider has an emulator"
    raise DstateError(message, hint="pip install descope-state")


def _of(provider: object) -> Emulator:
    made: Emulator = provider.emulator()  # type: ignore[attr-defined]  # a door that some have
    return made


def _tried(step: Callable[[], T]) -> T:
    try:
        return step()
    except ValueError as error:
        hint = "`dstate emulator reset` makes a new project"
        raise DstateError(str(error), hint=hint) from None
    except OSError as error:
        message = f"the emulated project cannot be reached: {error.strerror or error}"
        raise DstateError(message, hint="look at the folder of the environment's state") from None
