"""What commands that only look remember of a project, and who makes them forget it.

The wall is here: plan, apply and drift read what is live through `runtime.refresh`, which knows no
cache; only `app.asking` looks here first. What is remembered are live objects as the engine sees
them, without the fields that are secret.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from descope_state.app.caching import cache_of
from descope_state.app.connecting import gate_for, provider_for, target_of
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Workspace
from descope_state.frozen import dataclass
from descope_state.model.resource import Live
from descope_state.sdk.provider import Target

if TYPE_CHECKING:
    # For annotations only, as below.
    from descope_state.store.cache import Answer, Cache

_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """An answer of a while ago."""

    project_id: str
    objects: tuple[Live, ...]
    age: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is remembered for one environment, with one key, in one place.

    Without a `token` nothing is recalled and nothing kept: somebody is writing, or said not to.
    `known` says that who we are stands in variables and files, and nowhere else.
    """

    cache: "Cache"
    scope: str
    who: str
    token: str
    known: bool

    def recall(self, *question: str) -> Recalled | None:
        """Give what was answered to a question a while ago."""
        if not self.token:
            return None
        found = self.cache.find(self._key(question), scope=self.scope)
        return None if found is None else _read(found)

    def keep(self, *question: str, project_id: str, objects: tuple[Live, ...], lag: float) -> None:
        """Remember an answer."""
        if self.token:
            body = _written(project_id, objects)
            key = self._key(question)
            self.cache.keep(key, body, scope=self.scope, token=self.token, lag=lag)

    def _key(self, question: tuple[str, ...]) -> str:
        return _digest([self.who, *question])


def memory_of(workspace: Workspace, surroundings: Surroundings, *, fresh: bool) -> Memory:
    """Say what is remembered of the project of an environment."""
    cache = cache_of(workspace.environ, surroundings)
    target = target_of(workspace, gate_for(surroundings))
    scope = _scope(workspace, project_id=target.project_id)
    if fresh:
        # Whoever saw what is so now is not to be told afterwards what was so before.
        cache.forget(scope)
    # A run that is open, or was interrupted, may have written what nobody has noted yet.
    writing = workspace.store.disk.status(workspace.store.journal_file) is not None
    return Memory(
        cache=cache,
        scope=scope,
        who=_who(workspace, surroundings, target=target, scope=scope),
        token="" if fresh or writing else cache.token(scope),
        known=not target.key or target.key in workspace.environ.values(),
    )


@contextmanager
def writing_to(
    workspace: Workspace, surroundings: Surroundings, *, project_id: str, lag: float
) -> Iterator[None]:
    """Make all processes forget a project that is being written to: before, and again after.

    Before, for whoever is killed on the way; after, for what somebody read in between.
    """
    if surroundings.disk is not None:
        yield  # A disk that is not this machine's is nobody else's either.
        return
    cache = cache_of(workspace.environ, surroundings)
    scope = _scope(workspace, project_id=project_id)
    cache.written(scope, lasting=lag > 0)
    try:
        yield
    finally:
        cache.written(scope, lasting=lag > 0)


def _scope(workspace: Workspace, *, project_id: str) -> str:
    """Name a project: by its id, or where it is emulated in a folder, by that."""
    provider = provider_for(workspace)
    if workspace.documents.environment.endpoint in provider.keyless:
        return _digest([provider.name, "in", str(workspace.store.folder.absolute())])
    return _digest([provider.name, "project", project_id])


def _who(workspace: Workspace, surroundings: Surroundings, *, target: Target, scope: str) -> str:
    """Name who asks, of what, and where; of the key only its digest goes in, and only to here."""
    return _digest(
        [
            str(_FORMAT),
            surroundings.version,
            scope,
            target.environment,
            target.endpoint,
            workspace.documents.environment.project_id,
            hashlib.sha256(f"dstate key {target.key}".encode()).hexdigest(),
        ]
    )


def _digest(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _written(project_id: str, objects: tuple[Live, ...]) -> bytes:
    rows = [[one.kind, one.id, one.identity, one.attributes, one.computed] for one in objects]
    return json.dumps([project_id, rows], separators=(",", ":")).encode()


def _read(answer: "Answer") -> Recalled | None:
    try:
        project_id, rows = json.loads(answer.body)
        objects = tuple(
            Live(kind=kind, id=id_, identity=identity, attributes=attributes, computed=computed)
            for kind, id_, identity, attributes, computed in rows
        )
    except (ValueError, TypeError):
        return None
    return Recalled(project_id=project_id, objects=objects, age=answer.age)
