"""The permission calls of the emulated project."""

from dstate_descope.emulator.request import (
    Body,
    Fields,
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

_CREATE: Fields = {"name": Text(100), "description": Text()}
_UPDATE: Fields = {"id": Text(), "name": Text(100), "newName": Text(100), "description": Text()}
_BATCH: Fields = {"permissions": Rows()}


def everything(world: World, body: Json) -> Json:
    """List all permissions."""
    given(body, {})
    return {"permissions": list(world.permissions.values())}


def create(world: World, body: Json) -> Json:
    """Make one; the answer is empty, so that its id must be looked up."""
    values = filled(body, _CREATE, required=("name",))
    if _named(world, values["name"]):
        raise taken(values["name"], noun="permission")
    row = {"id": world.new_id("PERM"), **values, "systemDefault": False}
    world.permissions[row["id"]] = row
    return {}


def create_batch(world: World, body: Json) -> Json:
    """Make several, or none."""
    for item in given(body, _BATCH)["permissions"]:
        create(world, known(item, _CREATE))
    return {}


def update(world: World, body: Json) -> Json:
    """Replace name and description; roles follow a rename."""
    values = filled(body, _UPDATE, required=("newName",))
    row = _addressed(world, values)
    name = values["newName"]
    if name != row["name"]:
        if row["systemDefault"]:
            message = f"permission {row['name']} belongs to the system and keeps its name"
            raise Refusal(message)
        if _named(world, name):
            raise taken(name, noun="permission")
        _in_roles(world, row["name"], replacement=[name])
    world.permissions[row["id"]] = {**row, "name": name, "description": values["description"]}
    return {}


def update_batch(world: World, body: Json) -> Json:
    """Change several, or none."""
    for item in given(body, _BATCH)["permissions"]:
        update(world, known(item, _UPDATE))
    return {}


def delete(world: World, body: Json) -> Json:
    """Remove one; roles that hold it lose it."""
    _remove(world, _addressed(world, given(body, {"id": Text(), "name": Text()})))
    return {}


def delete_batch(world: World, body: Json) -> Json:
    """Remove those that exist; without a filter, all but the system's."""
    values = given(body, {"names": Texts(), "ids": Texts()})
    names, ids = values.get("names", []), values.get("ids", [])
    for row in list(world.permissions.values()):
        if not (names or ids) and row["systemDefault"]:
            continue
        if not (names or ids) or row["name"] in names or row["id"] in ids:
            _remove(world, row)
    return {}


def _remove(world: World, row: Row) -> None:
    if row["systemDefault"]:
        message = f"permission {row['name']} belongs to the system and cannot be deleted"
        raise Refusal(message)
    _in_roles(world, row["name"], replacement=[])
    del world.permissions[row["id"]]


def _in_roles(world: World, name: str, *, replacement: list[str]) -> None:
    for role in world.roles.values():
        if name in role["permissionNames"]:
            rest = [other for other in role["permissionNames"] if other != name]
            world.roles[role["id"]] = {**role, "permissionNames": rest + replacement}


def _named(world: World, name: str) -> Row | None:
    return next((row for row in world.permissions.values() if row["name"] == name), None)


def _addressed(world: World, values: Body) -> Row:
    if values.get("id"):
        row = world.permissions.get(values["id"])
    elif values.get("name"):
        row = _named(world, values["name"])
    else:
        message = "The name field is required"
        raise Refusal(message, code="E011003")
    if row is None:
        raise missing(values.get("id") or values["name"], noun="permission")
    return row
