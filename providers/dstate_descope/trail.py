"""Descope's audit trail, read page by page and told in dstate's words.

Descope documents the shape of a record and not the names of its actions, so an action is taken
apart: what it begins with names the kind, and what it ends with the verb. What is not understood
keeps its own words and claims nothing.
"""

import re
from collections.abc import Sequence

from descope_state.sdk.http import Transport
from descope_state.sdk.provider import Deed
from dstate_descope import wire

_PAGE = 1_000
_MOST_PAGES = 10
# The longer of two that both fit is meant.
_KINDS = {
    "accesskey": "access_key",
    "authz": "fga_schema",
    "customattribute": "user_attribute",
    "federatedapp": "sso_application",
    "fga": "fga_schema",
    "flow": "flow",
    "inboundapp": "inbound_application",
    "jwttemplate": "jwt_template",
    "list": "list",
    "outboundapp": "outbound_application",
    "passwordsettings": "password_settings",
    "permission": "permission",
    "project": "project",
    "role": "role",
    "scopeclaimmapping": "scope_claim_mapping",
    "ssoapp": "sso_application",
    "ssoidpapp": "sso_application",
    "style": "theme",
    "tenant": "tenant",
    "tenantsettings": "tenant_settings",
    "theme": "theme",
    "thirdpartyapp": "inbound_application",
    "usercustomattribute": "user_attribute",
}
_VERBS = (
    ("delete", re.compile(r"(delete|remove)d?$")),
    ("create", re.compile(r"(create|add)d?$")),
    (
        "update",
        re.compile(
            r"(updated?|modified|changed?|edited|patch(ed)?|import(ed)?|saved?|set|name|tags|roles"
            r"|activated?|settings)$"
        ),
    ),
)
# Kinds one of whose calls makes and changes alike, so that its word says neither.
_EITHER = frozenset({"user_attribute", "flow", "fga_schema"})
_NAMING = ("id", "name", "newName", "flowId", "tenantId")


async def deeds(transport: Transport, since: int) -> Sequence[Deed]:
    """Read what was done since a time in milliseconds, the newest first."""
    found: list[Deed] = []
    for page in range(_MOST_PAGES):
        body = {"from": str(since), "size": _PAGE, "page": page}
        answer = await transport.send(wire.AUDIT_SEARCH, body=body)
        try:
            rows = wire.Record(answer, "audit").records("audits", "audits[]")
            found += [_deed(row) for row in rows]
        except wire.Unreadable as error:
            raise wire.misread(wire.AUDIT_SEARCH, error) from None
        if len(rows) < _PAGE:
            break
    return found


def _deed(row: wire.Record) -> Deed:
    action = row.text("action")
    kind, verb = understood(action)
    data = row.mapping("data")
    return Deed(
        at=row.whole("occurred"),
        actor=row.text("actorId") or row.text("userId"),
        action=action,
        kind=kind,
        verb=verb,
        subjects=frozenset([*_subjects(data), *row.texts("tenants")]),
    )


def understood(action: str) -> tuple[str, str]:
    """Give the kind and the verb that an action means, each empty where that is not certain."""
    word = re.sub(r"[^a-z]", "", action.casefold())
    heads = [head for head in _KINDS if word.startswith(head)]
    if not heads:
        return "", ""
    kind = _KINDS[max(heads, key=len)]
    verb = next((verb for verb, pattern in _VERBS if pattern.search(word)), "")
    if kind in _EITHER and verb != "delete":
        return kind, "write"
    # Of a list, the call that makes it has no word of its own.
    return kind, verb or ("create" if word == "list" else "")


def _subjects(data: wire.Body) -> list[str]:
    found = [data[name] for name in _NAMING if isinstance(data.get(name), str)]
    for name in ("ids", "names"):
        listed = data.get(name)
        found += [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    return found
