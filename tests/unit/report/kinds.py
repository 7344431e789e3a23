"""Two kinds with every mark, described by hand, for the tests of this folder."""

from typing import Annotated

from pydantic import Field

from descope_state.sdk.schema import (
    Computed,
    Config,
    Immutable,
    Schema,
    Sensitive,
    Unordered,
    Volatile,
    fields_of,
    keyed,
)


class Contact(Config):
    """A person at a customer."""

    email: str = Field(description="Where mail goes.")
    pin: Annotated[str | None, Sensitive()] = None


class Tenant(Config):
    """A customer."""

    name: str = Field(description="What people see. It is shown on every screen of every flow.")
    region: Annotated[str | None, Immutable()] = None
    self_provisioning_domains: Annotated[list[str], Unordered()] = Field(
        default=[], description="Who signs in with one of these belongs to the tenant."
    )
    contacts: Annotated[list[Contact], keyed("email")] = Field(default=[])
    client_secret: Annotated[str | None, Sensitive()] = None
    seats: int = Field(default=10, description="How many people may belong to it.")
    id: Annotated[str | None, Computed()] = None
    version: Annotated[int | None, Volatile()] = None


class Role(Config):
    """What somebody may do."""

    name: str
    permissions: Annotated[list[str], Unordered()] = Field(default=[])


TENANT = Schema(
    kind="tenant",
    provider="descope",
    fields=fields_of(Tenant),
    description="A customer of yours, with its own users and settings.",
    identity_fields=("name",),
    unique=False,
    version=3,
    requires=2,
)
ROLE = Schema(
    kind="role",
    provider="descope",
    fields=fields_of(Role),
    description="A set of permissions that is given to people.",
    identity_fields=("name",),
)
SCHEMAS = {"tenant": TENANT, "role": ROLE}
