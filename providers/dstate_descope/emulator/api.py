"""The emulated service: one function from a world and a request to a response."""

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import unquote

from dstate_descope.emulator import (
    applications,
    attributes,
    audits,
    company,
    flows,
    keys,
    lists,
    permissions,
    roles,
    schemas,
    settings,
    sso,
    templates,
    tenants,
)
from dstate_descope.emulator.request import Json, Refusal, Request, Response, Unknown, given
from dstate_descope.emulator.world import World

Call = Callable[[World, Json], Json]
Routes = Mapping[tuple[str, str], Call]
# Whom a change is put down to where the caller does not say.
MANAGEMENT_KEY = "management-key"


def _license(world: World, body: Json) -> Json:
    given(body, {})
    return {"rateLimitTier": f"tier{world.tier}"}


def _nowhere(_world: World, _body: Json) -> Json:
    message = "There is no such call"
    raise Refusal(message, status=404, code="E404000")


def _not_emulated(_world: World, _body: Json) -> Json:
    message = "The emulator does not do this: it runs no flows and signs no sessions"
    raise Refusal(message, status=501)


_READS: Routes = {
    ("GET", "/v1/mgmt/license"): _license,
    ("GET", "/v2/keys/{id}"): company.signing_keys,
    ("GET", "/v1/mgmt/permission/all"): permissions.everything,
    ("GET", "/v1/mgmt/role/all"): roles.everything,
    ("POST", "/v1/mgmt/role/search"): roles.search,
    ("GET", "/v1/mgmt/tenant"): tenants.load,
    ("GET", "/v1/mgmt/tenant/all"): tenants.everything,
    ("POST", "/v1/mgmt/tenant/search"): tenants.search,
    ("GET", "/v1/mgmt/tenant/settings"): tenants.load_settings,
    ("POST", "/v2/mgmt/tenant/adminlinks/sso/generate"): company.sso_link,
    ("POST", "/v1/mgmt/flow/list"): flows.listed,
    ("POST", "/v1/mgmt/flow/export"): flows.export_old,
    ("POST", "/v2/mgmt/flow/export"): flows.export,
    ("POST", "/v1/mgmt/theme/export"): flows.export_theme_old,
    ("POST", "/v2/mgmt/theme/export"): flows.export_theme,
    ("GET", "/v1/mgmt/accesskey"): keys.load,
    ("POST", "/v1/mgmt/accesskey/search"): keys.search,
    ("GET", "/v1/mgmt/sso/idp/apps/load"): sso.sso_all,
    ("GET", "/v1/mgmt/sso/idp/app/load"): sso.sso_load,
    ("GET", "/v1/mgmt/sso/idp/app/secret"): sso.sso_secret,
    ("GET", "/v1/mgmt/thirdparty/apps/load"): applications.inbound_all,
    ("POST", "/v1/mgmt/thirdparty/apps/load"): applications.inbound_all,
    ("GET", "/v1/mgmt/thirdparty/app/load"): applications.inbound_load,
    ("GET", "/v1/mgmt/thirdparty/app/secret"): applications.inbound_secret,
    ("GET", "/v1/mgmt/outbound/apps"): applications.outbound_all,
    ("GET", "/v1/mgmt/outbound/app/{id}"): applications.outbound_load,
    ("GET", "/v1/mgmt/fga/schema"): schemas.load,
    ("POST", "/v1/mgmt/fga/schema/dryrun"): schemas.dry_run,
    ("POST", "/v1/mgmt/fga/check"): schemas.check,
    ("POST", "/v1/mgmt/authz/schema/load"): schemas.load_authz,
    ("GET", "/v1/mgmt/user/customattributes"): attributes.everything,
    ("POST", "/v1/mgmt/user/search"): company.search_users,
    ("POST", "/v2/mgmt/user/search"): company.search_users,
    ("GET", "/v1/mgmt/password/settings"): settings.load_passwords,
    ("POST", "/v1/mgmt/projects/list"): settings.projects,
    ("POST", "/v1/mgmt/scopeClaimMapping/get"): settings.scopes,
    ("GET", "/v1/mgmt/list"): lists.load,
    ("GET", "/v1/mgmt/list/all"): lists.everything,
    ("GET", "/v1/mgmt/list/name"): lists.load_by_name,
    ("GET", "/v1/mgmt/list/name/{name}"): lists.load_by_name,
    ("GET", "/v1/mgmt/list/{id}"): lists.load,
    ("POST", "/v1/mgmt/list/ip/check"): lists.checking("ip"),
    ("POST", "/v1/mgmt/list/text/check"): lists.checking("text"),
    ("POST", "/v1/mgmt/jwt/templates/list"): templates.everything,
    ("POST", "/v1/mgmt/jwt/templates/load"): templates.load,
    ("POST", "/v1/mgmt/jwt/templates/validate"): templates.validate,
    ("POST", "/v1/mgmt/jwt/templates/library/list"): templates.library,
    ("POST", "/v1/mgmt/group/all"): company.groups,
    ("POST", "/v1/mgmt/group/members"): company.groups,
    ("POST", "/v1/mgmt/group/member/all"): company.groups,
    ("POST", "/v1/mgmt/audit/search"): audits.search,
    ("GET", "/v1/mgmt/managementkey"): company.load_key,
    ("GET", "/v1/mgmt/managementkey/search"): company.search_keys,
    ("GET", "/v1/mgmt/descoper"): company.load_descoper,
    ("POST", "/v1/mgmt/descoper/list"): company.list_descopers,
    ("GET", "/v1/mgmt/engine/load"): company.load_engine,
    ("GET", "/v1/mgmt/engines/load"): company.engines,
    **{
        ("POST", f"/v1/mgmt/{path}"): settings.paid
        for path in (
            "project/clone",
            "project/export",
            "project/import",
            "project/snapshot/export",
            "project/snapshot/import",
            "project/snapshot/validate",
        )
    },
    **{
        ("POST", path): _not_emulated
        for path in (
            "/v1/mgmt/flow/run",
            "/v1/mgmt/flow/async/run",
            "/v1/mgmt/flow/async/result",
            "/v1/mgmt/jwt/templates/library/load",
            "/v1/mgmt/jwt/templates/library/apply",
            "/v1/auth/accesskey/exchange",
        )
    },
}
_WRITES: Routes = {
    ("POST", "/v1/mgmt/permission/create"): permissions.create,
    ("POST", "/v1/mgmt/permission/create/batch"): permissions.create_batch,
    ("POST", "/v1/mgmt/permission/update"): permissions.update,
    ("POST", "/v1/mgmt/permission/update/batch"): permissions.update_batch,
    ("POST", "/v1/mgmt/permission/delete"): permissions.delete,
    ("POST", "/v1/mgmt/permission/delete/batch"): permissions.delete_batch,
    ("POST", "/v1/mgmt/role/create"): roles.create,
    ("POST", "/v1/mgmt/role/create/batch"): roles.create_batch,
    ("POST", "/v1/mgmt/role/update"): roles.update,
    ("POST", "/v1/mgmt/role/update/batch"): roles.update_batch,
    ("POST", "/v1/mgmt/role/delete"): roles.delete,
    ("POST", "/v1/mgmt/role/delete/batch"): roles.delete_batch,
    ("POST", "/v1/mgmt/tenant/create"): tenants.create,
    ("POST", "/v1/mgmt/tenant/update"): tenants.update,
    ("PATCH", "/v1/mgmt/tenant/patch"): tenants.patch,
    ("POST", "/v1/mgmt/tenant/delete"): tenants.delete,
    ("POST", "/v1/mgmt/tenant/updateDefaultRoles"): tenants.update_default_roles,
    ("POST", "/v1/mgmt/tenant/settings"): tenants.save_settings,
    ("POST", "/v1/mgmt/tenant/adminlinks/sso/revoke"): company.revoke_sso_link,
    ("POST", "/v1/mgmt/flow/import"): flows.import_old,
    ("POST", "/v2/mgmt/flow/import"): flows.import_,
    ("POST", "/v1/mgmt/flow/delete"): flows.delete,
    ("POST", "/v1/mgmt/theme/import"): flows.import_theme_old,
    ("POST", "/v2/mgmt/theme/import"): flows.import_theme,
    ("POST", "/v1/mgmt/accesskey/create"): keys.create,
    ("POST", "/v1/mgmt/accesskey/update"): keys.update,
    ("POST", "/v1/mgmt/accesskey/rotate"): keys.rotate,
    ("POST", "/v1/mgmt/accesskey/activate"): keys.activate,
    ("POST", "/v1/mgmt/accesskey/activate/batch"): keys.activate_batch,
    ("POST", "/v1/mgmt/accesskey/deactivate"): keys.deactivate,
    ("POST", "/v1/mgmt/accesskey/deactivate/batch"): keys.deactivate_batch,
    ("POST", "/v1/mgmt/accesskey/delete"): keys.delete,
    ("POST", "/v1/mgmt/accesskey/delete/batch"): keys.delete_batch,
    **{
        ("POST", f"/v1/mgmt/sso/idp/app/{protocol}/{verb}"): partial(call, protocol=protocol)
        for protocol in ("oidc", "saml", "wsfed")
        for verb, call in (("create", sso.sso_create), ("update", sso.sso_update))
    },
    ("POST", "/v1/mgmt/sso/idp/app/rotate"): sso.sso_rotate,
    ("POST", "/v1/mgmt/sso/idp/app/delete"): sso.sso_delete,
    ("POST", "/v1/mgmt/thirdparty/app/create"): applications.inbound_create,
    ("POST", "/v1/mgmt/thirdparty/app/update"): applications.inbound_update,
    ("POST", "/v1/mgmt/thirdparty/app/patch"): applications.inbound_patch,
    ("POST", "/v1/mgmt/thirdparty/app/rotate"): applications.inbound_rotate,
    ("POST", "/v1/mgmt/thirdparty/app/delete"): applications.inbound_delete,
    ("POST", "/v1/mgmt/thirdparty/app/delete/batch"): applications.inbound_delete_batch,
    ("POST", "/v1/mgmt/outbound/app/create"): applications.outbound_create,
    ("POST", "/v1/mgmt/outbound/app/update"): applications.outbound_update,
    ("POST", "/v1/mgmt/outbound/app/delete"): applications.outbound_delete,
    ("POST", "/v1/mgmt/fga/schema"): schemas.save,
    ("POST", "/v1/mgmt/fga/relations"): schemas.relate,
    ("POST", "/v1/mgmt/fga/relations/delete"): schemas.unrelate,
    ("DELETE", "/v1/mgmt/fga/relations"): schemas.clear,
    ("POST", "/v1/mgmt/authz/schema/save"): schemas.save_authz,
    ("POST", "/v1/mgmt/authz/schema/delete"): schemas.delete,
    ("POST", "/v1/mgmt/user/create"): company.create_user,
    ("POST", "/v1/mgmt/user/customattribute/create"): attributes.save,
    ("POST", "/v1/mgmt/user/customattribute/delete"): attributes.delete,
    ("POST", "/v1/mgmt/password/settings"): settings.save_passwords,
    ("POST", "/v1/mgmt/project/update/name"): settings.rename,
    ("POST", "/v1/mgmt/project/update/tags"): settings.tag,
    ("POST", "/v1/mgmt/project/delete"): settings.delete,
    ("POST", "/v1/mgmt/scopeClaimMapping/set"): settings.save_scopes,
    ("POST", "/v1/mgmt/scopeClaimMapping/delete"): settings.clear_scopes,
    ("POST", "/v1/mgmt/list"): lists.create,
    ("POST", "/v1/mgmt/list/update"): lists.update,
    ("POST", "/v1/mgmt/list/delete"): lists.delete,
    ("POST", "/v1/mgmt/list/import"): lists.import_,
    ("POST", "/v1/mgmt/list/clear"): lists.clear,
    ("POST", "/v1/mgmt/list/ip/add"): lists.adding("ips"),
    ("POST", "/v1/mgmt/list/ip/remove"): lists.removing("ips"),
    ("POST", "/v1/mgmt/list/text/add"): lists.adding("texts"),
    ("POST", "/v1/mgmt/list/text/remove"): lists.removing("texts"),
    ("POST", "/v1/mgmt/jwt/templates/create"): templates.create,
    ("POST", "/v1/mgmt/jwt/templates/update"): templates.update,
    ("POST", "/v1/mgmt/jwt/templates/delete"): templates.delete,
    ("POST", "/v1/mgmt/audit/event"): audits.event,
    ("PUT", "/v1/mgmt/managementkey"): company.create_key,
    ("PATCH", "/v1/mgmt/managementkey"): company.update_key,
    ("POST", "/v1/mgmt/managementkey/delete"): company.delete_keys,
    ("PUT", "/v1/mgmt/descoper"): company.create_descopers,
    ("PATCH", "/v1/mgmt/descoper"): company.update_descoper,
    ("DELETE", "/v1/mgmt/descoper"): company.delete_descoper,
    ("POST", "/v1/mgmt/engine/create"): company.create_engine,
    ("POST", "/v1/mgmt/engine/update"): company.update_engine,
    ("POST", "/v1/mgmt/engine/rotate"): company.rotate_engine,
    ("POST", "/v1/mgmt/engine/delete"): company.delete_engine,
}
ROUTES: Routes = {**_READS, **_WRITES}
# The few calls with an argument in their path, by what comes before it.
_OPEN = {
    (method, path[: path.index("{")]): (path, path[path.index("{") + 1 : -1])
    for method, path in ROUTES
    if "{" in path
}


