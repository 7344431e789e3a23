"""Access keys: what machines sign in with."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Computed, Config, Immutable, Misfit, Unordered, keyed, refers
from dstate_descope import wire
from dstate_descope.kinds.fields import Addresses, Attribute, AttributeName, Name, Text
from dstate_descope.kinds.listed import Listed, after_writing, understood

Status = Literal["active", "inactive"]


class KeyTenant(Config):
    """What a key may do in one tenant."""

    names: ClassVar[Mapping[str, str]] = {"tenant": "tenantId", "roles": "roleNames"}

    tenant: Annotated[Name, refers("tenant", "id")] = Field(description="The id of the tenant.")
    roles: Annotated[
        list[Name], Unordered(), refers("role", "name", level="tenant", same="tenant")
    ] = Field(default_factory=list, description="The names of the roles that the key has there.")


class AccessKey(Config):
    """A key for a machine. Its secret is shown once, when it is made, and never again."""

    names: ClassVar[Mapping[str, str]] = {
        "roles": "roleNames",
        "tenants": "keyTenants",
        "user": "userId",
        "attributes": "customAttributes",
    }

    id: Annotated[str | None, Computed()] = Field(
        default=None, description="The id that Descope gave the key."
    )
    name: Name = Field(description="What the key is called, which need not be unique.")
    description: Text = Field(default="", description="What the key is for, for people.")
    status: Status = Field(default="active", description="Whether the key may be used.")
    expire_time: Annotated[int, Field(ge=0, le=2**63 - 1), Immutable()] = Field(
        default=0, description="When the key ends, in seconds since 1970; 0 is never."
    )
    user: Annotated[Text, Immutable()] = Field(
        default="", description="The id of the user in whose name the key acts."
    )
    roles: Annotated[list[Name], Unordered(), refers("role", "name", level="tenant")] = Field(
        default_factory=list, description="The names of the project's roles that the key has."
    )
    tenants: Annotated[list[KeyTenant], keyed("tenant")] = Field(
        default_factory=list, description="What the key may do in which tenants, instead of roles."
    )
    permitted_ips: Annotated[list[Addresses], Unordered()] = Field(
        default_factory=list, description="The addresses that the key may be used from."
    )
    custom_claims: dict[str, Any] = Field(
        default_factory=dict, description="Claims that every token of the key carries."
    )
    attributes: dict[AttributeName, Attribute] = Field(
        default_factory=dict, description="The values of the key's custom attributes."
    )
    client_id: Annotated[str | None, Computed()] = Field(
        default=None, description="What the key is called as an OAuth client."
    )
    created_by: Annotated[str | None, Computed()] = Field(
        default=None, description="Who made the key."
    )
    created_time: Annotated[int | None, Computed()] = Field(
        default=None, description="When the key was made, in seconds since 1970."
    )

    @model_validator(mode="after")
    def _either_roles_or_tenants(self) -> "AccessKey":
        if self.roles and self.tenants:
            message = "a key has either `roles` or `tenants`: with both, the roles are ignored"
            raise Misfit(message, path=("roles",))
        return self


_APART = frozenset({"id", "status", "expire_time", "user"})


class AccessKeyKind(Listed[AccessKey]):
    """Access keys of a project; names are not unique, so that only the id tells them apart."""

    name = "access_key"
    model: ClassVar[type[Config]] = AccessKey
    description = "A key that a machine signs in with; its secret is shown once."
    unique: ClassVar[bool] = False
    everything: ClassVar[Endpoint] = wire.KEY_SEARCH
    question: ClassVar[wire.Body | None] = {}
    rows = "keys"
    batches: ClassVar[frozenset[str]] = frozenset({"delete"})
    # The answer to a creation may leave out roles, tenants and addresses: the key is read back.
    calls: ClassVar[Mapping[str, int]] = {"create": 2}
    reads: ClassVar[Mapping[str, int]] = {"create": 1}
    apart: ClassVar[frozenset[str]] = frozenset({"status"})
    tells: ClassVar[frozenset[str]] = frozenset({"cleartext"})

    def decode(self, record: wire.Record) -> Remote[AccessKey]:
        """Read one key; one that has expired was active until then."""
        status = "inactive" if record.text("status") == "inactive" else "active"
        user = record.text("boundUserId")
        return Remote(id=record.id(), config=self.codec.decode(record, status=status, user=user))

    async def read(self, id: str) -> Remote[AccessKey] | None:
        """Give one key by its id, or None."""
        return await self._loaded(wire.KEY_LOAD, query={"id": id}, within="key")

    async def create(self, config: AccessKey) -> Remote[AccessKey]:
        """Make a key; its secret is handed over with it, once."""
        body = self.codec.encode(config, self.codec.writable)
        body = {name: value for name, value in body.items() if name != "status" and value}
        answer = await self.transport.send(wire.KEY_CREATE, body=body)
        made, secret = understood(wire.KEY_CREATE, lambda: _made(answer))
        what = f"access key `{config.name}` (`{made}`)"
        if config.status == "inactive":
            step = self.transport.send(wire.KEY_DEACTIVATE, body={"id": made})
            await after_writing(step, what)
        held = await after_writing(self.read(made), what)
        kept = held or Remote(id=made, config=config.model_copy(update={"id": made}))
        return Remote(id=made, config=kept.config, once={"cleartext": secret})

    async def update(
        self, current: Remote[AccessKey], config: AccessKey, changed: frozenset[str]
    ) -> Remote[AccessKey]:
        """Change the fields that are to change; whether it is active has calls of its own."""
        others = changed - _APART
        what = f"access key `{current.id}`"
        if others:
            body = self.codec.encode(config, others | {"name"}) | {"id": current.id}
            await self.transport.send(wire.KEY_UPDATE, body=body)
        if "status" in changed:
            endpoint = wire.KEY_ACTIVATE if config.status == "active" else wire.KEY_DEACTIVATE
            step = self.transport.send(endpoint, body={"id": current.id})
            await (after_writing(step, what) if others else step)
        return self._kept(current, config)

    async def delete(self, current: Remote[AccessKey]) -> None:
        """Remove a key; whoever uses it is locked out at once."""
        await self._gone(wire.KEY_DELETE, {"id": current.id})

    async def delete_many(self, currents: Sequence[Remote[AccessKey]]) -> None:
        """Remove several in one call."""
        if ids := [current.id for current in currents]:
            await self._gone(wire.KEY_DELETE_BATCH, {"ids": ids})


def _made(answer: wire.Json) -> tuple[str, str]:
    record = wire.Record(answer, "answer")
    key = record.record("key") or wire.Record({}, "key")
    return key.id(), record.text("cleartext")
