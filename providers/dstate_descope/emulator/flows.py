"""The flow and theme calls of the emulated project, in both versions of their form."""

from dstate_descope.emulator.defaults import empty_metadata
from dstate_descope.emulator.request import (
    Anything,
    Body,
    Fields,
    Flag,
    Json,
    Mapped,
    Part,
    Refusal,
    Rows,
    Text,
    Texts,
    filled,
    given,
    known,
    missing,
)
from dstate_descope.emulator.roles import named
from dstate_descope.emulator.world import Row, World

_EXPORTED: Fields = {
    "flowId": Text(),
    "metadata": Mapped(),
    "contents": Mapped(),
    "screens": Rows(),
    "references": Mapped(),
}
_OLD: Fields = {
    "id": Text(),
    "name": Text(),
    "description": Text(),
    "dsl": Mapped(),
    "disabled": Flag(),
    "fingerprint": Flag(),
    "widget": Flag(),
    "management": Flag(),
    "managementConfig": Anything(),
    "sharedInteractions": Anything(),
    "translate": Flag(),
    "translateConnectorID": Text(),
    "translateSourceLang": Text(),
    "translateTargetLangs": Texts(),
    "version": Anything(),
    "modifiedTime": Anything(),
    "etag": Anything(),
}
_SAME = ("name", "description", "disabled", "fingerprint", "widget", "management")


_METADATA: Fields = {
    "name": Text(),
    "description": Text(),
    "componentsVersion": Text(),
    "disabled": Flag(),
    "fingerprint": Flag(),
    "widget": Flag(),
    "management": Flag(),
}
_MOST_TASKS = 200


def _check(metadata: Body, contents: Body) -> None:
    """Refuse what a flow may not say of itself, and one of too many tasks."""
    given(known(metadata, _METADATA), _METADATA)
    tasks = contents.get("tasks")
    if isinstance(tasks, dict | list) and len(tasks) > _MOST_TASKS:
        message = f"A flow must have at most {_MOST_TASKS} tasks"
        raise Refusal(message, code="E011003")


def listed(world: World, body: Json) -> Json:
    """List the flows, without what they consist of."""
    ids = given(body, {"ids": Texts()}).get("ids", [])
    rows = [row for row in world.tables["flows"].values() if not ids or row["id"] in ids]
    return {"flows": [_row(row) for row in rows], "total": len(rows)}


def _row(row: Row) -> Row:
    return {"id": row["id"], **{name: row["metadata"][name] for name in _SAME[:3]}}


def delete(world: World, body: Json) -> Json:
    """Remove those that exist."""
    for identifier in given(body, {"ids": Texts()}, required=("ids",))["ids"]:
        world.tables["flows"].pop(identifier, None)
    return {}


def export(world: World, body: Json) -> Json:
    """Give one flow in the newer form."""
    row = _addressed(world, body)
    flow = {"flowId": row["id"]}
    flow |= {name: row[name] for name in ("metadata", "contents", "screens", "references")}
    return {"flow": flow}


def import_(world: World, body: Json) -> Json:
    """Make or overwrite one flow in the newer form."""
    outer = given(body, {"flow": Mapped()}, required=("flow",))
    values = filled(outer["flow"], _EXPORTED, required=("flowId",))
    _check(values["metadata"], values["contents"])
    _check_references(world, values["references"])
    screens = sorted(values["screens"], key=lambda screen: str(screen.get("screenId", "")))
    metadata = {**empty_metadata(), **values["metadata"]}
    _write(world, values["flowId"], {**values, "metadata": metadata, "screens": screens})
    return {}


def export_old(world: World, body: Json) -> Json:
    """Give one flow in the older form."""
    return _old(_addressed(world, body))


def import_old(world: World, body: Json) -> Json:
    """Make or overwrite one flow in the older form; what it refers to is not looked at."""
    fields: Fields = {"flowId": Text(), "flow": Mapped(), "screens": Rows()}
    values = filled(body, fields, required=("flowId", "flow"))
    flow = filled({key: values["flow"][key] for key in values["flow"] if key in _OLD}, _OLD)
    metadata = {**empty_metadata(), **{name: flow[name] for name in _SAME}}
    metadata["sharedInteractions"] = flow["sharedInteractions"] or []
    metadata["managementConfig"] = flow["managementConfig"]
    if flow["translate"] or flow["translateConnectorID"]:
        metadata["translation"] = {
            "connectorId": flow["translateConnectorID"],
            "enabled": flow["translate"],
            "sourceLanguage": flow["translateSourceLang"],
            "targetLanguages": flow["translateTargetLangs"],
        }
    screens = [_screen(screen) for screen in values["screens"]]
    versions = [screen.get("componentsVersion") for screen in values["screens"]]
    metadata["componentsVersion"] = next(filter(None, versions), "")
    _check(metadata, flow["dsl"])
    shaped = {"metadata": metadata, "contents": flow["dsl"], "screens": screens, "references": {}}
    return _old(_write(world, values["flowId"], shaped))


