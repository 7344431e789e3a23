"""The list calls of the emulated project."""

from collections.abc import Callable

from dstate_descope.emulator.collection import Collection
from dstate_descope.emulator.request import (
    Addresses,
    Anything,
    Body,
    Choice,
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
)
from dstate_descope.emulator.world import Row, World

_FIELDS: Fields = {
    "name": Text(),
    "description": Text(),
    "type": Choice(("texts", "ips", "json")),
    "data": Anything(),
}
LISTS = Collection(
    table="lists", noun="list", prefix="LI", fields=_FIELDS, required=("name", "type")
)


def everything(world: World, body: Json) -> Json:
    """List all lists."""
    given(body, {})
    return {"lists": LISTS.listed(world)}


def create(world: World, body: Json) -> Json:
    """Make one."""
    return {"list": LISTS.put(world, _checked(LISTS.made(world, body)))}


def update(world: World, body: Json) -> Json:
    """Replace one; its type stays."""
    before = LISTS.rows(world).get(body.get("id", "") if isinstance(body, dict) else "")
    row = _checked(LISTS.replaced(world, body))
    if before is not None and before["type"] != row["type"]:
        message = f"the type of list {row['id']} cannot be changed"
        raise Refusal(message)
    return {"list": LISTS.put(world, row)}


def delete(world: World, body: Json) -> Json:
    """Remove one."""
    LISTS.removed(world, body)
    return {}


def load(world: World, query: Json) -> Json:
    """Give one by its id."""
    identifier = given(query, {"id": Text()}, required=("id",))["id"]
    return {"list": LISTS.row(world, identifier)}


def load_by_name(world: World, query: Json) -> Json:
    """Give one by its name."""
    name = given(query, {"name": Text()}, required=("name",))["name"]
    row = LISTS.named(world, name)
    if row is None:
        raise missing(name, noun="list")
    return {"list": row}


def import_(world: World, body: Json) -> Json:
    """Make or replace lists by their ids."""
    fields: Fields = {**_FIELDS, "id": Text()}
    for item in given(body, {"lists": Rows()}, required=("lists",))["lists"]:
        values = filled(known(item, fields), fields, required=("name", "type"))
        LISTS.check_name(world, values, but=values["id"])
        row = {**values, "id": values["id"] or world.new_id("LI")}
        LISTS.put(world, _checked(row))
    return {}


def clear(world: World, body: Json) -> Json:
    """Empty one."""
    row = LISTS.row(world, given(body, {"id": Text()}, required=("id",))["id"])
    LISTS.put(world, {**row, "data": {} if row["type"] == "json" else []})
    return {}


def adding(field: str) -> Callable[[World, Json], Json]:
    """Make the call that adds to a list."""

    def add(world: World, body: Json) -> Json:
        row, items = _items(world, body, field)
        return _put(world, {**row, "data": list(dict.fromkeys([*row["data"], *items]))})

    return add


def removing(field: str) -> Callable[[World, Json], Json]:
    """Make the call that takes from a list."""

    def remove(world: World, body: Json) -> Json:
        row, items = _items(world, body, field)
        return _put(world, {**row, "data": [one for one in row["data"] if one not in items]})

    return remove


def checking(field: str) -> Callable[[World, Json], Json]:
    """Make the call that asks whether something is in a list."""

    def check(world: World, body: Json) -> Json:
        values = given(body, {"id": Text(), field: Text()}, required=("id", field))
        row = LISTS.row(world, values["id"])
        return {"exists": values[field] in (row["data"] or [])}

    return check


def _items(world: World, body: Json, field: str) -> tuple[Row, list[str]]:
    values = given(body, {"id": Text(), field: Texts()}, required=("id", field))
    row = LISTS.row(world, values["id"])
    if row["type"] != field:
        message = f"list {row['id']} holds {row['type']}"
        raise Refusal(message)
    return row, values[field]


def _put(world: World, row: Row) -> Json:
    LISTS.put(world, _checked(row))
    return {}


def _checked(row: Body) -> Row:
    """Refuse data that is not of the list's type."""
    data = row["data"]
    if row["type"] == "json":
        return {**row, "data": {} if data is None else data}
    kind = Addresses() if row["type"] == "ips" else Texts()
    return {**row, "data": kind.check("data", data or [])}
