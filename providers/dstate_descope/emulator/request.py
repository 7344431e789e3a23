"""What goes in and out of the emulator, and how the fields of a body are checked.

The checks follow the gateway in front of the real service: null means "not set", a field that
nobody knows is refused, and one that is missing is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

Json = Any
Body = dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call; an empty body is None."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    authorization: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The answer; its body is always JSON."""

    status: int = 200
    body: Json = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


GOOD = 200


class Refusal(Exception):
    """A call that is refused, in the service's own form."""

    def __init__(self, message: str, *, status: int = 400, code: str = "E011004") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code

    def response(self) -> Response:
        """Spell the refusal as the service does."""
        description = _DESCRIPTIONS.get(self.code, "Request failed")
        body = {
            "errorCode": self.code,
            "errorDescription": description,
            "errorMessage": self.message,
        }
        return Response(status=self.status, body=body)


class Unknown(Refusal):
    """A call with a field that nobody knows."""

    def __init__(self, field: str) -> None:
        super().__init__(f'unknown field "{field}"', code="E011001")
        self.field = field


_DESCRIPTIONS = {
    "E011001": "Request is malformed",
    "E011003": "Request is invalid",
    "E011004": "Invalid arguments",
    "E011008": "Invalid project",
    "E404000": "Not found",
    "E400409": "Already exists",
    "E130429": "API rate limit exceeded",
}


def missing(name: str, noun: str) -> Refusal:
    """Refuse because something is not there."""
    return Refusal(f"{noun} {name} was not found", status=404, code="E404000")


def taken(name: str, noun: str) -> Refusal:
    """Refuse because something is there already."""
    return Refusal(f"{noun} {name} already exists", code="E400409")


@dataclass(frozen=True, slots=True)
class Text:
    """A string, with the most characters it may have."""

    longest: int = 254

    def check(self, name: str, value: Json) -> Json:
        """Refuse what is no string or too long a one."""
        if not isinstance(value, str):
            raise _not(name, "a string")
        if len(value) > self.longest:
            message = f"The {name} field must have at most {self.longest} characters"
            raise Refusal(message, code="E011003")
        return value

    zero = ""


class Flag:
    """True or false."""

    zero = False

    def check(self, name: str, value: Json) -> Json:
        """Refuse what is neither."""
        if not isinstance(value, bool):
            raise _not(name, "a boolean")
        return value


class Texts:
    """A list of strings."""

    @property
    def zero(self) -> Json:
        """Give an empty list that nobody else holds."""
        return []

    def check(self, name: str, value: Json) -> Json:
        """Refuse what is no list of strings; a repeated string counts once."""
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise _not(name, "a list of strings")
        return list(dict.fromkeys(value))


class Addresses(Texts):
    """A list of IP addresses and ranges."""

    def check(self, name: str, value: Json) -> Json:
        """Refuse what is no list of strings, or a string that is no address."""
        found = super().check(name, value)
        for item in found:
            try:
                ip_network(item, strict=False)
            except ValueError:
                message = f"{item} is not an IP address or range"
                raise Refusal(message, code="E011003") from None
        return found


class Mapped:
    """A free object."""

    @property
    def zero(self) -> Json:
        """Give an empty object that nobody else holds."""
        return {}

    def check(self, name: str, value: Json) -> Json:
        """Refuse what is no object."""
        if not isinstance(value, dict):
            raise _not(name, "an object")
        return dict(value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few strings."""

    choices: tuple[str, ...]
    zero = ""

    def check(self, name: str, value: Json) -> Json:
        """Refuse any other string."""
        if value not in self.choices:
            raise _not(name, f"one of {', '.join(filter(None, self.choices))}")
        return value


class Rows:
    """A list of objects, whose fields are looked at one by one later."""

    @property
    def zero(self) -> Json:
        """Give an empty list that nobody else holds."""
        return []

    def check(self, name: str, value: Json) -> Json:
        """Refuse what is no list of objects."""
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise _not(name, "a list of objects")
        return list(value)


class Whole:
    """An integer, which may be spelled as a string of digits."""

    zero = 0

    def check(self, name: str, value: Json) -> Json:
        """Refuse what is no integer."""
        if isinstance(value, str) and value.lstrip("-").isdecimal():
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise _not(name, "an integer")
        return value


@dataclass(frozen=True, slots=True)
class Part:
    """An object of known fields; others inside it are let pass, as the gateway does."""

    fields: "Fields"
    zero = None

    def check(self, name: str, value: Json) -> Json:
        """Refuse what is no object, and fill in what it leaves out."""
        if not isinstance(value, dict):
            raise _not(name, "an object")
        return filled(known(value, self.fields), self.fields)


@dataclass(frozen=True, slots=True)
class Parts:
    """A list of objects of known fields."""

    fields: "Fields"

    @property
    def zero(self) -> Json:
        """Give an empty list that nobody else holds."""
        return []

    def check(self, name: str, value: Json) -> Json:
        """Refuse what is no list of objects, and fill in what each leaves out."""
        if not isinstance(value, list):
            raise _not(name, "a list of objects")
        part = Part(self.fields)
        return [part.check(name, item) for item in value]


class Anything:
    """A field that is accepted and not looked at."""

    zero = None

    def check(self, name: str, value: Json) -> Json:
        """Accept it."""
        del name
        return value


Fields = Mapping[
    str, Text | Flag | Texts | Mapped | Choice | Rows | Anything | Whole | Part | Parts
]


def _not(name: str, expected: str) -> Refusal:
    return Refusal(f"The {name} field must be {expected}", code="E011004")


def given(body: Json, fields: Fields, *, required: tuple[str, ...] = ()) -> Body:
    """Read the fields that a body sets, refusing unknown ones and naming missing ones."""
    if body is None:
        body = {}
    if not isinstance(body, dict):
        message = "The body must be an object"
        raise Refusal(message, code="E011001")
    unknown = [name for name in body if name not in fields]
    if unknown:
        raise Unknown(unknown[0])
    values = {
        name: fields[name].check(name, value) for name, value in body.items() if value is not None
    }
    for name in required:
        if not values.get(name):
            message = f"The {name} field is required"
            raise Refusal(message, code="E011003")
    return values


def filled(body: Json, fields: Fields, *, required: tuple[str, ...] = ()) -> Body:
    """Read a body that replaces the whole object: what it does not set becomes zero."""
    values = given(body, fields, required=required)
    return {name: values.get(name, kind.zero) for name, kind in fields.items()}


def known(item: Body, fields: Fields) -> Body:
    """Keep the known fields of an element of a batch, where the gateway lets others pass."""
    return {name: value for name, value in item.items() if name in fields}
