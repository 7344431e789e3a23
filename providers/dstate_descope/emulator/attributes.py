"""The calls for the users' custom attributes of the emulated project."""

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
)
from dstate_descope.emulator.world import Row, World

_SORTS = ("string", "number", "boolean", "singleselect", "multiselect", "date", "monthday")
_FIELDS: Fields = {
    "name": Text(20),
    "type": Anything(),
    "displayName": Text(),
    "options": Anything(),
    "defaultValue": Anything(),
    "viewPermissions": Texts(),
    "editPermissions": Texts(),
    "editable": Flag(),
}


def everything(world: World, body: Json) -> Json:
    """List all attributes; their number is spelled as a string."""
    given(body, {})
    rows = [_shown(row) for row in world.tables["attributes"].values()]
    return {"data": rows, "total": str(len(rows))}


def save(world: World, body: Json) -> Json:
    """Make or replace attributes by their names."""
    for item in given(body, {"attributes": Rows()}, required=("attributes",))["attributes"]:
        values = filled(known(item, _FIELDS), _FIELDS, required=("name", "type"))
        values["type"] = _sort(values["type"])
        values["options"] = [_option(option) for option in values["options"] or []]
        before = world.tables["attributes"].get(values["name"])
        if before is not None and before["type"] != values["type"]:
            message = f"the type of attribute {values['name']} cannot be changed"
            raise Refusal(message)
        _check_permissions(world, values)
        world.tables["attributes"][values["name"]] = {"id": values["name"], **values}
    return everything(world, {})


def delete(world: World, body: Json) -> Json:
    """Remove those that exist."""
    for name in given(body, {"names": Texts()}, required=("names",))["names"]:
        world.tables["attributes"].pop(name, None)
    return everything(world, {})


def _sort(value: Json) -> int:
    if isinstance(value, str) and value.lower() in _SORTS:
        return _SORTS.index(value.lower()) + 1
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= len(_SORTS):
        return value
    message = f"The type field must be one of {', '.join(_SORTS)}"
    raise Refusal(message)


def _option(value: Json) -> Row:
    """Accept an option as an object, or as one of the SDKs sends it: a mere text."""
    if isinstance(value, str):
        return {"value": value, "label": value}
    if isinstance(value, dict) and isinstance(value.get("value"), str):
        return {"value": value["value"], "label": value.get("label") or ""}
    message = "The options field must be a list of values with labels"
    raise Refusal(message)


def _check_permissions(world: World, values: Body) -> None:
    held = {row["name"] for row in world.permissions.values()}
    for name in (*values["viewPermissions"], *values["editPermissions"]):
        if name not in held:
            message = f"permission {name} does not exist"
            raise Refusal(message)


def _shown(row: Row) -> Row:
    shown = {name: value for name, value in row.items() if name != "id"}
    return {**shown, "editable": True}
