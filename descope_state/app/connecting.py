"""Connects to the project of an environment, with credentials of that environment only."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from descope_state.app.caching import user_folder
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Workspace
from descope_state.config.credentials import credentials, variables
from descope_state.core.ports import Ledger, Observer, Silent
from descope_state.errors import BadCredentials, DstateError, Unreachable
from descope_state.runtime.gate import Gate
from descope_state.runtime.patience import worded
from descope_state.sdk.faults import Fault, NotLicensed, Unauthorized
from descope_state.sdk.provider import Provider, Session, Target

NOTHING: Mapping[str, str] = {}


def provider_for(workspace: Workspace) -> Provider:
    """Choose the provider that an environment's endpoint belongs to."""
    endpoint = workspace.documents.environment.endpoint
    for provider in workspace.providers.values():
        if endpoint in provider.endpoints:
            return provider
    if not workspace.providers:
        message = "no provider is installed"
        raise DstateError(message, hint="pip install descope-state")
    return next(iter(workspace.providers.values()))


@asynccontextmanager
async def connected(
    workspace: Workspace, gate: Gate, *, secrets: Mapping[str, str] = NOTHING
) -> AsyncIterator[Session]:
    """Open a session to the environment's project, and refuse one that is not the pinned one.

    `secrets` are those that may be sent there, by their sources.
    """
    provider = provider_for(workspace)
    target = replace(target_of(workspace, gate), unsaid=tuple(secrets.values()))
    with translated(workspace):
        async with provider.connect(target) as session:
            pinned = workspace.documents.environment.project_id
            if pinned and session.project_id != pinned:
                message = (
                    f"environment `{workspace.environment}` is pinned to project {pinned}, and"
                    f" the credentials are of {session.project_id}"
                )
                raise BadCredentials(message, hint=f"use the credentials of {pinned}")
            if session.limits:
                gate.keep(session.limits, ledger=_ledger(workspace, session))
            yield session


class _Patient(Silent):
    """Says why nothing seems to happen, where nobody else watches the gate."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._say = surroundings.note

    def paused(self, family: str, *, seconds: float, reason: str) -> None:
        """Say that all wait."""
        self._say(f"Waiting {seconds:.0f} s: {reason} ({family})")


def gate_for(
    surroundings: Surroundings, *, capacity: float = 1.0, observer: Observer | None = None
) -> Gate:
    """Make the gate that all calls of a command pass."""
    watching = observer or _Patient(surroundings)
    return Gate(capacity=capacity, observer=watching, chance=surroundings.chance)


def _ledger(workspace: Workspace, session: Session) -> Ledger | None:
    """Share the limits with all of the user's processes that speak to the same host and port.

    A service in this process is nobody else's.
    """
    from descope_state.store.budget import budget  # noqa: PLC0415  # only where there are limits

    parts = urlsplit(session.base_url)
    if parts.hostname is None:
        return None
    host = f"{parts.hostname}:{parts.port or _PORTS.get(parts.scheme, 0)}"
    return budget(_budget_folder(workspace), host=host, warn=workspace.warn)


_PORTS = {"https": 443, "http": 80}


def _budget_folder(workspace: Workspace) -> Path:
    stated = workspace.environ.get("DSTATE_BUDGET_DIR")
    return Path(stated) if stated else user_folder("state") / "budget"


def target_of(workspace: Workspace, gate: Gate) -> Target:
    """Say where the project of an environment is, and with which credentials."""
    environment = workspace.documents.environment
    provider = provider_for(workspace)
    project, key, remembered = "", "", ""
    if environment.endpoint in provider.keyless:
        remembered = workspace.store.project()
    else:
        project, key = credentials(workspace.documents, workspace.environ, provider=provider.name)
    return Target(
        environment=environment.name,
        endpoint=_endpoint(workspace, provider),
        project_id=project or environment.project_id,
        key=key,
        folder=str(workspace.store.folder),
        gate=gate,
        remembered=remembered,
    )


def _endpoint(workspace: Workspace, provider: Provider) -> str:
    """Give the endpoint that the stack states, else that of the variables the SDKs know."""
    stated = workspace.documents.environment.endpoint
    if stated not in ("", provider.name):
        return stated
    name = address_variable(workspace.environ, provider=provider.name)
    return workspace.environ[name] if name else stated


def address_variable(environ: Mapping[str, str], *, provider: str) -> str:
    """Name the variable that says where the service is, if there is one."""
    names = (f"{provider.upper()}_BASE_{last}" for last in ("URL", "URI"))
    return next(filter(environ.get, names), "")


@contextmanager
def translated(workspace: Workspace) -> Iterator[None]:
    """Turn what a provider raises into an error of ours, with what to do about it."""
    name = workspace.environment
    try:
        yield
    except Unauthorized as fault:
        hint = "set {} and {}".format(*variables(provider_for(workspace).name, name))
        raise BadCredentials(fault.message, hint=hint) from fault
    except NotLicensed as fault:
        raise BadCredentials(fault.message, hint=fault.hint) from fault
    except Fault as fault:
        message = f"`{name}` could not be read: {worded(fault)}"
        hint = fault.hint or "nothing was changed; run the command again"
        raise Unreachable(message, hint=hint) from fault
