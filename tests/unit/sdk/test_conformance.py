"""The conformance suite itself: a good kind passes, and each planted fault is named."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import Field

from descope_state.sdk.conformance import Sample, check
from descope_state.sdk.provider import KindDefaults, Remote
from descope_state.sdk.schema import Computed, Config, Immutable, Keyed, Sensitive, Unordered

pytestmark = pytest.mark.anyio


class Part(Config):
    """A part of a thing."""

    name: str = Field(description="Its name.")
    size: int = Field(default=0, description="Its size.")


class Thing(Config):
    """A thing with one field of each sort."""

    id: Annotated[str | None, Computed()] = Field(default=None, description="Its id.")
    name: str = Field(description="Its name.")
    place: Annotated[str, Immutable()] = Field(default="", description="Where it is.")
    tags: Annotated[list[str], Unordered()] = Field(default_factory=list, description="Tags.")
    parts: Annotated[list[Part], Keyed("name")] = Field(default_factory=list, description="Parts.")
    secret: Annotated[str, Sensitive()] = Field(default="", description="A secret.")


class Things(KindDefaults):
    """A kind that keeps its objects in a dictionary and the contract to the letter."""

    name: ClassVar[str] = "thing"
    model: ClassVar[type[Config]] = Thing
    description: ClassVar[str] = "A thing."
    identity_fields: ClassVar[tuple[str, ...]] = ("place", "name")

    def __init__(self) -> None:
        self.held: dict[str, Thing] = {"0": Thing(id="0", name="there before")}
        self.made = 0

    def identity(self, config: Thing) -> str:
        return "/".join(filter(None, (config.place, config.name)))

    async def list(self) -> AsyncIterator[Remote[Thing]]:
        for identifier, config in dict(self.held).items():
            yield Remote(id=identifier, config=self.shown(config))

    def shown(self, config: Thing) -> Thing:
        arranged = {"tags": config.tags[::-1], "parts": config.parts[::-1], "secret": ""}
        return config.model_copy(update=arranged)

    async def read(self, id: str) -> Remote[Thing] | None:  # noqa: A002  # the contract's word
        return next((row for row in [row async for row in self.list()] if row.id == id), None)

    async def find(self, identity: str) -> Remote[Thing] | None:
        rows = [row async for row in self.list()]
        return next((row for row in rows if self.identity(row.config) == identity), None)

    async def create(self, config: Thing) -> Remote[Thing]:
        self.made += 1
        identifier = str(self.made)
        self.held[identifier] = config.model_copy(update={"id": identifier})
        return Remote(id=identifier, config=self.held[identifier])

    async def update(
        self, current: Remote[Thing], config: Thing, changed: frozenset[str]
    ) -> Remote[Thing]:
        assert changed
        self.held[current.id] = config
        return Remote(id=current.id, config=config)

    async def delete(self, current: Remote[Thing]) -> None:
        self.held.pop(current.id, None)


SAMPLE = Sample(
    made=Thing(name="a", place="here", tags=["x", "y"]),
    changed=Thing(
        name="b",
        place="here",
        tags=["y", "z"],
        parts=[Part(name="p", size=1), Part(name="q")],
        secret="changed",
    ),
)


async def test_a_kind_that_keeps_the_contract_passes() -> None:
    kind = Things()
    assert await check(kind, [SAMPLE]) == ()
    assert list(kind.held) == ["0"]


class Forgetful(Things):
    async def update(
        self, current: Remote[Thing], config: Thing, changed: frozenset[str]
    ) -> Remote[Thing]:
        bare = {name: getattr(config, name) for name in changed}
        wiped = Thing(id=current.id, name=bare.pop("name", config.name), **bare)
        self.held[current.id] = wiped
        return Remote(id=current.id, config=config)


class Deaf(Things):
    async def update(
        self, current: Remote[Thing], config: Thing, changed: frozenset[str]
    ) -> Remote[Thing]:
        assert changed
        return Remote(id=current.id, config=config)


class Undying(Things):
    async def delete(self, current: Remote[Thing]) -> None:
        del current


class Talkative(Things):
    def shown(self, config: Thing) -> Thing:
        return config.model_copy(update={"secret": "told"})


class Blind(Things):
    async def find(self, identity: str) -> Remote[Thing] | None:
        del identity
        return None


class Eager(Things):
    async def find(self, identity: str) -> Remote[Thing] | None:
        return await super().find(identity) or [row async for row in self.list()][-1]


class Renamed(Things):
    def identity(self, config: Thing) -> str:
        return config.name


class Greedy(Things):
    async def delete(self, current: Remote[Thing]) -> None:
        del current
        self.held.clear()


class Absent(Things):
    async def create(self, config: Thing) -> Remote[Thing]:
        return Remote(id="9", config=config)


class Doubled(Things):
    async def list(self) -> AsyncIterator[Remote[Thing]]:
        for remote in [row async for row in super().list()] * 2:
            yield remote


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Forgetful, "in the list, `place` is"),
        (Deaf, "after the update of `name`, in the list"),
        (Undying, "a deleted object is still listed"),
        (Talkative, "gives the sensitive `secret` away"),
        (Blind, "not found by its identity"),
        (Eager, "found by an identity that it does not have"),
        (Renamed, "the identity is not `here/a`"),
        (Greedy, "other objects came or went"),
        (Absent, "the object is not there"),
        (Doubled, "listed twice"),
    ],
)
async def test_a_planted_fault_is_named(kind: type[Things], words: str) -> None:
    problems = await check(kind(), [SAMPLE])
    assert any(words in problem for problem in problems), problems
    assert all(problem.startswith("thing: ") for problem in problems)


async def test_a_field_that_nobody_tries_is_named() -> None:
    untried = SAMPLE.changed.model_copy(update={"tags": SAMPLE.made.tags[::-1]})
    sample: Sample[Any] = Sample(made=SAMPLE.made, changed=untried)
    assert await check(Things(), [sample]) == ("thing: no sample changes `tags`",)
