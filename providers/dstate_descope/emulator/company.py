"""What surrounds an emulated project: users, groups, and the keys and people of its company.

None of it is managed; the SDKs ask for it, and a tenant's users decide whether it can be deleted.
"""

from dstate_descope.emulator.collection import Collection
from dstate_descope.emulator.request import (
    Addresses,
    Anything,
    Choice,
    Fields,
    Json,
    Mapped,
    Parts,
    Rows,
    Text,
    Texts,
    Whole,
    filled,
    given,
)
from dstate_descope.emulator.secrets import secret, turned
from dstate_descope.emulator.world import Row, World

_TENANTS = Parts({"tenantId": Text(), "roleNames": Texts()})
_USER: Fields = {
    "loginId": Text(),
    "email": Text(),
    "displayName": Text(),
    "roleNames": Texts(),
    "userTenants": _TENANTS,
    "customAttributes": Mapped(),
}
_KEY: Fields = {
    "name": Text(),
    "description": Text(),
    "permittedIps": Addresses(),
    "status": Choice(("", "active", "inactive")),
}
_KEYS = Collection(
    table="management_keys", noun="management key", prefix="K", fields=_KEY, unique=False
)
_ENGINES = Collection(table="engines", noun="engine", prefix="EN", fields={"name": Text()})


def search_users(world: World, body: Json) -> Json:
    """List the users, of some tenants or of all."""
    values = given(body, {"tenantIds": Texts(), "limit": Whole(), "page": Whole(), "text": Text()})
    tenants, limit = set(values.get("tenantIds", ())), values.get("limit", 0)
    rows = [
        row
        for row in world.tables["users"].values()
        if not tenants or not tenants.isdisjoint(one["tenantId"] for one in row["userTenants"])
    ]
    start = values.get("page", 0) * limit
    shown = rows[start : start + limit] if limit else rows
    return {"users": [_user(row) for row in shown], "total": len(rows)}


def create_user(world: World, body: Json) -> Json:
    """Make a user, so that there is something for a tenant's deletion to take along."""
    values = filled(body, _USER, required=("loginId",))
    row = {"id": world.new_id("U"), **values, "createdTime": world.clock()}
    world.tables["users"][row["id"]] = row
    return {"user": _user(row)}


def _user(row: Row) -> Row:
    shown = {name: row[name] for name in _USER if name != "loginId"}
    more = {"userId": row["id"], "loginIds": [row["loginId"]], "createdTime": row["createdTime"]}
    return {**shown, **more, "status": "enabled"}


def groups(world: World, body: Json) -> Json:
    """List the groups of a tenant: nobody has sent any."""
    fields: Fields = {
        "tenantId": Text(),
        "groupId": Text(),
        "userIds": Texts(),
        "loginIds": Texts(),
    }
    del world
    given(body, fields)
    return []


def create_key(world: World, body: Json) -> Json:
    """Make a management key; its secret is in this answer and nowhere else."""
    more: Fields = {"expiresIn": Whole(), "reBac": Anything()}
    values = given(body, {**_KEY, **more}, required=("name",))
    expires = values.pop("expiresIn", 0)
    rebac = values.pop("reBac", None)
    made = world.clock()
    row = _KEYS.made(
        world,
        values,
        status="active",
        createdTime=made,
        expireTime=made + expires if expires else 0,
        reBac=rebac,
        version=1,
        authzVersion=1,
    )
    return {"key": row, "cleartext": row["id"] + secret(world, row)}


def update_key(world: World, body: Json) -> Json:
    """Replace what of a management key can be."""
    row = _KEYS.replaced(world, body)
    return {"key": _KEYS.put(world, {**row, "status": row["status"] or "active"})}


def load_key(world: World, query: Json) -> Json:
    """Give one management key."""
    return {"key": _KEYS.row(world, given(query, {"id": Text()}, required=("id",))["id"])}


def search_keys(world: World, body: Json) -> Json:
    """List the management keys."""
    given(body, {})
    return {"keys": _KEYS.listed(world)}


