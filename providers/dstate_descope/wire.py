"""The management API as it is on the wire: paths, payload names, and how answers are read.

Nothing else in the provider spells a path or a payload name of an answer's envelope.
"""

from typing import Any

from descope_state.sdk.faults import Fault
from descope_state.sdk.http import Endpoint, unsettled

Json = Any
Body = dict[str, Json]

LICENSE = Endpoint(method="GET", path="/v1/mgmt/license", reading=True)

PERMISSION_ALL = Endpoint(method="GET", path="/v1/mgmt/permission/all", reading=True)
PERMISSION_CREATE = Endpoint(method="POST", path="/v1/mgmt/permission/create")
PERMISSION_UPDATE = Endpoint(method="POST", path="/v1/mgmt/permission/update")
PERMISSION_DELETE = Endpoint(method="POST", path="/v1/mgmt/permission/delete")

ROLE_ALL = Endpoint(method="GET", path="/v1/mgmt/role/all", reading=True)
ROLE_SEARCH = Endpoint(method="POST", path="/v1/mgmt/role/search", reading=True)
ROLE_CREATE = Endpoint(method="POST", path="/v1/mgmt/role/create")
ROLE_UPDATE = Endpoint(method="POST", path="/v1/mgmt/role/update")
ROLE_DELETE = Endpoint(method="POST", path="/v1/mgmt/role/delete")

TENANT_ALL = Endpoint(method="GET", path="/v1/mgmt/tenant/all", reading=True)
TENANT_LOAD = Endpoint(method="GET", path="/v1/mgmt/tenant", reading=True)
TENANT_SEARCH = Endpoint(method="POST", path="/v1/mgmt/tenant/search", reading=True)
TENANT_CREATE = Endpoint(method="POST", path="/v1/mgmt/tenant/create")
TENANT_UPDATE = Endpoint(method="POST", path="/v1/mgmt/tenant/update")
TENANT_DELETE = Endpoint(method="POST", path="/v1/mgmt/tenant/delete")
TENANT_DEFAULT_ROLES = Endpoint(method="POST", path="/v1/mgmt/tenant/updateDefaultRoles")


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
