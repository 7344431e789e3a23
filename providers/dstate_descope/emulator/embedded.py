"""The emulated service without a socket: the same calls, gate and faults, in this process."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from descope_state.sdk.faults import Indeterminate, Rejected
from descope_state.sdk.http import Answer, Endpoint, Settling
from descope_state.sdk.provider import Gate
from dstate_descope.emulator.api import answer
from dstate_descope.emulator.request import GOOD, Json, Request
from dstate_descope.emulator.world import Clock, World, fresh, load, now, save
from dstate_descope.naming import FILE


@dataclass(slots=True, kw_only=True)
class EmbeddedTransport:
    """Calls the emulator directly; a world with a folder is kept in a file there.

    Nothing is written before the first change, and a file that another process has written since
    is read again.
    """

    project_id: str
    gate: Gate
    settling: Settling
    folder: str | None = None
    clock: Clock = now
    _world: World | None = field(default=None, init=False)
    _seen: tuple[int, int] | None = field(default=None, init=False)

    async def send(
        self, endpoint: Endpoint, *, query: Mapping[str, str] | None = None, body: Json = None
    ) -> Json:
        """Send one call and give the JSON of its answer."""
        async with self.gate.passing(endpoint.family, reading=endpoint.reading):
            return self._answered(endpoint, query=query, body=body)

    def _answered(self, endpoint: Endpoint, *, query: Mapping[str, str] | None, body: Json) -> Json:
        world = self.world()
        revision = world.revision
        request = Request(
            method=endpoint.method,
            path=endpoint.path,
            query=query or {},
            # A copy, as over a wire: what the caller does to its own afterwards is not seen.
            body=None if body is None else json.loads(json.dumps(body)),
            authorization=f"Bearer {self.project_id}:Kemulator",
        )
        response = answer(world, request)
        if world.revision != revision:
            self._save(world)
        if response.status == GOOD:
            return response.body
        content = json.dumps(response.body).encode()
        raise self.settling.fault(endpoint, Answer(status=response.status, content=content))

    def world(self) -> World:
        """Give the world as its file has it now."""
        stamp = self._examined()
        if self._world is None or stamp != self._seen:
            self._world, self._seen = self._read(exists=stamp is not None), stamp
        return self._world

    @property
    def _path(self) -> Path | None:
        return Path(self.folder, FILE) if self.folder is not None else None

    def _examined(self) -> tuple[int, int] | None:
        try:
            return self._stamp()
        except OSError as error:
            message = f"`{self._path}` cannot be looked at: {error.strerror}"
            raise Rejected(message) from None

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat() if self._path else None
        except (FileNotFoundError, NotADirectoryError):
            return None
        return (status.st_mtime_ns, status.st_ino) if status else None

    def _read(self, *, exists: bool) -> World:
        if not exists or self._path is None:
            return fresh(self.project_id, self.clock)
        try:
            world = load(self._path, self.clock)
        except OSError as error:
            message = f"`{self._path}` cannot be read: {error.strerror}"
            raise Rejected(message) from None
        except ValueError as error:
            hint = "restore the file, or delete it to begin with a new project"
            raise Rejected(str(error), hint=hint) from None
        if world.project_id != self.project_id:
            message = f"`{self._path}` holds project `{world.project_id}`, not `{self.project_id}`"
            raise Rejected(message, hint="use the environment that the file was made for")
        return world

    def _save(self, world: World) -> None:
        if self._path is None:
            return
        try:
            save(world, self._path)
        except OSError as error:
            # What is in memory is no longer what the file says: forget it.
            self._world = None
            message = f"the emulated project could not be kept in `{self._path}`: {error.strerror}"
            raise Indeterminate(message) from None
        self._seen = self._stamp()
