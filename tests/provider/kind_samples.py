"""What is made of every kind, and what it is changed into, one field after the other."""

from typing import Any

from descope_state.sdk.conformance import Sample
from dstate_descope.kinds.access_key import AccessKey, KeyTenant
from dstate_descope.kinds.fga_schema import FgaSchema, normal
from dstate_descope.kinds.flow import Flow
from dstate_descope.kinds.jwt_template import JwtTemplate
from dstate_descope.kinds.lookup_list import LookupList
from dstate_descope.kinds.password_settings import PasswordSettings
from dstate_descope.kinds.permission import Permission
from dstate_descope.kinds.project import Project
from dstate_descope.kinds.role import Role
from dstate_descope.kinds.scope_claim_mapping import MappedScope, ScopeClaimMapping
from dstate_descope.kinds.tenant import Tenant
from dstate_descope.kinds.tenant_settings import DisabledFeatures, SetupSuite, TenantSettings
from dstate_descope.kinds.theme import Theme
from dstate_descope.kinds.user_attribute import Option, UserAttribute
from tests.provider.application_samples import INBOUND, OUTBOUND, SSO


def flow(name: str, *, label: str = "Continue") -> dict[str, Any]:
    return {
        "metadata": {"name": name, "componentsVersion": "3.0.0"},
        "contents": {"tasks": {"0": {"id": "0", "type": "screen", "screenId": "SC0"}}},
        "screens": [
            {
                "screenId": "SC0",
                "interactions": [{"id": "submit", "label": label}],
                "contents": {"root": {"type": "form"}},
            }
        ],
    }


