"""Permissions: named capabilities that roles are made of."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Computed, Config
from dstate_descope import wire
from dstate_descope.kinds.fields import ShortName, Text
from dstate_descope.kinds.listed import Listed


class Permission(Config):
    """One thing that somebody may do."""

    id: Annotated[str | None, Computed()] = Field(
        default=None, description="The id that Descope gave the permission."
    )
    name: ShortName = Field(description="The name that roles refer to; unique within the project.")
    description: Text = Field(default="", description="What the permission allows, for people.")
    system_default: Annotated[bool | None, Computed()] = Field(
        default=None, description="Whether Descope made it and would not let it be renamed."
    )


class PermissionKind(Listed[Permission]):
    """Permissions of a project."""

    name = "permission"
    model: ClassVar[type[Config]] = Permission
    description = "One thing that somebody may do; roles are made of permissions."
    everything: ClassVar[Endpoint] = wire.PERMISSION_ALL
    rows = "permissions"
    batches: ClassVar[frozenset[str]] = frozenset({"create", "update", "delete"})
    # The answer to a creation is empty, so that the id must be looked up.
    calls: ClassVar[Mapping[str, int]] = {"create": 2}
    reads: ClassVar[Mapping[str, int]] = {"create": 1}

    async def create(self, config: Permission) -> Remote[Permission]:
        """Make a permission and look up the id it was given."""
        await self.transport.send(wire.PERMISSION_CREATE, body=self.codec.encode(config))
        return await self._seen(self.find(config.name), f"permission `{config.name}`")

    async def create_many(self, configs: Sequence[Permission]) -> Sequence[Remote[Permission]]:
        """Make several in one call, and look up their ids in another."""
        body = {"permissions": [self.codec.encode(config) for config in configs]}
        await self.transport.send(wire.PERMISSION_CREATE_BATCH, body=body)
        return await self._all_seen(configs)

    async def update(
        self, current: Remote[Permission], config: Permission, changed: frozenset[str]
    ) -> Remote[Permission]:
        """Write both fields: the API replaces the whole object."""
        del changed
        await self.transport.send(wire.PERMISSION_UPDATE, body=_update(current, config))
        return self._kept(current, config)

    async def update_many(
        self, updates: Sequence[tuple[Remote[Permission], Permission, frozenset[str]]]
    ) -> Sequence[Remote[Permission]]:
        """Write several in one call."""
        body = {"permissions": [_update(current, config) for current, config, _ in updates]}
        await self.transport.send(wire.PERMISSION_UPDATE_BATCH, body=body)
        return [self._kept(current, config) for current, config, _ in updates]

    async def delete(self, current: Remote[Permission]) -> None:
        """Remove a permission; roles that hold it lose it."""
        await self._gone(wire.PERMISSION_DELETE, {"id": current.id})

    async def delete_many(self, currents: Sequence[Remote[Permission]]) -> None:
        """Remove several in one call; never an empty one, which would mean all of them."""
        if ids := [current.id for current in currents]:
            await self._gone(wire.PERMISSION_DELETE_BATCH, {"ids": ids})


def _update(current: Remote[Permission], config: Permission) -> wire.Body:
    return {"id": current.id, "newName": config.name, "description": config.description}
