"""Tenants: the customers of a product, each with its own users and settings."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, cast, get_args

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from descope_state.sdk.faults import NotFound
from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Computed, Config, Immutable, Unordered, Volatile
from dstate_descope import wire
from dstate_descope.kinds.listed import Listed, after_writing, understood

RoleInheritance = Literal["", "none", "userOnly"]
Text = Annotated[str, StringConstraints(min_length=1, max_length=254)]
AttributeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,20}$")]


def _attribute(value: object) -> object:
    texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
    if texts or isinstance(value, str | bool | int | float):
        return value
    message = "an attribute is a string, a number, true or false, or a list of strings"
    raise ValueError(message)


Attribute = Annotated[
    Any,
    AfterValidator(_attribute),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "number", "boolean"]},
                {"type": "array", "items": {"type": "string"}},
            ]
        }
    ),
]


class Tenant(Config):
    """A customer of the product, with its own users, domains and roles."""

    id: Annotated[Text | None, Immutable(), Computed(optional=True)] = Field(
        default=None, description="The id of the tenant; chosen here, or else made by Descope."
    )
    name: Text = Field(description="The name of the tenant; unique within the project.")
    self_provisioning_domains: Annotated[list[Text], Unordered()] = Field(
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
    enforce_sso_exclusions: Annotated[list[Text], Unordered()] = Field(
        default_factory=list, description="The ids of users who may sign in without SSO."
    )
    federated_application_ids: Annotated[list[Text], Unordered()] = Field(
        default_factory=list, description="The ids of the applications that the tenant may use."
    )
    parent: Annotated[str, StringConstraints(max_length=254), Immutable()] = Field(
        default="", description="The id of the tenant that this one is below."
    )
    role_inheritance: RoleInheritance = Field(
        default="", description="What users of the parent may do here; empty leaves the default."
    )
    default_roles: Annotated[list[Text], Unordered()] = Field(
        default_factory=list, description="The names of the roles that new users are given."
    )
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


_COMPUTED = ("auth_type", "domains", "created_time", "successors")


class TenantKind(Listed[Tenant]):
    """Tenants of a project."""

    name = "tenant"
    model: ClassVar[type[Config]] = Tenant
    description = "A customer of the product, with its own users, domains and roles."
    everything: ClassVar[Endpoint] = wire.TENANT_ALL
    rows = "tenants"
    # The answer to a creation is only the id; default roles have a call of their own besides.
    calls: ClassVar[Mapping[str, int]] = {"create": 2}

    def decode(self, record: wire.Record) -> Remote[Tenant]:
        """Read one tenant of an answer."""
        inheritance = record.choice("roleInheritance", get_args(RoleInheritance))
        config = Tenant.model_construct(
            id=record.id(),
            name=record.text("name"),
            self_provisioning_domains=record.texts("selfProvisioningDomains"),
            attributes=record.mapping("customAttributes"),
            disabled=record.flag("disabled"),
            enforce_sso=record.flag("enforceSSO"),
            enforce_sso_exclusions=record.texts("enforceSSOExclusions"),
            federated_application_ids=record.texts("federatedAppIds"),
            parent=record.text("parent"),
            role_inheritance=cast("RoleInheritance", inheritance),
            default_roles=record.texts("defaultRoles"),
            auth_type=record.text("authType"),
            domains=record.texts("domains"),
            created_time=record.seconds("createdTime"),
            successors=record.texts("successors"),
        )
        return Remote(id=record.id(), config=config)

    async def read(self, id: str) -> Remote[Tenant] | None:  # noqa: A002  # the contract's word
        """Give one tenant by its id, or None."""
        endpoint = wire.TENANT_LOAD
        try:
            answer = await self.transport.send(endpoint, query={"id": id})
        except NotFound:
            return None
        return understood(endpoint, lambda: self.decode(wire.Record(answer, self.name)))

    async def find(self, identity: str) -> Remote[Tenant] | None:
        """Give the tenant of this name, or None."""
        rows = self._listed(wire.TENANT_SEARCH, {"tenantNames": [identity]})
        return self._only([row async for row in rows], identity)

    async def create(self, config: Tenant) -> Remote[Tenant]:
        """Make a tenant, then give it its default roles, then read what came of it."""
        body = _body(config)
        body |= {name: value for name, value in _chosen(config).items() if value}
        answer = await self.transport.send(wire.TENANT_CREATE, body=body)
        made = understood(wire.TENANT_CREATE, wire.Record(answer, self.name).id)
        what = f"tenant `{config.name}` (`{made}`)"
        if config.default_roles:
            await after_writing(self._give_roles(made, config), what)
        held = await after_writing(self.read(made), what)
        # Reads may lag: what was sent is what is known.
        return held or Remote(id=made, config=config.model_copy(update={"id": made}))

    async def update(
        self, current: Remote[Tenant], config: Tenant, changed: frozenset[str]
    ) -> Remote[Tenant]:
        """Write every field, since the API replaces the object; default roles go separately."""
        others = changed - {"default_roles"}
        if others:
            # Omitted, the way of signing in would be reset with the rest.
            body = _body(config) | {"id": current.id}
            if current.config.auth_type:
                body["authType"] = current.config.auth_type
            await self.transport.send(wire.TENANT_UPDATE, body=body)
        if "default_roles" in changed:
            step = self._give_roles(current.id, config)
            await (after_writing(step, f"tenant `{current.id}`") if others else step)
        computed = {name: getattr(current.config, name) for name in ("id", *_COMPUTED)}
        return Remote(id=current.id, config=config.model_copy(update=computed))

    async def delete(self, current: Remote[Tenant]) -> None:
        """Remove a tenant that has no users and no keys; the service refuses any other."""
        try:
            await self.transport.send(wire.TENANT_DELETE, body={"id": current.id, "cascade": False})
        except NotFound:
            return

    async def _give_roles(self, tenant: str, config: Tenant) -> None:
        body = {"id": tenant, "defaultRoles": list(config.default_roles)}
        await self.transport.send(wire.TENANT_DEFAULT_ROLES, body=body)


def _chosen(config: Tenant) -> wire.Body:
    return {"id": config.id, "parent": config.parent}


def _body(config: Tenant) -> wire.Body:
    return {
        "name": config.name,
        "selfProvisioningDomains": list(config.self_provisioning_domains),
        "customAttributes": dict(config.attributes),
        "disabled": config.disabled,
        "enforceSSO": config.enforce_sso,
        "enforceSSOExclusions": list(config.enforce_sso_exclusions),
        "federatedAppIds": list(config.federated_application_ids),
        "roleInheritance": config.role_inheritance,
    }
