"""The management API as it is on the wire: paths, payload names, and how answers are read.

Nothing else in the provider spells a path or a payload name of an answer's envelope.
"""

from typing import Any
from urllib.parse import quote

from descope_state.sdk.faults import Fault
from descope_state.sdk.http import Endpoint, unsettled

Json = Any
Body = dict[str, Json]


def _get(path: str, *, family: str = "general") -> Endpoint:
    return Endpoint(method="GET", path=path, family=family, reading=True)


def _ask(path: str, *, family: str = "general") -> Endpoint:
    return Endpoint(method="POST", path=path, family=family, reading=True)


def _post(path: str, *, family: str = "general") -> Endpoint:
    return Endpoint(method="POST", path=path, family=family)


LICENSE = _get("/v1/mgmt/license")

PERMISSION_ALL = _get("/v1/mgmt/permission/all")
PERMISSION_CREATE = _post("/v1/mgmt/permission/create")
PERMISSION_CREATE_BATCH = _post("/v1/mgmt/permission/create/batch")
PERMISSION_UPDATE = _post("/v1/mgmt/permission/update")
PERMISSION_UPDATE_BATCH = _post("/v1/mgmt/permission/update/batch")
PERMISSION_DELETE = _post("/v1/mgmt/permission/delete")
PERMISSION_DELETE_BATCH = _post("/v1/mgmt/permission/delete/batch")

ROLE_ALL = _get("/v1/mgmt/role/all")
ROLE_SEARCH = _ask("/v1/mgmt/role/search")
ROLE_CREATE = _post("/v1/mgmt/role/create")
ROLE_CREATE_BATCH = _post("/v1/mgmt/role/create/batch")
ROLE_UPDATE = _post("/v1/mgmt/role/update")
ROLE_UPDATE_BATCH = _post("/v1/mgmt/role/update/batch")
ROLE_DELETE = _post("/v1/mgmt/role/delete")
ROLE_DELETE_BATCH = _post("/v1/mgmt/role/delete/batch")

TENANT_ALL = _get("/v1/mgmt/tenant/all")
TENANT_LOAD = _get("/v1/mgmt/tenant")
TENANT_SEARCH = _ask("/v1/mgmt/tenant/search")
TENANT_CREATE = _post("/v1/mgmt/tenant/create")
TENANT_UPDATE = _post("/v1/mgmt/tenant/update")
TENANT_PATCH = Endpoint(method="PATCH", path="/v1/mgmt/tenant/patch")
TENANT_DELETE = _post("/v1/mgmt/tenant/delete")
TENANT_DEFAULT_ROLES = _post("/v1/mgmt/tenant/updateDefaultRoles")
TENANT_SETTINGS = _get("/v1/mgmt/tenant/settings")
TENANT_CONFIGURE = _post("/v1/mgmt/tenant/settings")

FLOW_LIST = _ask("/v1/mgmt/flow/list")
FLOW_EXPORT = _ask("/v2/mgmt/flow/export")
FLOW_IMPORT = _post("/v2/mgmt/flow/import")
FLOW_DELETE = _post("/v1/mgmt/flow/delete")

THEME_EXPORT = _ask("/v2/mgmt/theme/export")
THEME_IMPORT = _post("/v2/mgmt/theme/import")

KEY_LOAD = _get("/v1/mgmt/accesskey")
KEY_SEARCH = _ask("/v1/mgmt/accesskey/search")
KEY_CREATE = _post("/v1/mgmt/accesskey/create")
KEY_UPDATE = _post("/v1/mgmt/accesskey/update")
KEY_ACTIVATE = _post("/v1/mgmt/accesskey/activate")
KEY_DEACTIVATE = _post("/v1/mgmt/accesskey/deactivate")
KEY_DELETE = _post("/v1/mgmt/accesskey/delete")
KEY_DELETE_BATCH = _post("/v1/mgmt/accesskey/delete/batch")

SSO_ALL = _get("/v1/mgmt/sso/idp/apps/load")
SSO_LOAD = _get("/v1/mgmt/sso/idp/app/load")
SSO_OIDC_CREATE = _post("/v1/mgmt/sso/idp/app/oidc/create")
SSO_SAML_CREATE = _post("/v1/mgmt/sso/idp/app/saml/create")
SSO_WSFED_CREATE = _post("/v1/mgmt/sso/idp/app/wsfed/create")
SSO_OIDC_UPDATE = _post("/v1/mgmt/sso/idp/app/oidc/update")
SSO_SAML_UPDATE = _post("/v1/mgmt/sso/idp/app/saml/update")
SSO_WSFED_UPDATE = _post("/v1/mgmt/sso/idp/app/wsfed/update")
SSO_DELETE = _post("/v1/mgmt/sso/idp/app/delete")

INBOUND_ALL = _get("/v1/mgmt/thirdparty/apps/load")
INBOUND_LOAD = _get("/v1/mgmt/thirdparty/app/load")
INBOUND_CREATE = _post("/v1/mgmt/thirdparty/app/create")
INBOUND_UPDATE = _post("/v1/mgmt/thirdparty/app/update")
INBOUND_DELETE = _post("/v1/mgmt/thirdparty/app/delete")

OUTBOUND_ALL = _get("/v1/mgmt/outbound/apps")
OUTBOUND_CREATE = _post("/v1/mgmt/outbound/app/create")
OUTBOUND_UPDATE = _post("/v1/mgmt/outbound/app/update")
OUTBOUND_DELETE = _post("/v1/mgmt/outbound/app/delete")


