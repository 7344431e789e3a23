"""The calls for SSO applications of the emulated project."""

from dstate_descope.emulator.collection import Collection
from dstate_descope.emulator.request import (
    Anything,
    Fields,
    Flag,
    Json,
    Parts,
    Refusal,
    Text,
    Texts,
    given,
)
from dstate_descope.emulator.secrets import secret, turned
from dstate_descope.emulator.world import Row, World

_LONG = 100_000
_URL = Text(2048)
_COMMON: Fields = {
    "name": Text(),
    "description": Text(),
    "logo": Text(_LONG),
    "enabled": Flag(),
    "loginPageUrl": _URL,
    "forceAuthentication": Flag(),
}
_ATTRIBUTES = Parts({"name": Text(), "type": Text(), "value": Text()})
_GROUPS = Parts(
    {
        "name": Text(),
        "type": Text(),
        "filterType": Text(),
        "value": Text(),
        "roles": Parts({"id": Text(), "name": Text()}),
    }
)
_OIDC: Fields = {
    "backChannelLogoutUrl": _URL,
    "claims": Texts(),
    "customIdpInitiatedLoginPageUrl": _URL,
    "jwtBearerSettings": Anything(),
}
_SAML: Fields = {
    "useMetadataInfo": Flag(),
    "metadataUrl": _URL,
    "entityId": Text(),
    "acsUrl": _URL,
    "certificate": Text(_LONG),
    "attributeMapping": _ATTRIBUTES,
    "groupsMapping": _GROUPS,
    "acsAllowedCallbacks": Texts(),
    "subjectNameIdType": Text(),
    "subjectNameIdFormat": Text(),
    "defaultRelayState": Text(),
    "logoutRedirectUrl": _URL,
    "errorRedirectURL": _URL,
    "defaultSignatureAlgorithm": Text(),
}
_WSFED: Fields = {
    "realm": Text(),
    "replyUrl": _URL,
    "replyAllowedCallbacks": Texts(),
    "attributeMapping": _ATTRIBUTES,
    "groupsMapping": _GROUPS,
    "logoutRedirectUrl": _URL,
    "errorRedirectUrl": _URL,
}
# Some SDKs send these of every protocol, or spell a field as another protocol does.
_TOLERATED: Fields = {"clientId": Anything(), "clientSecret": Anything()}
_PROTOCOLS: dict[str, Fields] = {"oidc": _OIDC, "saml": _SAML, "wsfed": _WSFED}
_SETTINGS = {"oidc": "oidcSettings", "saml": "samlSettings", "wsfed": "wsFedSettings"}


def _sso(protocol: str) -> Collection:
    fields: Fields = {**_COMMON, **_PROTOCOLS[protocol], **_TOLERATED}
    return Collection(
        table="sso",
        noun="application",
        prefix="SA",
        fields=fields,
        required=("name", "loginPageUrl"),
        chosen=True,
    )


_SSO = {protocol: _sso(protocol) for protocol in _PROTOCOLS}


def sso_all(world: World, body: Json) -> Json:
    """List the SSO applications."""
    given(body, {})
    return {"apps": [_shown(world, row) for row in world.tables["sso"].values()]}


def sso_load(world: World, query: Json) -> Json:
    """Give one SSO application; the object itself is the answer."""
    return _shown(world, _sso_row(world, query))


def sso_create(world: World, body: Json, *, protocol: str) -> Json:
    """Make one, if the plan allows it."""
    if world.tier == 1 and not world.switches.free_plan_has_sso_applications:
        message = "The license of this project does not include SSO applications"
        raise Refusal(message, status=403)
    row = _SSO[protocol].made(world, body, appType=protocol)
    return {"id": row["id"]}


def sso_update(world: World, body: Json, *, protocol: str) -> Json:
    """Replace one of the same protocol."""
    identifier = body.get("id") if isinstance(body, dict) else None
    row = world.tables["sso"].get(identifier or "")
    if row is not None and row["appType"] != protocol:
        message = f"application {identifier} is one of {row['appType']}"
        raise Refusal(message)
    _SSO[protocol].replaced(world, body)
    return {}


def sso_delete(world: World, body: Json) -> Json:
    """Remove one; tenants that may use it no longer can."""
    row = _SSO["oidc"].removed(world, body)
    for tenant in list(world.tenants.values()):
        if row["id"] in tenant["federatedAppIds"]:
            rest = [other for other in tenant["federatedAppIds"] if other != row["id"]]
            world.tenants[tenant["id"]] = {**tenant, "federatedAppIds": rest}
    return {}


def sso_secret(world: World, query: Json) -> Json:
    """Give the secret of one SSO application."""
    return {"cleartext": secret(world, _sso_row(world, query))}


def sso_rotate(world: World, body: Json) -> Json:
    """Give an SSO application another secret."""
    return {"cleartext": turned(world, "sso", row=_sso_row(world, body))}


def _sso_row(world: World, query: Json) -> Row:
    return _SSO["oidc"].row(world, given(query, {"id": Text()}, required=("id",))["id"])


def _shown(world: World, row: Row) -> Row:
    protocol = row["appType"]
    shown = {name: row[name] for name in ("id", "name", "description", "enabled", "logo")}
    shown |= {"appType": protocol, "templateId": "", "customSettings": None}
    fields = _PROTOCOLS[protocol]
    settings = {name: row.get(name, kind.zero) for name, kind in fields.items()}
    settings["loginPageUrl"] = row["loginPageUrl"]
    settings["forceAuthentication"] = row["forceAuthentication"]
    if protocol == "oidc":
        issuer = f"https://api.descope.com/{world.project_id}/{row['id']}"
        settings |= {"issuer": issuer, "discoveryUrl": f"{issuer}/.well-known/openid-configuration"}
    if protocol == "saml":
        host = f"https://api.descope.com/v1/auth/saml/idp/{row['id']}"
        settings |= {"idpEntityId": host, "idpSsoUrl": f"{host}/sso", "idpCert": ""}
    for name in _SETTINGS.values():
        shown[name] = None
    shown[_SETTINGS[protocol]] = settings
    return shown
