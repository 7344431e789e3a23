"""Permissions: what a role may allow."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from descope_state.sdk.faults import Indeterminate, NotFound
from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Computed, Config
from dstate_descope import wire
from dstate_descope.kinds.listed import Listed, after_writing


class Permission(Config):
    """Something that a role may allow; roles and tokens know it by its name."""

    id: Annotated[str | None, Computed()] = Field(
        default=None, description="The id that Descope gave the permission."
    )
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(
        description="The name that roles refer to; unique within the project."
    )
    description: Annotated[str, StringConstraints(max_length=254)] = Field(
        default="", description="What the permission allows, for people."
    )
    system_default: Annotated[bool | None, Computed()] = Field(
        default=None, description="Whether Descope made the permission; such a one cannot go."
    )


class PermissionKind(Listed[Permission]):
    """Permissions of a project."""

    name = "permission"
    model: ClassVar[type[Config]] = Permission
    description = "Something that a role may allow; roles and tokens know it by its name."
    everything: ClassVar[Endpoint] = wire.PERMISSION_ALL
    rows = "permissions"
    # The answer to a creation is empty, so that the id must be looked up.
    calls: ClassVar[Mapping[str, int]] = {"create": 2}

    def decode(self, record: wire.Record) -> Remote[Permission]:
        """Read one permission of an answer."""
        config = Permission.model_construct(
            id=record.id(),
            name=record.text("name"),
            description=record.text("description"),
            system_default=record.flag("systemDefault"),
        )
        return Remote(id=record.id(), config=config)

    async def create(self, config: Permission) -> Remote[Permission]:
        """Make a permission and look up the id it was given."""
        body = {"name": config.name, "description": config.description}
        await self.transport.send(wire.PERMISSION_CREATE, body=body)
        what = f"permission `{config.name}`"
        made = await after_writing(self.find(config.name), what)
        if made is None:
            message = f"{what} was made but cannot be read yet"
            raise Indeterminate(message)
        return made

    async def update(
        self, current: Remote[Permission], config: Permission, changed: frozenset[str]
    ) -> Remote[Permission]:
        """Write both fields: the API replaces the whole object."""
        del changed
        body = {"id": current.id, "newName": config.name, "description": config.description}
        await self.transport.send(wire.PERMISSION_UPDATE, body=body)
        computed = {"id": current.id, "system_default": current.config.system_default}
        return Remote(id=current.id, config=config.model_copy(update=computed))

    async def delete(self, current: Remote[Permission]) -> None:
        """Remove a permission; roles that hold it lose it."""
        try:
            await self.transport.send(wire.PERMISSION_DELETE, body={"id": current.id})
        except NotFound:
            return
