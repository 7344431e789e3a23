"""The role calls of the emulated project."""

from dstate_descope.emulator.request import (
    Anything,
    Body,
    Fields,
    Flag,
    Json,
    Refusal,
    Rows,
    Text,
    Texts,
    filled,
    given,
    known,
    missing,
    taken,
)
from dstate_descope.emulator.world import Row, World

_CREATE: Fields = {
    "name": Text(100),
    "description": Text(),
    "permissionNames": Texts(),
    "tenantId": Text(),
    "default": Flag(),
    "private": Flag(),
}
_WRITABLE = ("description", "permissionNames", "default", "private")
_UPDATE: Fields = {"id": Text(), "newName": Text(100), **_CREATE}
_BATCH: Fields = {"roles": Rows()}
_SEARCH: Fields = {
    "tenantIds": Texts(),
    "roleNames": Texts(),
    "roleIds": Texts(),
    "permissionNames": Texts(),
    "roleNameLike": Text(),
    "text": Text(),
    "includeProjectRoles": Flag(),
    "sort": Anything(),
}


def everything(world: World, body: Json) -> Json:
    """List the roles of the project and of its tenants."""
    given(body, {})
    return {"roles": list(world.roles.values())}


def search(world: World, body: Json) -> Json:
    """List the roles that every filter lets through."""
    values = filled(body, _SEARCH)
    return {"roles": [row for row in world.roles.values() if _matches(row, values)]}


def _matches(row: Row, values: Body) -> bool:
    levels = values["tenantIds"] + ([""] if values["includeProjectRoles"] else [])
    words = (values["roleNameLike"].lower(), values["text"].lower())
    held = set(row["permissionNames"])
    return (
        (not values["tenantIds"] or row["tenantId"] in levels)
        and (not values["roleNames"] or row["name"] in values["roleNames"])
        and (not values["roleIds"] or row["id"] in values["roleIds"])
        and (not values["permissionNames"] or not held.isdisjoint(values["permissionNames"]))
        and all(word in row["name"].lower() for word in words)
    )


def create(world: World, body: Json) -> Json:
    """Make one."""
    values = filled(body, _CREATE, required=("name",))
    if values["tenantId"] and values["tenantId"] not in world.tenants:
        raise missing(values["tenantId"], noun="tenant")
    _check_permissions(world, values)
    if named(world, values["name"], tenant=values["tenantId"]):
        raise taken(values["name"], noun="role")
    row = {"id": world.new_id("ROL"), **values, "createdTime": world.clock()}
    world.roles[row["id"]] = row
    return row


def create_batch(world: World, body: Json) -> Json:
    """Make several, or none."""
    items = given(body, _BATCH)["roles"]
    return {"roles": [create(world, known(item, _CREATE)) for item in items]}


def update(world: World, body: Json) -> Json:
    """Replace everything but level and creation; tenants follow a rename."""
    values = filled(body, _UPDATE, required=("newName",))
    row = _addressed(world, values)
    _check_permissions(world, values)
    name = values["newName"]
    if name != row["name"]:
        if named(world, name, tenant=row["tenantId"]):
            raise taken(name, noun="role")
        _in_tenants(world, row, replacement=[name])
    written = {key: values[key] for key in _WRITABLE}
    world.roles[row["id"]] = {**row, **written, "name": name}
    return world.roles[row["id"]]


def update_batch(world: World, body: Json) -> Json:
    """Change several, or none."""
    items = given(body, _BATCH)["roles"]
    return {"roles": [update(world, known(item, _UPDATE)) for item in items]}


def delete(world: World, body: Json) -> Json:
    """Remove one; tenants that give it to new users no longer do."""
    fields: Fields = {"id": Text(), "name": Text(), "tenantId": Text()}
    remove(world, _addressed(world, filled(body, fields)))
    return {}


def delete_batch(world: World, body: Json) -> Json:
    """Remove those that exist; without a filter every role, as the real one does."""
    fields: Fields = {
        "roleNames": Texts(),
        "roleIds": Texts(),
        "tenantId": Text(),
        "roles": Anything(),
    }
    values = filled(body, fields)
    names, ids, tenant = values["roleNames"], values["roleIds"], values["tenantId"]
    for row in list(world.roles.values()):
        inside = row["tenantId"] == tenant if tenant or names else True
        if row["id"] in ids or (inside and (row["name"] in names or not (names or ids))):
            remove(world, row)
    return {}


def remove(world: World, row: Row) -> None:
    """Take a role out of the project and of its tenants' default roles."""
    _in_tenants(world, row, replacement=[])
    del world.roles[row["id"]]


def named(world: World, name: str, *, tenant: str) -> Row | None:
    """Give the role of this name at this level, or None."""
    rows = world.roles.values()
    return next((row for row in rows if row["name"] == name and row["tenantId"] == tenant), None)


def _in_tenants(world: World, role: Row, *, replacement: list[str]) -> None:
    name = role["name"]
    for tenant in world.tenants.values():
        if role["tenantId"] in ("", tenant["id"]) and name in tenant["defaultRoles"]:
            rest = [other for other in tenant["defaultRoles"] if other != name]
            world.tenants[tenant["id"]] = {**tenant, "defaultRoles": rest + replacement}


def _check_permissions(world: World, values: Body) -> None:
    held = {row["name"] for row in world.permissions.values()} if values["permissionNames"] else ()
    for name in values["permissionNames"]:
        if name not in held:
            message = f"permission {name} does not exist"
            raise Refusal(message)


def _addressed(world: World, values: Body) -> Row:
    if values["id"]:
        row = world.roles.get(values["id"])
    elif values["name"]:
        row = named(world, values["name"], tenant=values["tenantId"])
    else:
        message = "The name field is required"
        raise Refusal(message, code="E011003")
    if row is None:
        raise missing(values["id"] or values["name"], noun="role")
    return row
