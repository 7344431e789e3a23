"""Tenants: the customers of a product, each with its own users and settings."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Along, Remote
from descope_state.sdk.schema import (
    Computed,
    Config,
    Exclusive,
    Immutable,
    Unordered,
    Volatile,
    refers,
)
from dstate_descope import wire
from dstate_descope.kinds.fields import Attribute, AttributeName, Name, Text
from dstate_descope.kinds.listed import Listed, after_writing, understood

Names = Collection[str]
RoleInheritance = Literal["", "none", "userOnly"]


class Tenant(Config):
    """A customer of the product, with its own users, domains and roles."""

    names: ClassVar[Mapping[str, str]] = {
        "attributes": "customAttributes",
        "enforce_sso": "enforceSSO",
        "enforce_sso_exclusions": "enforceSSOExclusions",
        "federated_application_ids": "federatedAppIds",
    }

    id: Annotated[
        Name | None, Immutable(), Computed(optional=True, made=r"T[0-9A-Za-z]{26,28}")
    ] = Field(
        default=None, description="The id of the tenant; chosen here, or else made by Descope."
    )
    name: Name = Field(description="The name of the tenant; unique within the project.")
    self_provisioning_domains: Annotated[list[Name], Unordered(), Exclusive()] = Field(
        default_factory=list,
        description="The e-mail domains whose users join the tenant by themselves.",
    )
    attributes: dict[AttributeName, Attribute] = Field(
        default_factory=dict,
        description="The values of the tenant's custom attributes, by their machine names.",
    )
    disabled: bool = Field(
        default=False, description="Whether the users of the tenant are kept from signing in."
    )
    enforce_sso: bool = Field(
        default=False, description="Whether users must sign in through the tenant's own SSO."
    )
    enforce_sso_exclusions: Annotated[list[Name], Unordered()] = Field(
        default_factory=list, description="The ids of users who may sign in without SSO."
    )
    federated_application_ids: Annotated[
        list[Name], Unordered(), refers("sso_application", "id")
    ] = Field(
        default_factory=list, description="The ids of the applications that the tenant may use."
    )
    parent: Annotated[Text, Immutable(), refers("tenant", "id")] = Field(
        default="", description="The id of the tenant that this one is below."
    )
    role_inheritance: RoleInheritance = Field(
        default="", description="What users of the parent may do here; empty leaves the default."
    )
    default_roles: Annotated[
        list[Name], Unordered(), refers("role", "name", level="tenant", same="id")
    ] = Field(default_factory=list, description="The names of the roles that new users are given.")
    auth_type: Annotated[str | None, Computed()] = Field(
        default=None, description="How the tenant's SSO works: `none`, `saml` or `oidc`."
    )
    domains: Annotated[list[str] | None, Computed(), Unordered()] = Field(
        default=None, description="The domains that the tenant's SSO is responsible for."
    )
    created_time: Annotated[int | None, Computed()] = Field(
        default=None, description="When the tenant was made, in seconds since 1970."
    )
    successors: Annotated[list[str] | None, Volatile(), Unordered()] = Field(
        default=None, description="The ids of the tenants directly below this one."
    )


# What the full update carries; the rest is fixed at creation or has a call of its own.
_APART = frozenset({"id", "parent", "default_roles"})


class TenantKind(Listed[Tenant]):
    """Tenants of a project."""

    name = "tenant"
    model: ClassVar[type[Config]] = Tenant
    description = "A customer of the product, with its own users, domains and roles."
    everything: ClassVar[Endpoint] = wire.TENANT_ALL
    rows = "tenants"
    # The answer to a creation is only the id; default roles have a call of their own besides.
    calls: ClassVar[Mapping[str, int]] = {"create": 2}
    reads: ClassVar[Mapping[str, int]] = {"create": 1}
    apart: ClassVar[frozenset[str]] = frozenset({"default_roles"})
    cascades: ClassVar[bool] = True

    async def read(self, id: str) -> Remote[Tenant] | None:
        """Give one tenant by its id, or None."""
        return await self._loaded(wire.TENANT_LOAD, query={"id": id})

    async def find(self, identity: str) -> Remote[Tenant] | None:
        """Give the tenant of this name, or None."""
        rows = self._listed(wire.TENANT_SEARCH, {"tenantNames": [identity]})
        return self._only([row async for row in rows], identity)

    async def create(self, config: Tenant) -> Remote[Tenant]:
        """Make a tenant, then give it its default roles, then read what came of it."""
        chosen = {"id": config.id, "parent": config.parent}
        body = self._body(config) | {name: value for name, value in chosen.items() if value}
        answer = await self.transport.send(wire.TENANT_CREATE, body=body)
        made = understood(wire.TENANT_CREATE, lambda: wire.Record(answer, self.name).id())
        what = f"tenant `{config.name}` (`{made}`)"
        if config.default_roles:
            await after_writing(self._give_roles(made, config), what)
        held = await after_writing(self.read(made), what)
        # Reads may lag: what was sent is what is known.
        return held or Remote(id=made, config=config.model_copy(update={"id": made}))

    async def update(
        self, current: Remote[Tenant], config: Tenant, changed: frozenset[str]
    ) -> Remote[Tenant]:
        """Change only what is to change, where that is safe; default roles go separately."""
        others = changed - {"default_roles"}
        if others:
            await self._write(current, config, changed=others)
        if "default_roles" in changed:
            step = self._give_roles(current.id, config)
            await (after_writing(step, f"tenant `{current.id}`") if others else step)
        return self._kept(current, config)

    async def _write(self, current: Remote[Tenant], config: Tenant, *, changed: Names) -> None:
        """Patch; but whether a patch can empty a list is not known, so that needs a full update."""
        part = self.codec.encode(config, changed)
        if all(value not in ([], {}, "") for value in part.values()):
            await self.transport.send(wire.TENANT_PATCH, body={"id": current.id, **part})
            return
        body = self._body(config) | {"id": current.id}
        # Omitted, the way of signing in would be reset with the rest.
        if current.config.auth_type:
            body["authType"] = current.config.auth_type
        await self.transport.send(wire.TENANT_UPDATE, body=body)

    async def delete(self, current: Remote[Tenant]) -> None:
        """Remove a tenant that has no users and no keys; the service refuses any other."""
        await self._gone(wire.TENANT_DELETE, {"id": current.id, "cascade": False})

    async def takes_along(self, currents: Sequence[Remote[Tenant]]) -> Sequence[Sequence[Along]]:
        """Count the users, roles and keys of tenants: one search for all, and one each for users.

        The users are only counted, never read: there may be any number.
        """
        ids = [current.id for current in currents]
        roles = await self._held(wire.ROLE_SEARCH, ids, rows="roles", of=_level)
        keys = await self._held(wire.KEY_SEARCH, ids, rows="keys", of=_bound)
        return [
            (
                Along(kind="user", count=await self._users(id_)),
                _along("role", id_, held=roles),
                _along("access_key", id_, held=keys),
            )
            for id_ in ids
        ]

    async def delete_along(self, current: Remote[Tenant]) -> None:
        """Remove a tenant with its users and keys."""
        await self._gone(wire.TENANT_DELETE, {"id": current.id, "cascade": True})

    async def _users(self, tenant: str) -> int:
        body = {"tenantIds": [tenant], "limit": 1}
        answer = await self.transport.send(wire.USER_SEARCH, body=body)
        return understood(wire.USER_SEARCH, lambda: wire.Record(answer, "answer").whole("total"))

    async def _held(
        self,
        endpoint: Endpoint,
        tenants: Sequence[str],
        *,
        rows: str,
        of: Callable[[wire.Record], set[str]],
    ) -> dict[str, set[str]]:
        """Give the ids of what tenants hold, each with the tenants that it belongs to."""
        answer = await self.transport.send(endpoint, body={"tenantIds": list(tenants)})
        return understood(
            endpoint,
            lambda: {
                row.id(): of(row) for row in wire.Record(answer, "answer").records(rows, "row")
            },
        )

    async def _give_roles(self, tenant: str, config: Tenant) -> None:
        body = {"id": tenant, "defaultRoles": list(config.default_roles)}
        await self.transport.send(wire.TENANT_DEFAULT_ROLES, body=body)

    def _body(self, config: Tenant) -> wire.Body:
        return self.codec.encode(config, [name for name in _WRITABLE if name not in _APART])


def _along(kind: str, tenant: str, *, held: Mapping[str, set[str]]) -> Along:
    """Name what goes with a tenant: what belongs to that one and to no other."""
    ids = frozenset(id_ for id_, tenants in held.items() if tenants == {tenant})
    return Along(kind=kind, count=len(ids), ids=ids)


def _level(role: wire.Record) -> set[str]:
    return {role.text("tenantId")}


def _bound(key: wire.Record) -> set[str]:
    return {one.text("tenantId") for one in key.records("keyTenants", "tenant")}


_WRITABLE = TenantKind.codec.writable
