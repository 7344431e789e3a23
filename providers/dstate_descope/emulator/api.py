"""The emulated service: one function from a world and a request to a response."""

from collections.abc import Callable, Mapping

from dstate_descope.emulator import permissions, roles, tenants
from dstate_descope.emulator.request import Json, Refusal, Request, Response, given
from dstate_descope.emulator.world import World

Call = Callable[[World, Json], Json]


def _license(world: World, body: Json) -> Json:
    given(body, {})
    return {"rateLimitTier": f"tier{world.tier}"}


def _nowhere(_world: World, _body: Json) -> Json:
    message = "There is no such call"
    raise Refusal(message, status=404, code="E404000")


_READS: Mapping[tuple[str, str], Call] = {
    ("GET", "/v1/mgmt/license"): _license,
    ("GET", "/v1/mgmt/permission/all"): permissions.everything,
    ("GET", "/v1/mgmt/role/all"): roles.everything,
    ("POST", "/v1/mgmt/role/search"): roles.search,
    ("GET", "/v1/mgmt/tenant"): tenants.load,
    ("GET", "/v1/mgmt/tenant/all"): tenants.everything,
    ("POST", "/v1/mgmt/tenant/search"): tenants.search,
}
_WRITES: Mapping[tuple[str, str], Call] = {
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
}
ROUTES: Mapping[tuple[str, str], Call] = {**_READS, **_WRITES}


def answer(world: World, request: Request) -> Response:
    """Answer one request; a refused one leaves the world as it was."""
    key = (request.method, request.path)
    writing = key in _WRITES
    before = world.tables() if writing else None
    try:
        _admit(world, request.authorization)
        body = ROUTES.get(key, _nowhere)(world, _arguments(request))
    except Refusal as refusal:
        if before is not None:
            world.put_back(before)
        return refusal.response()
    world.revision += writing
    return Response(body=body)


def _arguments(request: Request) -> Json:
    return dict(request.query) if request.method == "GET" else request.body


def _admit(world: World, authorization: str) -> None:
    """Accept `Bearer project:key` and `Bearer key`; the key itself may be any."""
    scheme, _, credentials = authorization.partition(" ")
    project, key = credentials.split(":", 1) if ":" in credentials else ("", credentials)
    if scheme == "Bearer" and key.startswith("K") and project in ("", world.project_id):
        return
    message = "The project id or the management key is wrong"
    raise Refusal(message, status=401, code="E011008")