def delete_keys(world: World, body: Json) -> Json:
    """Remove those management keys that exist."""
    ids = given(body, {"ids": Texts()}, required=("ids",))["ids"]
    gone = [_KEYS.rows(world).pop(one, None) for one in ids]
    return {"total": sum(row is not None for row in gone)}


def create_descopers(world: World, body: Json) -> Json:
    """Invite people to the company."""
    made = []
    for item in given(body, {"descopers": Rows()}, required=("descopers",))["descopers"]:
        row: Row = {
            "id": world.new_id("U"),
            "loginIds": [item.get("loginId", "")],
            "attributes": item.get("attributes") or {},
            "rbac": item.get("rbac") or {},
            "status": "invited",
        }
        world.tables["descopers"][row["id"]] = row
        made.append(row)
    return {"descopers": made, "total": len(made)}


def update_descoper(world: World, body: Json) -> Json:
    """Change a person's attributes or rights."""
    fields: Fields = {"id": Text(), "attributes": Mapped(), "rbac": Mapped()}
    values = given(body, fields, required=("id",))
    row = {**_DESCOPERS.row(world, values["id"]), **values}
    return {"descoper": _DESCOPERS.put(world, row)}


def load_descoper(world: World, query: Json) -> Json:
    """Give one person."""
    identifier = given(query, {"id": Text()}, required=("id",))["id"]
    return {"descoper": _DESCOPERS.row(world, identifier)}


def list_descopers(world: World, body: Json) -> Json:
    """List the people of the company."""
    given(body, {"options": Anything()})
    rows = _DESCOPERS.listed(world)
    return {"descopers": rows, "total": len(rows)}


def delete_descoper(world: World, query: Json) -> Json:
    """Send a person away."""
    _DESCOPERS.removed(world, query)
    return {}


_DESCOPERS = Collection(table="descopers", noun="descoper", prefix="U", fields={}, unique=False)


def engines(world: World, body: Json) -> Json:
    """List the engines."""
    given(body, {})
    return {"engines": [_engine(row) for row in _ENGINES.listed(world)]}


def load_engine(world: World, query: Json) -> Json:
    """Give one engine."""
    identifier = given(query, {"id": Text()}, required=("id",))["id"]
    return {"engine": _engine(_ENGINES.row(world, identifier))}


def create_engine(world: World, body: Json) -> Json:
    """Make an engine; its secret is in this answer and nowhere else."""
    row = _ENGINES.made(world, body, createdTime=world.clock())
    return {"engine": _engine(row, secret=secret(world, row))}


def update_engine(world: World, body: Json) -> Json:
    """Change the name of an engine."""
    return {"engine": _engine(_ENGINES.replaced(world, body))}


def rotate_engine(world: World, body: Json) -> Json:
    """Give an engine another secret."""
    identifier = given(body, {"id": Text()}, required=("id",))["id"]
    return {"secret": turned(world, "engines", row=_ENGINES.row(world, identifier))}


def delete_engine(world: World, body: Json) -> Json:
    """Remove an engine."""
    _ENGINES.removed(world, body)
    return {}


def _engine(row: Row, *, secret: str = "") -> Row:
    return {
        "id": row["id"],
        "name": row["name"],
        "secret": secret,
        "createdTime": row["createdTime"],
    }


def sso_link(world: World, body: Json) -> Json:
    """Give a link that leads nowhere: there is no console behind the emulator."""
    del world
    fields: Fields = {name: Anything() for name in ("expireTime", "ssoId", "email", "templateId")}
    values = given(body, {**fields, "tenantId": Text(), "actorId": Text()}, required=("tenantId",))
    return {"adminSSOConfigurationLink": f"https://emulator.invalid/{values['tenantId']}"}


def revoke_sso_link(world: World, body: Json) -> Json:
    """Revoke such a link."""
    del world
    given(body, {"tenantId": Text(), "ssoId": Anything()}, required=("tenantId",))
    return {}


def signing_keys(world: World, query: Json) -> Json:
    """Give the keys that sessions are signed with: the emulator signs none."""
    del world, query
    return {"keys": []}
