"""Connects to the project of an environment, with credentials of that environment only."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

from descope_state.app.workspace import Workspace
from descope_state.errors import BadCredentials, DstateError, Unreachable
from descope_state.model.stack import Documents
from descope_state.sdk.faults import Fault, NotLicensed, Unauthorized
from descope_state.sdk.provider import Gate, Provider, Session, Target


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
async def connected(workspace: Workspace, gate: Gate) -> AsyncIterator[Session]:
    """Open a session to the environment's project, and refuse one that is not the pinned one."""
    provider = provider_for(workspace)
    with translated(workspace):
        async with provider.connect(_target(workspace, provider, gate)) as session:
            pinned = workspace.documents.environment.project_id
            if pinned and session.project_id != pinned:
                message = (
                    f"environment `{workspace.environment}` is pinned to project {pinned}, and"
                    f" the credentials are of {session.project_id}"
                )
                raise BadCredentials(message, hint=f"use the credentials of {pinned}")
            yield session


def _target(workspace: Workspace, provider: Provider, gate: Gate) -> Target:
    environment = workspace.documents.environment
    own = f"{provider.name}_{environment.name}".upper().replace("-", "_")
    project = _credential(workspace, own, "PROJECT_ID", provider=provider)
    folder = workspace.store.folder
    return Target(
        environment=environment.name,
        endpoint=environment.endpoint,
        project_id=project or environment.project_id,
        key=_credential(workspace, own, "MANAGEMENT_KEY", provider=provider),
        folder=str(folder),
        gate=gate,
    )


def _credential(workspace: Workspace, own: str, name: str, *, provider: Provider) -> str:
    """Names without the environment serve only where they cannot mean another one."""
    environ = workspace.environ
    if value := environ.get(f"{own}_{name}"):
        return value
    if _may_share(workspace.documents, environ, prefix=provider.name.upper()):
        return environ.get(f"{provider.name.upper()}_{name}", "")
    return ""


def _may_share(documents: Documents, environ: Mapping[str, str], *, prefix: str) -> bool:
    if len(documents.environments) == 1:
        return True
    pinned = documents.environment.project_id
    return bool(pinned) and environ.get(f"{prefix}_PROJECT_ID") == pinned


@contextmanager
def translated(workspace: Workspace) -> Iterator[None]:
    """Turn what a provider raises into an error of ours, with what to do about it."""
    name = workspace.environment
    try:
        yield
    except Unauthorized as fault:
        prefix = f"{provider_for(workspace).name}_{name}".upper().replace("-", "_")
        hint = f"set {prefix}_PROJECT_ID and {prefix}_MANAGEMENT_KEY"
        raise BadCredentials(fault.message, hint=hint) from fault
    except NotLicensed as fault:
        raise BadCredentials(fault.message, hint=fault.hint) from fault
    except Fault as fault:
        message = f"`{name}` could not be read: {fault.message}"
        hint = fault.hint or "nothing was changed; run the command again"
        raise Unreachable(message, hint=hint) from fault