def answer(world: World, request: Request) -> Response:
    """Answer one request; a refused one leaves the world as it was."""
    key, arguments = _found(request)
    writing = key in _WRITES
    before = world.kept() if writing else None
    try:
        _admit(world, request.authorization)
        body = _done(world, key, arguments)
        if writing and key != _EVENT:
            _write_down(world, request)
    except Refusal as refusal:
        if before is not None:
            world.put_back(before)
        return refusal.response()
    world.revision += writing
    return Response(body=body)


def reads(request: Request) -> bool:
    """Tell whether a request leaves the world as it is."""
    return _found(request)[0] not in _WRITES


def _done(world: World, key: tuple[str, str], arguments: Json) -> Json:
    try:
        return ROUTES.get(key, _nowhere)(world, arguments)
    except Unknown as refusal:
        if world.switches.refuse_unknown_fields or refusal.field not in arguments:
            raise
        rest = {name: value for name, value in arguments.items() if name != refusal.field}
        return _done(world, key, rest)
    except Refusal as refusal:
        deleting = key[1].endswith(("/delete", "/descoper"))
        if refusal.status == _MISSING and deleting and not world.switches.missing_delete_is_404:
            return {}
        raise


_MISSING = 404
_EVENT = ("POST", "/v1/mgmt/audit/event")