ROLES = [
    Sample(
        made=Role(name="Analyst", permissions=["docs.read", "User Admin"]),
        changed=Role(
            name="Reader",
            description="Reads",
            permissions=["docs.write", "docs.read"],
            default=True,
            private=True,
        ),
    ),
    Sample(
        made=Role(name="Analyst", tenant="acme", description="Reads", default=True),
        changed=Role(name="Auditor", tenant="acme", permissions=["docs.read"]),
    ),
]
TENANTS = [
    Sample(
        made=Tenant(name="Globex"),
        changed=Tenant(
            name="Globex Inc",
            self_provisioning_domains=["globex.example", "globex.test"],
            attributes={"plan": "gold", "seats": 5, "beta": True, "regions": ["eu", "us"]},
            disabled=True,
            enforce_sso=True,
            enforce_sso_exclusions=["U2x"],
            federated_application_ids=["descope-default-oidc"],
            role_inheritance="userOnly",
            default_roles=["Tenant Admin", "Editor"],
        ),
    ),
    Sample(
        made=Tenant(
            id="globex-labs",
            name="Globex Labs",
            parent="acme",
            self_provisioning_domains=["labs.example"],
            attributes={"plan": "gold"},
            disabled=True,
            enforce_sso=True,
            enforce_sso_exclusions=["U2x"],
            federated_application_ids=["descope-default-oidc"],
            role_inheritance="none",
            default_roles=["Editor"],
        ),
        changed=Tenant(id="globex-labs", name="Globex Works", parent="acme"),
    ),
]
KEYS = [
    Sample(
        made=AccessKey(name="ci"),
        changed=AccessKey(
            name="ci-2",
            description="Builds",
            status="inactive",
            roles=["Editor"],
            permitted_ips=["10.0.0.0/8"],
            custom_claims={"level": 1},
            attributes={"team": "core"},
        ),
    ),
    Sample(
        made=AccessKey(
            name="robot",
            status="inactive",
            expire_time=1_900_000_000,
            user="U2x",
            tenants=[KeyTenant(tenant="acme", roles=["Editor"])],
            permitted_ips=["10.0.0.1"],
            custom_claims={"level": 1},
        ),
        changed=AccessKey(
            name="robot",
            expire_time=1_900_000_000,
            user="U2x",
            tenants=[KeyTenant(tenant="acme")],
        ),
    ),
    Sample(
        made=AccessKey(name="both", tenants=[KeyTenant(tenant="acme")]),
        changed=AccessKey(name="both"),
    ),
]
DSL = "model AuthZ 1.0\ntype user\ntype doc\nrelation owner: user\n"
PASSWORDS = PasswordSettings(
    enabled=False,
    min_length=12,
    lowercase=True,
    uppercase=True,
    number=True,
    non_alphanumeric=True,
    expiration=True,
    expiration_weeks=26,
    reuse=True,
    reuse_amount=5,
    lock=True,
    lock_attempts=5,
    temp_lock=True,
    temp_lock_attempts=3,
    temp_lock_duration=10,
    enable_password_strength=True,
    password_strength_score=3,
)
SETTINGS = TenantSettings(
    tenant="acme",
    enabled=True,
    refresh_token=30,
    refresh_token_unit="days",
    session_token=10,
    session_token_unit="minutes",
    stepup_token=5,
    stepup_token_unit="minutes",
    enable_inactivity=True,
    inactivity_time=2,
    inactivity_time_unit="hours",
    jit_disabled=True,
    setup_suite=SetupSuite(
        enabled=True, style_id="dark", disabled_features=DisabledFeatures(scim=True)
    ),
)
SAMPLES: dict[str, list[Sample[Any]]] = {
    "permission": [
        Sample(
            made=Permission(name="reports.read"),
            changed=Permission(name="reports.view", description="Look at any report"),
        ),
    ],
    "role": ROLES,
    "tenant": TENANTS,
    "access_key": KEYS,
    "sso_application": SSO,
    "inbound_application": INBOUND,
    "outbound_application": OUTBOUND,
    "flow": [
        Sample(
            made=Flow(id="welcome", definition=flow("Welcome")),
            changed=Flow(id="welcome", definition=flow("Welcome", label="Go on")),
        ),
    ],
    "theme": [
        Sample(
            made=Theme(definition={"styles": {"a": 1}, "componentsVersion": "1"}),
            changed=Theme(definition={"styles": {"a": 2}, "componentsVersion": "1"}),
        ),
    ],
    "fga_schema": [
        Sample(
            made=FgaSchema(dsl=normal(DSL)),
            changed=FgaSchema(dsl=normal(f"{DSL}relation viewer: user | doc#owner\n")),
        ),
    ],
    "password_settings": [
        Sample(
            made=PasswordSettings(tenant="acme", enabled=True),
            changed=PASSWORDS.model_copy(update={"tenant": "acme"}),
        ),
        Sample(made=PasswordSettings(enabled=True), changed=PASSWORDS),
    ],
    "tenant_settings": [Sample(made=TenantSettings(tenant="acme"), changed=SETTINGS)],
    "list": [
        Sample(
            made=LookupList(name="Denied", type="texts", entries=["a", "b"]),
            changed=LookupList(name="Banned", type="texts", description="No", entries=["c"]),
        ),
        Sample(
            made=LookupList(name="Office", type="ips", entries=["10.0.0.0/8"]),
            changed=LookupList(name="Office", type="ips"),
        ),
        Sample(
            made=LookupList(name="Rates", type="json", document={"eu": 1}),
            changed=LookupList(name="Rates", type="json", document={"eu": 2}),
        ),
    ],
    "jwt_template": [
        Sample(
            made=JwtTemplate(name="Plain", type="user"),
            changed=JwtTemplate(
                name="Rich",
                type="user",
                description="More",
                template={"plan": "{{user.plan}}"},
                tags=["x"],
                auth_schema="tenantOnly",
                conformance_issuer=True,
                auto_dct=True,
                enforce_issuer=True,
                empty_claim_policy="nil",
                override_subject=True,
                issuer_type="x",
                omit_custom_claims_from_dsr=True,
                add_jti=True,
                exclude_permissions=True,
            ),
        ),
    ],
    "project": [
        Sample(made=Project(name="Acme"), changed=Project(name="Acme 2", tags=["live"])),
    ],
    "scope_claim_mapping": [
        Sample(
            made=ScopeClaimMapping(),
            changed=ScopeClaimMapping(
                mappings=[MappedScope(scope="mail", claims={"a": "b"}, description="d")]
            ),
        ),
    ],
    "user_attribute": [
        Sample(
            made=UserAttribute(name="plan", type="singleselect", options=[Option(value="a")]),
            changed=UserAttribute(
                name="plan",
                type="singleselect",
                display_name="Plan",
                options=[Option(value="a", label="A"), Option(value="b")],
                default_value="a",
                view_permissions=["docs.read"],
                edit_permissions=["docs.write"],
            ),
        ),
    ],
}
