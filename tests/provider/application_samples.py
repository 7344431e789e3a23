"""What is made of the three kinds of application, and what each is changed into."""

from descope_state.sdk.conformance import Sample
from dstate_descope.kinds.inbound_application import (
    InboundApplication,
    PermissionScope,
    Scope,
    ScopeClaims,
    Sessions,
)
from dstate_descope.kinds.outbound_application import OutboundApplication, UrlParameter
from dstate_descope.kinds.sso_application import (
    AttributeMapping,
    GroupMapping,
    MappedRole,
    Oidc,
    Saml,
    SsoApplication,
    WsFed,
)

LOGIN = "https://login.example"
MAPPING = [AttributeMapping(name="mail", type="string", value="email")]
GROUPS = [GroupMapping(name="staff", value="x", roles=[MappedRole(id="R1", name="Editor")])]


SSO = [
    Sample(
        made=SsoApplication(name="Portal", type="oidc", login_page_url=LOGIN),
        changed=SsoApplication(
            name="Portal 2",
            type="oidc",
            description="The portal",
            logo="https://logo.example/p.png",
            enabled=False,
            login_page_url="https://login.example/2",
            force_authentication=True,
            oidc=Oidc(
                back_channel_logout_url="https://portal.example/out",
                claims=["email"],
                custom_idp_initiated_login_page_url="https://portal.example/in",
                jwt_bearer_settings={"issuers": ["x"]},
            ),
        ),
    ),
    Sample(
        made=SsoApplication(
            id="wiki",
            name="Wiki",
            type="saml",
            login_page_url=LOGIN,
            saml=Saml(entity_id="wiki", acs_url="https://wiki.example/acs"),
        ),
        changed=SsoApplication(
            id="wiki",
            name="Wiki",
            type="saml",
            login_page_url=LOGIN,
            saml=Saml(
                use_metadata_info=True,
                metadata_url="https://wiki.example/meta",
                certificate="-----BEGIN",
                attribute_mapping=MAPPING,
                groups_mapping=GROUPS,
                acs_allowed_callbacks=["https://wiki.example/*"],
                subject_name_id_type="email",
                subject_name_id_format="urn:x",
                default_relay_state="home",
                logout_redirect_url="https://wiki.example/out",
                error_redirect_url="https://wiki.example/err",
                default_signature_algorithm="sha256",
            ),
        ),
    ),
    Sample(
        made=SsoApplication(
            name="Legacy", type="wsfed", login_page_url=LOGIN, wsfed=WsFed(realm="urn:legacy")
        ),
        changed=SsoApplication(
            name="Legacy",
            type="wsfed",
            login_page_url=LOGIN,
            wsfed=WsFed(
                realm="urn:old",
                reply_url="https://old.example/in",
                reply_allowed_callbacks=["https://old.example/*"],
                attribute_mapping=MAPPING,
                groups_mapping=GROUPS,
                logout_redirect_url="https://old.example/out",
                error_redirect_url="https://old.example/err",
            ),
        ),
    ),
]
INBOUND = [
    Sample(
        made=InboundApplication(name="Zap", login_page_url=LOGIN),
        changed=InboundApplication(
            name="Zap 2",
            description="Automation",
            logo="https://logo.example/z.png",
            login_page_url="https://login.example/2",
            approved_callback_urls=["https://zap.example/cb"],
            permissions_scopes=[
                PermissionScope(name="docs", description="Docs", values=["docs.read"])
            ],
            attributes_scopes=[Scope(name="mail", values=["email"])],
            connections_scopes=[Scope(name="drive", values=["drive"])],
            audience_whitelist=["api"],
            force_add_all_authorization_info=True,
            jwt_bearer_settings={"issuers": ["x"]},
            session_settings=Sessions(
                enabled=True, refresh_token=30, refresh_token_unit="days", user_template_id="JWT1"
            ),
            consent_flow_id="inbound-apps-user-consent",
            scope_claim_mapping=[ScopeClaims(scope="mail", claims={"mail": "email"})],
            attributes={"tier": "gold"},
            force_pkce=True,
            default_audience="clientId",
        ),
    ),
]
OUTBOUND = [
    Sample(
        made=OutboundApplication(
            name="Drive", app_type="custom", template_id="t", client_secret="shown-to-nobody"
        ),
        changed=OutboundApplication(
            name="Drive 2",
            app_type="custom",
            template_id="t",
            description="Files",
            logo="https://logo.example/d.png",
            client_id="us",
            client_secret="shown-to-nobody-either",
            discovery_url="https://drive.example/.well-known",
            authorization_url="https://drive.example/auth",
            authorization_url_params=[UrlParameter(key="a", value="b")],
            token_url="https://drive.example/token",
            token_url_params=[UrlParameter(key="c", value="d")],
            revocation_url="https://drive.example/revoke",
            default_scopes=["files"],
            default_redirect_url="https://app.example/done",
            callback_domain="auth.example",
            pkce=True,
            access_type="offline",
            prompt=["consent"],
            use_dcr=True,
            dcr_url="https://drive.example/dcr",
        ),
    ),
    Sample(
        made=OutboundApplication(id="mail", name="Mail", tenant_id="acme"),
        changed=OutboundApplication(id="mail", name="Mail 2", tenant_id="acme"),
    ),
]
