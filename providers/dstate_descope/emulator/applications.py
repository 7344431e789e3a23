"""The calls for inbound and outbound applications of the emulated project."""

from dstate_descope.emulator.collection import Collection
from dstate_descope.emulator.request import (
    Anything,
    Choice,
    Fields,
    Flag,
    Json,
    Mapped,
    Part,
    Parts,
    Text,
    Texts,
    Whole,
    given,
    missing,
)
from dstate_descope.emulator.secrets import secret, turned
from dstate_descope.emulator.world import Row, World

_LONG = 100_000
_URL = Text(2048)
_SCOPES = Parts({"name": Text(), "description": Text(), "values": Texts()})
_INBOUND: Fields = {
    "name": Text(),
    "description": Text(),
    "logo": Text(_LONG),
    "loginPageUrl": _URL,
    "approvedCallbackUrls": Texts(),
    "permissionsScopes": _SCOPES,
    "attributesScopes": _SCOPES,
    "connectionsScopes": _SCOPES,
    "audienceWhitelist": Texts(),
    "forceAddAllAuthorizationInfo": Flag(),
    "jwtBearerSettings": Anything(),
    "sessionSettings": Part(
        {
            "enabled": Flag(),
            **{
                name: kind
                for each in ("refresh", "session", "keySession")
                for name, kind in (
                    (f"{each}TokenExpiration", Whole()),
                    (f"{each}TokenExpirationUnit", Text()),
                )
            },
            "userTemplateId": Text(),
            "keyTemplateId": Text(),
        }
    ),
    "consentFlowId": Text(),
    "nonConfidentialClient": Flag(),
    "scopeClaimMapping": Parts({"scope": Text(), "claims": Anything()}),
    "customAttributes": Mapped(),
    "forcePkce": Flag(),
    "defaultAudience": Choice(("", "projectId", "clientId")),
}
_TOLERATED_INBOUND: Fields = {
    "clientId": Anything(),
    "clientSecret": Anything(),
    "logoUrl": Anything(),
}
INBOUND = Collection(
    table="inbound",
    noun="application",
    prefix="TPA",
    fields={**_INBOUND, **_TOLERATED_INBOUND},
)


def inbound_all(world: World, body: Json) -> Json:
    """List the inbound applications, all or one page of them."""
    values = given(body, {"page": Whole(), "limit": Whole()})
    rows = INBOUND.listed(world)
    if limit := values.get("limit", 0):
        start = values.get("page", 0) * limit
        rows_shown = rows[start : start + limit]
    else:
        rows_shown = rows
    return {"apps": [_inbound(row) for row in rows_shown], "total": len(rows)}


def inbound_load(world: World, query: Json) -> Json:
    """Give one inbound application by either of its ids."""
    values = given(query, {"id": Text(), "clientId": Text()})
    if "id" not in values and "clientId" in values:
        found = [row for row in INBOUND.listed(world) if row["clientId"] == values["clientId"]]
        if not found:
            raise missing(values["clientId"], noun="application")
        return _inbound(found[0])
    return _inbound(INBOUND.row(world, values.get("id", "")))


def inbound_create(world: World, body: Json) -> Json:
    """Make one; its ids and its secret are the answer."""
    row = INBOUND.made(world, body, status="active", dynamic=False)
    client = row.get("clientId") or f"{world.project_id}:{row['id']}"
    row = INBOUND.put(world, {**row, "clientId": client})
    return {"id": row["id"], "clientId": client, "cleartext": secret(world, row)}


def inbound_update(world: World, body: Json) -> Json:
    """Replace one; its client id stays."""
    identifier = body.get("id", "") if isinstance(body, dict) else ""
    before = INBOUND.rows(world).get(identifier, {})
    row = INBOUND.replaced(world, body)
    INBOUND.put(world, {**row, "clientId": before["clientId"]})
    return {}


def inbound_patch(world: World, body: Json) -> Json:
    """Change the fields of one that are present."""
    INBOUND.patched(world, body)
    return {}


def inbound_delete(world: World, body: Json) -> Json:
    """Remove one."""
    INBOUND.removed(world, body)
    return {}


def inbound_delete_batch(world: World, body: Json) -> Json:
    """Remove those that exist."""
    for identifier in given(body, {"ids": Texts()}, required=("ids",))["ids"]:
        INBOUND.rows(world).pop(identifier, None)
    return {}


def inbound_secret(world: World, query: Json) -> Json:
    """Give the secret of one."""
    identifier = given(query, {"id": Text()}, required=("id",))["id"]
    return {"cleartext": secret(world, INBOUND.row(world, identifier))}


def inbound_rotate(world: World, body: Json) -> Json:
    """Give one another secret."""
    identifier = given(body, {"id": Text()}, required=("id",))["id"]
    return {"cleartext": turned(world, "inbound", row=INBOUND.row(world, identifier))}


def _inbound(row: Row) -> Row:
    return {name: row[name] for name in ("id", "clientId", *_INBOUND, "status", "dynamic")}


_PARAMETERS = Parts({"key": Text(), "value": Text(), "name": Text()})
_OUTBOUND: Fields = {
    "name": Text(),
    "description": Text(),
    "logo": Text(_LONG),
    "appType": Text(),
    "templateId": Text(),
    "clientId": Text(),
    "discoveryUrl": _URL,
    "authorizationUrl": _URL,
    "authorizationUrlParams": _PARAMETERS,
    "tokenUrl": _URL,
    "tokenUrlParams": _PARAMETERS,
    "revocationUrl": _URL,
    "defaultScopes": Texts(),
    "defaultRedirectUrl": _URL,
    "callbackDomain": Text(),
    "pkce": Flag(),
    "accessType": Choice(("", "offline", "online")),
    "prompt": Texts(),
    "useDcr": Flag(),
    "dcrUrl": _URL,
    "tenantId": Text(),
}
OUTBOUND = Collection(
    table="outbound",
    noun="application",
    prefix="OA",
    fields={**_OUTBOUND, "clientSecret": Text()},
    chosen=True,
)


def outbound_all(world: World, body: Json) -> Json:
    """List the outbound applications."""
    given(body, {})
    return {"apps": [_outbound(row) for row in OUTBOUND.listed(world)]}


def outbound_load(world: World, query: Json) -> Json:
    """Give one outbound application."""
    return {"app": _outbound(OUTBOUND.row(world, query["id"]))}


def outbound_create(world: World, body: Json) -> Json:
    """Make one; its secret is never told again."""
    return {"app": _outbound(OUTBOUND.put(world, _hidden(OUTBOUND.made(world, body))))}


def outbound_update(world: World, body: Json) -> Json:
    """Replace one; a secret that is not given stays what it was."""
    app = given(body, {"app": Mapped()}, required=("app",))["app"]
    row = _hidden(OUTBOUND.replaced(world, app))
    return {"app": _outbound(OUTBOUND.put(world, row))}


def outbound_delete(world: World, body: Json) -> Json:
    """Remove one."""
    OUTBOUND.removed(world, body)
    return {}


def _hidden(row: Row) -> Row:
    """Forget the secret at once: nobody will ask for it, and the world is kept in a file."""
    spelled = {
        name: [{"key": one["key"] or one["name"], "value": one["value"]} for one in row[name]]
        for name in ("authorizationUrlParams", "tokenUrlParams")
    }
    return {name: value for name, value in (row | spelled).items() if name != "clientSecret"}


def _outbound(row: Row) -> Row:
    return {name: row[name] for name in ("id", *_OUTBOUND)}
