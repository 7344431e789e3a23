"""What every new Descope project holds before anybody touches it."""

from collections.abc import Mapping

SYSTEM_PERMISSIONS: Mapping[str, str] = {
    "Impersonate": "Act in the name of another user",
    "User Admin": "Manage the users of a tenant",
    "SSO Admin": "Manage the single sign-on settings of a tenant",
}
TENANT_ADMIN = "Tenant Admin"
DEFAULT_APPLICATION = "descope-default-oidc"

BASELINE: Mapping[str, frozenset[str]] = {
    "permission": frozenset(SYSTEM_PERMISSIONS),
    "role": frozenset({TENANT_ADMIN}),
}
