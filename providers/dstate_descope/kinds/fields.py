"""The types of field that several kinds share, as strict as the API is about them."""

from ipaddress import ip_network
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

Text = Annotated[str, StringConstraints(max_length=254)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=254)]
ShortName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Long = Annotated[str, StringConstraints(max_length=100_000)]
AttributeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,20}$")]
Unit = Literal["", "minutes", "hours", "days", "weeks"]


def _url(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        message = "a URL begins with `https://`"
        raise ValueError(message)
    return value


Url = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_url)]
NeededUrl = Annotated[str, StringConstraints(min_length=1, max_length=2048), AfterValidator(_url)]


def addresses(value: str) -> str:
    """Refuse what is neither an address nor a range of them."""
    try:
        ip_network(value, strict=False)
    except ValueError:
        message = f"`{value}` is neither an IP address nor a range such as `10.0.0.0/8`"
        raise ValueError(message) from None
    return value


Addresses = Annotated[Name, AfterValidator(addresses)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


def _attribute(value: object) -> object:
    texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
    if texts or isinstance(value, str | bool | int | float):
        return value
    message = "an attribute is a string, a number, true or false, or a list of strings"
    raise ValueError(message)


Attribute = Annotated[
    Any,
    AfterValidator(_attribute),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "number", "boolean"]},
                {"type": "array", "items": {"type": "string"}},
            ]
        }
    ),
]
