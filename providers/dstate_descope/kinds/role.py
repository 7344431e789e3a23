"""Roles: named sets of permissions, of the project or of one tenant."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Computed, Config, Immutable, Unordered, refers
from dstate_descope import wire
from dstate_descope.kinds.fields import ShortName, Text
from dstate_descope.kinds.listed import Listed, after_writing, understood


class Role(Config):
    """A named set of permissions that users and access keys are given."""

    names: ClassVar[Mapping[str, str]] = {"permissions": "permissionNames", "tenant": "tenantId"}

    id: Annotated[str | None, Computed()] = Field(
        default=None, description="The id that Descope gave the role."
    )
    name: ShortName = Field(
        description="The name that users, keys and tenants refer to; unique within its level."
    )
    description: Text = Field(default="", description="What the role is for, for people.")
    permissions: Annotated[list[ShortName], Unordered(), refers("permission", "name")] = Field(
        default_factory=list, description="The names of the permissions that the role grants."
    )
    tenant: Annotated[Text, Immutable(), refers("tenant", "id")] = Field(
        default="",
        description="The id of the tenant that the role belongs to; empty for a project's role.",
    )
    default: bool = Field(
        default=False, description="Whether new users are given the role by themselves."
    )
    private: bool = Field(
        default=False, description="Whether the role is hidden from the admins of tenants."
    )
    created_time: Annotated[int | None, Computed()] = Field(
        default=None, description="When the role was made, in seconds since 1970."
    )


class RoleKind(Listed[Role]):
    """Roles of a project and of its tenants."""

    name = "role"
    model: ClassVar[type[Config]] = Role
    description = "A named set of permissions that users and access keys are given."
    identity_fields: ClassVar[tuple[str, ...]] = ("tenant", "name")
    everything: ClassVar[Endpoint] = wire.ROLE_ALL
    rows = "roles"
    batches: ClassVar[frozenset[str]] = frozenset({"create", "update", "delete"})
    # A call names one tenant, or none for the roles of the project.
    together: ClassVar[Mapping[str, str]] = {"delete": "tenant"}

    async def create(self, config: Role) -> Remote[Role]:
        """Make a role."""
        body = {"name": config.name, **self._body(config)}
        return await self._written(wire.ROLE_CREATE, config, body=body)

    async def create_many(self, configs: Sequence[Role]) -> Sequence[Remote[Role]]:
        """Make several in one call."""
        roles = [{"name": config.name, **self._body(config)} for config in configs]
        return await self._all_written(wire.ROLE_CREATE_BATCH, configs, roles=roles)

    async def update(
        self, current: Remote[Role], config: Role, changed: frozenset[str]
    ) -> Remote[Role]:
        """Write every field: the API replaces the whole object."""
        del changed
        body = {"id": current.id, "newName": config.name, **self._body(config)}
        return await self._written(wire.ROLE_UPDATE, config, body=body)

    async def update_many(
        self, updates: Sequence[tuple[Remote[Role], Role, frozenset[str]]]
    ) -> Sequence[Remote[Role]]:
        """Write several in one call."""
        roles = [
            {"id": current.id, "newName": config.name, **self._body(config)}
            for current, config, _ in updates
        ]
        configs = [config for _, config, _ in updates]
        return await self._all_written(wire.ROLE_UPDATE_BATCH, configs, roles=roles)

    async def read(self, id: str) -> Remote[Role] | None:
        """Give one role by its id, or None."""
        async for remote in self._listed(wire.ROLE_SEARCH, {"roleIds": [id]}):
            if remote.id == id:
                return remote
        return None

    async def delete(self, current: Remote[Role]) -> None:
        """Remove a role; whoever has it loses it."""
        body = {"id": current.id}
        if current.config.tenant:
            body["tenantId"] = current.config.tenant
        await self._gone(wire.ROLE_DELETE, body)

    async def delete_many(self, currents: Sequence[Remote[Role]]) -> None:
        """Remove several of one level in one call; never without ids, which would be all."""
        if ids := [current.id for current in currents]:
            body: wire.Body = {"roleIds": ids}
            if tenant := currents[0].config.tenant:
                body["tenantId"] = tenant
            await self._gone(wire.ROLE_DELETE_BATCH, body)

    def _body(self, config: Role) -> wire.Body:
        names = ("description", "permissions", "default", "private")
        body = self.codec.encode(config, names)
        return {**body, "tenantId": config.tenant} if config.tenant else body

    async def _written(self, endpoint: Endpoint, config: Role, *, body: wire.Body) -> Remote[Role]:
        answer = await self.transport.send(endpoint, body=body)
        if answer:
            return self._understood(endpoint, answer)
        identity = self.identity(config)
        return await self._seen(self.find(identity), f"role `{identity}`")

    async def _all_written(
        self, endpoint: Endpoint, configs: Sequence[Role], *, roles: Sequence[wire.Body]
    ) -> Sequence[Remote[Role]]:
        answer = await self.transport.send(endpoint, body={"roles": roles})
        if not answer:
            return await self._all_seen(configs)
        made = understood(endpoint, lambda: self._decoded(answer))
        by_key = {self.identity(one.config): one for one in made}
        keys = [self.identity(config) for config in configs]
        if all(key in by_key for key in keys):
            return [by_key[key] for key in keys]
        return await after_writing(self._all_seen(configs), f"{len(configs)} roles")