def outbound_app(id_: str) -> Endpoint:
    """Name the call for one outbound application, whose id is in the path."""
    return _get(f"/v1/mgmt/outbound/app/{quote(id_, safe='')}")


FGA_LOAD = _get("/v1/mgmt/fga/schema")
FGA_SAVE = _post("/v1/mgmt/fga/schema")

ATTRIBUTE_ALL = _get("/v1/mgmt/user/customattributes", family="user")
ATTRIBUTE_SAVE = _post("/v1/mgmt/user/customattribute/create", family="user")
ATTRIBUTE_DELETE = _post("/v1/mgmt/user/customattribute/delete", family="user")

PASSWORD_LOAD = _get("/v1/mgmt/password/settings")
PASSWORD_SAVE = _post("/v1/mgmt/password/settings")

PROJECT_LIST = _ask("/v1/mgmt/projects/list")
PROJECT_NAME = _post("/v1/mgmt/project/update/name")
PROJECT_TAGS = _post("/v1/mgmt/project/update/tags")

LIST_ALL = _get("/v1/mgmt/list/all")
LIST_CREATE = _post("/v1/mgmt/list")
LIST_UPDATE = _post("/v1/mgmt/list/update")
LIST_DELETE = _post("/v1/mgmt/list/delete")

TEMPLATE_LIST = _ask("/v1/mgmt/jwt/templates/list")
TEMPLATE_LOAD = _ask("/v1/mgmt/jwt/templates/load")
TEMPLATE_CREATE = _post("/v1/mgmt/jwt/templates/create")
TEMPLATE_UPDATE = _post("/v1/mgmt/jwt/templates/update")
TEMPLATE_DELETE = _post("/v1/mgmt/jwt/templates/delete")

SCOPE_CLAIMS_GET = _ask("/v1/mgmt/scopeClaimMapping/get")
SCOPE_CLAIMS_SET = _post("/v1/mgmt/scopeClaimMapping/set")

AUDIT_SEARCH = _ask("/v1/mgmt/audit/search", family="audit search")
USER_SEARCH = Endpoint(
    method="POST", path="/v2/mgmt/user/search", family="user search", reading=True
)


class Unreadable(ValueError):
    """An answer has a field of another type than the API documents; the text names the field."""


def misread(endpoint: Endpoint, error: Unreadable) -> Fault:
    """Turn an answer that makes no sense into the fault it is, naming the call, not the body."""
    return unsettled(endpoint, f"{endpoint} was answered with something unexpected: {error}")


def describe(body: Json) -> str:
    """Read an error body; anything that is not one of Descope's has no description."""
    if not isinstance(body, dict) or not isinstance(code := body.get("errorCode"), str):
        return ""
    text = body.get("errorMessage") or body.get("errorDescription") or "no reason given"
    return f"{text} (`{code}`)"


class Record:
    """One object of an answer, read field by field; absent and null are the field's zero value."""

    __slots__ = ("_body", "_noun")

    def __init__(self, body: Json, noun: str) -> None:
        if not isinstance(body, dict):
            raise _wrong(noun, "", "an object")
        self._body: Body = body
        self._noun = noun

    def text(self, name: str) -> str:
        """Read a string."""
        value = self._value(name, "")
        if not isinstance(value, str):
            raise _wrong(self._noun, name, "a string")
        return value

    def id(self) -> str:
        """Read the id, without which an object cannot be managed."""
        if not (value := self.text("id")):
            raise _wrong(self._noun, "id", "present")
        return value

    def flag(self, name: str) -> bool:
        """Read a boolean."""
        value = self._value(name, default=False)
        if not isinstance(value, bool):
            raise _wrong(self._noun, name, "true or false")
        return value

    def texts(self, name: str) -> list[str]:
        """Read a list of strings."""
        value = self._value(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise _wrong(self._noun, name, "a list of strings")
        return list(value)

    def mapping(self, name: str) -> Body:
        """Read an object whose values are left as they are."""
        value = self._value(name, {})
        if not isinstance(value, dict):
            raise _wrong(self._noun, name, "an object")
        return dict(value)

    def seconds(self, name: str) -> int | None:
        """Read a time in epoch seconds; the gateway spells 64-bit integers as strings."""
        value = self._value(name, 0)
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong(self._noun, name, "a number of seconds")
        return value or None

    def whole(self, name: str) -> int:
        """Read an integer; the gateway spells 64-bit ones as strings."""
        return self.seconds(name) or 0

    @property
    def empty(self) -> bool:
        """Tell whether the object has no field at all."""
        return not self._body

    def record(self, name: str) -> "Record | None":
        """Read an object field by field, or None where there is none."""
        value = self._body.get(name)
        return None if value is None else Record(value, f"{self._noun}.{name}")

    def raw(self, name: str) -> Json:
        """Give a value as it came."""
        return self._body.get(name)

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """Read a string that is one of a few."""
        value = self.text(name)
        if value not in choices:
            raise _wrong(self._noun, name, "one of", ", ".join(map(repr, choices)))
        return value

    def records(self, name: str, noun: str) -> "list[Record]":
        """Read a list of objects; one that is absent altogether is not an empty one."""
        value = self._body.get(name)
        if not isinstance(value, list):
            raise _wrong(self._noun, name, "a list")
        return [Record(item, noun) for item in value]

    def _value(self, name: str, default: Json) -> Json:
        value = self._body.get(name)
        return default if value is None else value


def _wrong(noun: str, name: str, *expected: str) -> Unreadable:
    what = f"{noun}.{name}" if name else noun
    return Unreadable(f"`{what}` is not {' '.join(expected)}")
