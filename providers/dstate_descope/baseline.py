"""What every new Descope project holds before anybody touches it."""

from collections.abc import Mapping

SYSTEM_PERMISSIONS: Mapping[str, str] = {
    "Impersonate": "Act in the name of another user",
    "User Admin": "Manage the users of a tenant",
    "SSO Admin": "Manage the single sign-on settings of a tenant",
}
TENANT_ADMIN = "Tenant Admin"
DEFAULT_APPLICATION = "descope-default-oidc"

DEFAULT_APPLICATION_NAME = "OIDC default application"
DEFAULT_FLOWS: Mapping[str, str] = {
    "sign-in": "Sign In",
    "sign-up": "Sign Up",
    "sign-up-or-in": "Sign Up or In",
    "step-up": "Step Up",
    "forgot-password": "Forgot Password",
    "user-profile": "User Profile",
}

BASELINE: Mapping[str, frozenset[str]] = {
    "permission": frozenset(SYSTEM_PERMISSIONS),
    "role": frozenset({TENANT_ADMIN}),
    "flow": frozenset(DEFAULT_FLOWS),
    "sso_application": frozenset({DEFAULT_APPLICATION_NAME}),
}
