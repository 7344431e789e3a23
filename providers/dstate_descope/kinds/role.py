"""Roles: named sets of permissions, of the project or of one tenant."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from descope_state.sdk.faults import Indeterminate, NotFound
from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Computed, Config, Immutable, Unordered
from dstate_descope import wire
from dstate_descope.kinds.listed import Listed, after_writing, understood


class Role(Config):
    """A named set of permissions that users and access keys are given."""

    id: Annotated[str | None, Computed()] = Field(
        default=None, description="The id that Descope gave the role."
    )
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(
        description="The name that users, keys and tenants refer to; unique within its level."
    )
    description: Annotated[str, StringConstraints(max_length=254)] = Field(
        default="", description="What the role is for, for people."
    )
    permissions: Annotated[list[str], Unordered()] = Field(
        default_factory=list, description="The names of the permissions that the role grants."
    )
    tenant: Annotated[str, Immutable()] = Field(
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

    def decode(self, record: wire.Record) -> Remote[Role]:
        """Read one role of an answer."""
        config = Role.model_construct(
            id=record.id(),
            name=record.text("name"),
            description=record.text("description"),
            permissions=record.texts("permissionNames"),
            tenant=record.text("tenantId"),
            default=record.flag("default"),
            private=record.flag("private"),
            created_time=record.seconds("createdTime"),
        )
        return Remote(id=record.id(), config=config)

    async def create(self, config: Role) -> Remote[Role]:
        """Make a role."""
        body = {"name": config.name, **_body(config)}
        return await self._written(wire.ROLE_CREATE, config, body=body)

    async def update(
        self, current: Remote[Role], config: Role, changed: frozenset[str]
    ) -> Remote[Role]:
        """Write every field: the API replaces the whole object."""
        del changed
        body = {"id": current.id, "newName": config.name, **_body(config)}
        return await self._written(wire.ROLE_UPDATE, config, body=body)

    async def _written(self, endpoint: Endpoint, config: Role, *, body: wire.Body) -> Remote[Role]:
        answer = await self.transport.send(endpoint, body=body)
        if answer:
            return understood(endpoint, lambda: self.decode(wire.Record(answer, self.name)))
        what = f"role `{self.identity(config)}`"
        found = await after_writing(self.find(self.identity(config)), what)
        if found is None:
            message = f"{what} was written but cannot be read yet"
            raise Indeterminate(message)
        return found

    async def read(self, id: str) -> Remote[Role] | None:  # noqa: A002  # the contract's word
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
        try:
            await self.transport.send(wire.ROLE_DELETE, body=body)
        except NotFound:
            return


def _body(config: Role) -> wire.Body:
    body: wire.Body = {
        "description": config.description,
        "permissionNames": list(config.permissions),
        "default": config.default,
        "private": config.private,
    }
    return {**body, "tenantId": config.tenant} if config.tenant else body