def _found(request: Request) -> tuple[tuple[str, str], Json]:
    """Find the call that a request means, and what it is called with."""
    key = (request.method, request.path)
    in_query = request.method in ("GET", "DELETE")
    arguments: Json = dict(request.query) if in_query else request.body
    if key in ROUTES:
        return key, arguments
    head, _, last = request.path.rpartition("/")
    if (request.method, f"{head}/") in _OPEN and last:
        path, name = _OPEN[request.method, f"{head}/"]
        return (request.method, path), {**(arguments or {}), name: unquote(last)}
    return key, arguments


def _write_down(world: World, request: Request) -> None:
    """Put a change into the audit trail, with what it was about."""
    body = request.body if isinstance(request.body, dict) else dict(request.query)
    about = _about(body)
    tenant = about.get("tenantId") or (about.get("id") if "/tenant/" in request.path else None)
    audits.write(
        world,
        _action(request.path),
        actor=request.actor or MANAGEMENT_KEY,
        data=about,
        tenants=[tenant] if isinstance(tenant, str) else [],
    )


def _about(body: Mapping[str, Json]) -> Json:
    """Say which objects a change names, those inside a batch as well."""
    about = {
        name: body[name]
        for name in ("id", "name", "newName", "flowId", "tenantId", "ids", "names")
        if body.get(name)
    }
    names = [*(body.get("roleNames") or []), *(body.get("roleIds") or [])]
    for value in body.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                found = [one.get(name) for name in ("id", "name", "newName", "flowId")]
                names += [text for text in found if text and isinstance(text, str)]
    return {**about, "names": [*(about.get("names") or []), *names]} if names else about


def _action(path: str) -> str:
    """Name a change after its call: `/v1/mgmt/role/create/batch` is `RoleCreate`."""
    parts = path.split("/")[3:]
    return "".join(part[:1].upper() + part[1:] for part in parts if part != "batch")


def _admit(world: World, authorization: str) -> None:
    """Accept `Bearer project:key` and `Bearer key`; the key itself may be any."""
    scheme, _, credentials = authorization.partition(" ")
    project, key = credentials.split(":", 1) if ":" in credentials else ("", credentials)
    if scheme == "Bearer" and key.startswith("K") and project in ("", world.project_id):
        return
    message = "The project id or the management key is wrong"
    raise Refusal(message, status=401, code="E011008")
