"""What the fake provider's kinds may say: between them, every mark and every type of field."""

from typing import Annotated, Any, Literal

from pydantic import Field

from descope_state.sdk.schema import (
    Computed,
    Config,
    Immutable,
    JsonDocument,
    Keyed,
    Sensitive,
    Unordered,
    Volatile,
    refers,
)


class Fake(Config):
    """What all fake objects have."""

    id: Annotated[str | None, Computed()] = Field(default=None, description="The world's number.")


class Named(Fake):
    """What all fake objects with a natural key of their own have."""

    name: str = Field(description="What it is called.", min_length=1)


class Label(Named):
    """The plainest thing there is."""

    description: str = Field(default="", description="What it is for.")


class Group(Named):
    """A set of labels, by name."""

    description: str = Field(default="", description="What it is for.")
    labels: Annotated[list[str], Unordered(), refers("label", "name")] = Field(
        default_factory=list, description="The names of its labels."
    )


class Site(Named):
    """Something with fields that the service makes."""

    title: str = Field(default="", description="What visitors read.")
    region: Annotated[str, Immutable()] = Field(default="eu", description="Where it stands.")
    code: Annotated[str | None, Computed(optional=True)] = Field(
        default=None, description="A short code; made up when it is not given."
    )
    url: Annotated[str | None, Computed()] = Field(default=None, description="Where it is found.")
    version: Annotated[int | None, Volatile()] = Field(
        default=None, description="How often it was written."
    )


class Rule(Config):
    """One rule of a set."""

    name: str = Field(description="What the set knows it by.")
    effect: Literal["allow", "deny"] = Field(default="allow", description="What it does.")
    weight: int = Field(default=0, description="How much it counts.")


class RuleSet(Named):
    """A list of objects that are matched by name."""

    rules: Annotated[list[Rule], Keyed("name")] = Field(
        default_factory=list, description="The rules."
    )


class Document(Named):
    """Free JSON, some of which changes by itself."""

    content: Annotated[Any, JsonDocument(volatile=("etag",))] = Field(
        default=None, description="Whatever it holds."
    )


class Credential(Fake):
    """Something with a secret, and a name that may be given twice."""

    name: str = Field(description="What people call it.")
    password: Annotated[str | None, Sensitive()] = Field(
        default=None, description="What must not be seen."
    )
    created_time: Annotated[int | None, Computed()] = Field(
        default=None, description="When it was made, in seconds."
    )


class Settings(Fake):
    """What every project has once."""

    language: str = Field(default="en", description="What is spoken.")
    retries: int = Field(default=3, description="How often to try.", ge=0)


class Page(Named):
    """Something whose list lacks its body."""

    path: str = Field(default="/", description="Where it is shown.")
    body: str = Field(default="", description="What it says.")


class Premium(Named):
    """Something that only a paid plan has."""

    seats: int = Field(default=1, description="How many may sit.")


class Place(Config):
    """An object inside an object."""

    street: str = Field(default="", description="The street.")
    floor: int | None = Field(default=None, description="The floor, if there is one.")


class Record(Named):
    """One field of every other type."""

    tags: dict[str, str] = Field(default_factory=dict, description="Texts by name.")
    place: Place = Field(default_factory=Place, description="Where it is.")
    ratio: float = Field(default=0.5, description="A number.")
    count: int = Field(default=0, description="A whole number.")
    enabled: bool = Field(default=True, description="Yes or no.")
    color: Literal["red", "green", "blue"] = Field(default="red", description="One of three.")
    note: str | None = Field(default=None, description="A text or nothing.")
    steps: list[str] = Field(default_factory=list, description="Texts in an order that matters.")


class Child(Named):
    """Something that belongs to a site and is known by that and its name."""

    site: Annotated[str, Immutable(), refers("site", "id")] = Field(
        description="The id of its site."
    )
    size: int = Field(default=1, description="How big it is.")


class Batchling(Named):
    """Something that can be made, changed and removed many at a time."""

    note: str = Field(default="", description="Anything.")
