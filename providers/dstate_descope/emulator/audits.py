"""The audit trail of the emulated project: who changed what, and when."""

from dstate_descope.emulator.request import (
    Anything,
    Fields,
    Json,
    Mapped,
    Text,
    Texts,
    Whole,
    given,
)
from dstate_descope.emulator.world import AUDITS, Row, World

_SEARCH: Fields = {
    **{
        name: Texts()
        for name in (
            "userIds",
            "actions",
            "excludedActions",
            "devices",
            "methods",
            "geos",
            "remoteAddresses",
            "externalIds",
            "tenants",
            "actorIds",
            "types",
        )
    },
    "noTenants": Anything(),
    "text": Text(),
    "from": Whole(),
    "to": Whole(),
    "size": Whole(),
    "limit": Whole(),
    "page": Whole(),
}
_MOST = 1_000


def search(world: World, body: Json) -> Json:
    """List events, the newest first, one page at a time."""
    values = given(body, _SEARCH)
    rows = [row for row in world.tables["audits"].values() if _matches(row, values)]
    rows.sort(key=lambda row: (row["occurred"], row["id"]), reverse=True)
    size = min(values.get("size") or values.get("limit") or _MOST, _MOST)
    start = values.get("page", 0) * size
    return {"audits": [_shown(row) for row in rows[start : start + size]], "total": len(rows)}


def _matches(row: Row, values: Row) -> bool:
    return (
        _within(row["userId"], values.get("userIds"))
        and _within(row["action"], values.get("actions"))
        and row["action"] not in values.get("excludedActions", ())
        and (not values.get("tenants") or bool({*values["tenants"]} & {*row["tenants"]}))
        and values.get("text", "").casefold()
        in str(row["data"]).casefold() + row["action"].casefold()
        and values.get("from", 0) <= row["occurred"]
        and (not values.get("to") or row["occurred"] <= values["to"])
    )


def _within(value: str, wanted: list[str] | None) -> bool:
    return not wanted or value in wanted


def _shown(row: Row) -> Row:
    """Spell an event as the service does; a 64-bit number is a string."""
    shown = {name: value for name, value in row.items() if name != "id"}
    return {**shown, "ID": row["id"], "occurred": str(row["occurred"])}


def event(world: World, body: Json) -> Json:
    """Write an event of the caller's own."""
    fields: Fields = {
        **{name: Text() for name in ("action", "type", "actorId", "tenantId", "userId")},
        "data": Mapped(),
    }
    values = given(body, fields, required=("action", "type", "actorId"))
    tenants = [values["tenantId"]] if values.get("tenantId") else []
    write(
        world,
        values["action"],
        actor=values["actorId"],
        data=values.get("data", {}),
        tenants=tenants,
    )
    return {}


def write(
    world: World, action: str, *, actor: str, data: Row, tenants: list[str] | None = None
) -> None:
    """Add an event, and forget the oldest where there are too many."""
    number = world.documents.get("audited", 0) + 1
    world.documents["audited"] = number
    row: Row = {
        "id": f"AU{number:026d}",
        "projectId": world.project_id,
        "userId": "",
        "action": action,
        "occurred": world.clock() * 1000,
        "device": "",
        "method": "",
        "geo": "",
        "remoteAddress": "127.0.0.1",
        "externalIds": [],
        "tenants": tenants or [],
        "data": data,
        "actorId": actor,
        "type": "info",
    }
    trail = world.tables["audits"]
    trail[row["id"]] = row
    while len(trail) > AUDITS:
        del trail[next(iter(trail))]
