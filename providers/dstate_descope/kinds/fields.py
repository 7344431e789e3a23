"""The types of field that several kinds share, as strict as the API is about them."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, StringConstraints, WithJsonSchema

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