def _screen(screen: Row) -> Row:
    made = {
        "screenId": screen.get("id", ""),
        "interactions": screen.get("interactions") or [],
        "contents": screen.get("htmlTemplate") or {},
    }
    return {**made, "inputs": screen["inputs"]} if screen.get("inputs") else made


def _old(row: Row) -> Json:
    metadata = row["metadata"]
    translation = metadata["translation"] or {}
    flow = {
        "id": row["id"],
        "version": row["version"],
        "dsl": row["contents"],
        "modifiedTime": str(row["modifiedTime"]),
        "etag": f"{row['version']}-{row['modifiedTime']}",
        **{name: metadata[name] for name in _SAME},
        "managementConfig": metadata["managementConfig"],
        "sharedInteractions": metadata["sharedInteractions"],
        "translate": translation.get("enabled", False),
        "translateConnectorID": translation.get("connectorId", ""),
        "translateSourceLang": translation.get("sourceLanguage", ""),
        "translateTargetLangs": translation.get("targetLanguages", []),
    }
    screens = [
        {
            "id": screen.get("screenId", ""),
            "version": row["version"],
            "flowId": row["id"],
            "inputs": screen.get("inputs", []),
            "interactions": screen.get("interactions", []),
            "htmlTemplate": screen.get("contents", {}),
            "componentsVersion": metadata["componentsVersion"],
        }
        for screen in row["screens"]
    ]
    return {"flow": flow, "screens": screens}


def _write(world: World, identifier: str, shaped: Body) -> Row:
    before = world.tables["flows"].get(identifier)
    row = {
        "id": identifier,
        "version": before["version"] + 1 if before else 1,
        "modifiedTime": world.clock(),
        **{name: shaped[name] for name in ("metadata", "contents", "screens", "references")},
    }
    world.tables["flows"][identifier] = row
    return row


def _check_references(world: World, references: Body) -> None:
    roles = references.get("roles") or {}
    if not world.switches.flow_import_checks_references or not isinstance(roles, dict):
        return
    for name in roles:
        if named(world, name, tenant="") is None:
            message = f"the flow refers to role {name}, which does not exist"
            raise Refusal(message, code="E113007")


def _addressed(world: World, body: Json) -> Row:
    identifier = given(body, {"flowId": Text()}, required=("flowId",))["flowId"]
    row = world.tables["flows"].get(identifier)
    if row is None:
        raise missing(identifier, noun="flow")
    return row


def export_theme(world: World, body: Json) -> Json:
    """Give the theme in the newer form."""
    given(body, {})
    return {"theme": {**world.documents["theme"], "references": {}}}


def import_theme(world: World, body: Json) -> Json:
    """Overwrite the theme in the newer form."""
    fields: Fields = {"styles": Mapped(), "componentsVersion": Text(), "references": Anything()}
    theme = given(body, {"theme": Part(fields)}, required=("theme",))["theme"]
    _put_theme(world, theme["styles"], components=theme["componentsVersion"])
    return {}


def export_theme_old(world: World, body: Json) -> Json:
    """Give the theme in the older form."""
    given(body, {})
    theme = world.documents["theme"]
    return {
        "theme": {
            "id": "theme",
            "version": world.documents["themeVersion"],
            "cssTemplate": theme["styles"],
            "componentsVersion": theme["componentsVersion"],
            "codeMode": False,
        }
    }


def import_theme_old(world: World, body: Json) -> Json:
    """Overwrite the theme in the older form; its version grows by one."""
    fields: Fields = {
        "id": Text(),
        "version": Anything(),
        "cssTemplate": Mapped(),
        "componentsVersion": Text(),
        "codeMode": Flag(),
    }
    theme = given(body, {"theme": Part(fields)}, required=("theme",))["theme"]
    _put_theme(world, theme["cssTemplate"], components=theme["componentsVersion"])
    return export_theme_old(world, {})


def _put_theme(world: World, styles: Body, *, components: str) -> None:
    world.documents["theme"] = {"styles": styles, "componentsVersion": components}
    world.documents["themeVersion"] += 1
