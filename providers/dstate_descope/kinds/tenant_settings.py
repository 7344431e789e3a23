"""Tenant settings: how long the sessions of one tenant last, and who may set up its SSO."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from descope_state.sdk.http import Endpoint
from descope_state.sdk.schema import Config, Immutable, refers
from dstate_descope import wire
from dstate_descope.kinds.fields import Count, Name, Text, Unit
from dstate_descope.kinds.overlaid import Overlaid


class DisabledFeatures(Config):
    """What the setup suite does not offer."""

    names: ClassVar[Mapping[str, str]] = {"sso_domains": "ssoDomains"}

    saml: bool = Field(default=False, description="SAML connections.")
    oidc: bool = Field(default=False, description="OIDC connections.")
    scim: bool = Field(default=False, description="SCIM provisioning.")
    sso_domains: bool = Field(default=False, description="The domains of the connection.")
    group_mapping: bool = Field(default=False, description="The mapping of groups to roles.")


class SetupSuite(Config):
    """What a tenant's admins may set up by themselves."""

    enabled: bool = Field(default=False, description="Whether they may at all.")
    style_id: Text = Field(default="", description="The style that the pages are shown in.")
    disabled_features: DisabledFeatures | None = Field(
        default=None, description="What the pages leave out."
    )


class TenantSettings(Config):
    """How long the sessions of one tenant's users last."""

    names: ClassVar[Mapping[str, str]] = {
        "tenant": "tenantId",
        "refresh_token": "refreshTokenExpiration",
        "refresh_token_unit": "refreshTokenExpirationUnit",
        "session_token": "sessionTokenExpiration",
        "session_token_unit": "sessionTokenExpirationUnit",
        "stepup_token": "stepupTokenExpiration",
        "stepup_token_unit": "stepupTokenExpirationUnit",
        "jit_disabled": "JITDisabled",
        "setup_suite": "ssoSetupSuiteSettings",
    }

    tenant: Annotated[Name, Immutable(), refers("tenant", "id")] = Field(
        description="The id of the tenant."
    )
    enabled: bool = Field(
        default=False, description="Whether the tenant has session settings of its own."
    )
    refresh_token: Count = Field(default=0, description="How long a refresh token lasts.")
    refresh_token_unit: Unit = Field(default="", description="The unit of that time.")
    session_token: Count = Field(default=0, description="How long a session token lasts.")
    session_token_unit: Unit = Field(default="", description="The unit of that time.")
    stepup_token: Count = Field(default=0, description="How long a step-up token lasts.")
    stepup_token_unit: Unit = Field(default="", description="The unit of that time.")
    enable_inactivity: bool = Field(
        default=False, description="Whether a session ends when nothing happens in it."
    )
    inactivity_time: Count = Field(default=0, description="After how long it ends.")
    inactivity_time_unit: Unit = Field(default="", description="The unit of that time.")
    jit_disabled: bool = Field(
        default=False, description="Whether users are kept from being made when they sign in."
    )
    setup_suite: SetupSuite | None = Field(
        default=None, description="What the tenant's admins may set up by themselves."
    )


class TenantSettingsKind(Overlaid[TenantSettings]):
    """Settings of tenants: each tenant has them, and they cannot be deleted."""

    name = "tenant_settings"
    model: ClassVar[type[Config]] = TenantSettings
    description = "How long the sessions of one tenant's users last, and who may set up its SSO."
    load: ClassVar[Endpoint] = wire.TENANT_SETTINGS
    save: ClassVar[Endpoint] = wire.TENANT_CONFIGURE
    asked_by: ClassVar[str] = "id"
    # The service keeps these once, and shows them here and with the tenant.
    travelling: ClassVar[tuple[str, ...]] = (
        "domains",
        "selfProvisioningDomains",
        "authType",
        "enforceSSO",
        "enforceSSOExclusions",
        "federatedAppIds",
    )
