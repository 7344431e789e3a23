"""The access-key calls of the emulated project."""

from dstate_descope.emulator import roles
from dstate_descope.emulator.collection import Collection
from dstate_descope.emulator.request import (
    Addresses,
    Anything,
    Body,
    Fields,
    Json,
    Mapped,
    Parts,
    Refusal,
    Text,
    Texts,
    Whole,
    filled,
    given,
    missing,
)
from dstate_descope.emulator.secrets import secret, turned
from dstate_descope.emulator.world import Row, World

_TENANTS = Parts({"tenantId": Text(), "tenantName": Text(), "roleNames": Texts()})
_UPDATE: Fields = {
    "name": Text(),
    "description": Text(),
    "roleNames": Texts(),
    "keyTenants": _TENANTS,
    "customClaims": Mapped(),
    "permittedIps": Addresses(),
    "customAttributes": Mapped(),
}
_CREATE: Fields = {**_UPDATE, "expireTime": Whole(), "userId": Text()}
_SEARCH: Fields = {
    "tenantIds": Texts(),
    "boundUserId": Text(),
    "creatingUser": Text(),
    "customAttributes": Mapped(),
    "text": Text(),
    "sort": Anything(),
}
KEYS = Collection(table="keys", noun="access key", prefix="K", fields=_UPDATE, unique=False)


def search(world: World, body: Json) -> Json:
    """List the keys that every filter lets through."""
    values = filled(body, _SEARCH)
    rows = [row for row in KEYS.listed(world) if _matches(row, values)]
    return {"keys": [_shown(world, row) for row in rows]}


def _matches(row: Row, values: Body) -> bool:
    tenants = {one["tenantId"] for one in row["keyTenants"]}
    attributes = values["customAttributes"].items()
    return (
        (not values["tenantIds"] or not tenants.isdisjoint(values["tenantIds"]))
        and values["boundUserId"] in ("", row["boundUserId"])
        and values["creatingUser"] in ("", row["createdBy"])
        and values["text"].casefold() in row["name"].casefold()
        and all(row["customAttributes"].get(name) == value for name, value in attributes)
    )


def load(world: World, query: Json) -> Json:
    """Give one key."""
    identifier = given(query, {"id": Text()}, required=("id",))["id"]
    return {"key": _shown(world, KEYS.row(world, identifier))}


def create(world: World, body: Json) -> Json:
    """Make one; its secret is in this answer and nowhere else."""
    values = filled(body, _CREATE, required=("name",))
    _check(world, values)
    identifier = world.new_id("K")
    user = values.pop("userId")
    row = {
        "id": identifier,
        **values,
        "status": "active",
        "createdTime": world.clock(),
        "createdBy": "",
        "clientId": f"{identifier}-client",
        "boundUserId": user,
        "editable": True,
        "turns": 0,
    }
    KEYS.put(world, row)
    return {"key": _shown(world, row), "cleartext": row["id"] + secret(world, row)}


def update(world: World, body: Json) -> Json:
    """Change the fields that are present."""
    values = given(body, {**_UPDATE, "id": Text()}, required=("id", "name"))
    _check(world, values)
    return {"key": _shown(world, KEYS.put(world, {**KEYS.row(world, values["id"]), **values}))}


def rotate(world: World, body: Json) -> Json:
    """Give a key another secret; the old one is worth nothing from now on."""
    row = KEYS.row(world, given(body, {"id": Text()}, required=("id",))["id"])
    if _status(world, row) != "active":
        message = f"access key {row['id']} is not active"
        raise Refusal(message)
    cleartext = row["id"] + turned(world, "keys", row=row)
    return {"key": _shown(world, KEYS.row(world, row["id"])), "cleartext": cleartext}


def activate(world: World, body: Json) -> Json:
    """Let a key be used."""
    return _switched(world, _one(body), status="active")


def deactivate(world: World, body: Json) -> Json:
    """Keep a key from being used."""
    return _switched(world, _one(body), status="inactive")


def activate_batch(world: World, body: Json) -> Json:
    """Let several be used."""
    return _switched(world, _several(body), status="active")


def deactivate_batch(world: World, body: Json) -> Json:
    """Keep several from being used."""
    return _switched(world, _several(body), status="inactive")


def delete(world: World, body: Json) -> Json:
    """Remove one."""
    KEYS.removed(world, body)
    return {}


def delete_batch(world: World, body: Json) -> Json:
    """Remove those that exist."""
    for identifier in _several(body):
        KEYS.rows(world).pop(identifier, None)
    return {}


def _switched(world: World, ids: list[str], *, status: str) -> Json:
    for identifier in ids:
        KEYS.put(world, {**KEYS.row(world, identifier), "status": status})
    return {}


def _one(body: Json) -> list[str]:
    return [given(body, {"id": Text()}, required=("id",))["id"]]


def _several(body: Json) -> list[str]:
    ids: list[str] = given(body, {"ids": Texts()}, required=("ids",))["ids"]
    return ids


def _status(world: World, row: Row) -> str:
    if row["expireTime"] and row["expireTime"] <= world.clock():
        return "expired"
    return str(row["status"])


def _shown(world: World, row: Row) -> Row:
    names = {tenant["id"]: tenant["name"] for tenant in world.tenants.values()}
    tenants = [{**one, "tenantName": names.get(one["tenantId"], "")} for one in row["keyTenants"]]
    shown = {**row, "keyTenants": tenants, "status": _status(world, row)}
    del shown["turns"]
    return shown


def _check(world: World, values: Body) -> None:
    for name in values.get("roleNames", ()):
        if roles.named(world, name, tenant="") is None:
            message = f"role {name} does not exist"
            raise Refusal(message)
    for one in values.get("keyTenants", ()):
        if one["tenantId"] not in world.tenants:
            raise missing(one["tenantId"], noun="tenant")
        for name in one["roleNames"]:
            levels = ("", one["tenantId"])
            if not any(roles.named(world, name, tenant=level) for level in levels):
                message = f"role {name} does not exist"
                raise Refusal(message)
