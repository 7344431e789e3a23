"""The one shape in which flows and themes are kept: that of the second version of the API.

A document of the first version, as the console downloads it, is turned into it; what changes by
itself, and what is said elsewhere, is left out; screens are in the order of their ids.
"""

from collections.abc import Mapping
from typing import Any

Json = Any
Body = dict[str, Json]

# Never compared: other in every answer, or ids of the project that a flow was exported from.
VOLATILE = ("etag", "version", "modifiedTime", "flowId", "references")

_METADATA = {
    "name": "name",
    "description": "description",
    "disabled": "disabled",
    "fingerprint": "fingerprint",
    "widget": "widget",
    "sharedInteractions": "sharedInteractions",
    "management": "management",
    "managementConfig": "managementConfig",
}
_TRANSLATION = {
    "connectorId": "translateConnectorID",
    "enabled": "translate",
    "sourceLanguage": "translateSourceLang",
    "targetLanguages": "translateTargetLangs",
}


# The service takes no more in one flow.
MOST_TASKS = 200
_LONGEST = 254
_TEXTS = ("name", "description", "componentsVersion")
_FLAGS = ("disabled", "fingerprint", "widget", "management")


def sound_flow(document: Json) -> Body:
    """Bring a flow into shape, and refuse what the service would not take of it."""
    shaped = flow(document)
    tasks = shaped["contents"].get("tasks")
    if isinstance(tasks, dict | list) and len(tasks) > MOST_TASKS:
        message = f"a flow has at most {MOST_TASKS} tasks, and this one has {len(tasks)}"
        raise ValueError(message)
    for name, value in shaped["metadata"].items():
        what = f"the `{name}` in the `metadata` of a flow"
        if name in _TEXTS:
            _text(value, what)
        if name in _FLAGS:
            _flag(value, what)
    return shaped


def _text(value: Json, what: str) -> str:
    if isinstance(value, str) and len(value) <= _LONGEST:
        return value
    message = f"{what} must be text of at most {_LONGEST} characters"
    raise ValueError(message)


def _flag(value: Json, what: str) -> bool:
    if isinstance(value, bool):
        return value
    message = f"{what} must be true or false"
    raise ValueError(message)


def flow(document: Json) -> Body:
    """Bring a flow of either version into shape; ValueError says why one is no flow."""
    document = _object(document, "a flow")
    if isinstance(document.get("flow"), dict):
        inner = document["flow"]
        screens = document.get("screens") or []
        document = _converted(inner, screens) if "contents" not in inner else inner
    _object(document.get("contents"), "the `contents` of a flow (`flow.dsl`, in the older form)")
    return _in_order(document)


def theme(document: Json) -> Body:
    """Bring a theme of either version into shape; ValueError says why one is no theme."""
    document = _object(document, "a theme")
    inner = document.get("theme")
    document = inner if isinstance(inner, dict) else document
    styles = document.get("styles", document.get("cssTemplate"))
    styles = _object(styles, "the `styles` of a theme (`cssTemplate`, in the older form)")
    components = _text(
        document.get("componentsVersion") or "", "the `componentsVersion` of a theme"
    )
    shaped: Body = {"styles": styles, "componentsVersion": components}
    if references := document.get("references"):
        shaped["references"] = references
    return shaped


def _object(value: Json, what: str) -> Body:
    if isinstance(value, dict):
        return value
    message = f"{what} must be an object, as the console and the API write it"
    raise ValueError(message)  # pydantic takes no other


def _converted(inner: Body, screens: Json) -> Body:
    metadata = {name: inner[old] for name, old in _METADATA.items() if inner.get(old)}
    translation = {name: inner[old] for name, old in _TRANSLATION.items() if inner.get(old)}
    if translation:
        metadata["translation"] = translation
    rows = [screen for screen in screens if isinstance(screen, dict)]
    versions = [row["componentsVersion"] for row in rows if row.get("componentsVersion")]
    if versions:
        metadata["componentsVersion"] = versions[0]
    return {
        "metadata": metadata,
        "contents": inner.get("dsl"),
        "screens": [_screen(row) for row in rows],
    }


def _screen(row: Body) -> Body:
    screen: Body = {
        "screenId": row.get("id", ""),
        "interactions": row.get("interactions") or [],
        "contents": row.get("htmlTemplate") or {},
    }
    return {**screen, "inputs": row["inputs"]} if row.get("inputs") else screen


def _in_order(document: Body) -> Body:
    screens = document.get("screens") or []
    if not isinstance(screens, list) or not all(isinstance(row, dict) for row in screens):
        message = "the `screens` of a flow are a list of objects"
        raise ValueError(message)
    metadata = _object(document.get("metadata") or {}, "the `metadata` of a flow")
    named = _object(document.get("references") or {}, "the `references` of a flow")
    shaped: Body = {
        "metadata": _said(metadata),
        "contents": document["contents"],
        "screens": sorted(
            ({key: row[key] for key in row if key != "version"} for row in screens),
            key=lambda row: str(row.get("screenId", "")),
        ),
    }
    references = _said(named)
    return {**shaped, "references": references} if references else shaped


def _said(values: Mapping[str, Json]) -> Body:
    """Leave out what is empty: the service answers defaults that nobody wrote."""
    return {name: value for name, value in values.items() if value not in ("", [], {}, None, False)}
