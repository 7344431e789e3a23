"""The project itself: its name and its tags."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from descope_state.sdk.faults import Rejected
from descope_state.sdk.http import Endpoint, Transport
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Computed, Config, Unordered
from dstate_descope import wire
from dstate_descope.kinds.fields import Name
from dstate_descope.kinds.listed import Listed, after_writing


class Project(Config):
    """The project: what it is called and found by."""

    id: Annotated[str | None, Computed()] = Field(
        default=None, description="The id of the project."
    )
    name: Name = Field(description="What the project is called in the console.")
    tags: Annotated[list[Name], Unordered()] = Field(
        default_factory=list, description="What the project is found by."
    )
    environment: Annotated[str | None, Computed()] = Field(
        default=None, description="`production`, or nothing."
    )


class ProjectKind(Listed[Project]):
    """The project that the credentials belong to; only a company's key may read it."""

    name = "project"
    model: ClassVar[type[Config]] = Project
    description = "The project itself: its name and tags. Needs a company's management key."
    identity_fields: ClassVar[tuple[str, ...]] = ()
    singleton: ClassVar[bool] = True
    everything: ClassVar[Endpoint] = wire.PROJECT_LIST
    question: ClassVar[wire.Body | None] = {}
    rows = "projects"
    # Writing answers nothing: what the project is besides is read when it is taken over.
    calls: ClassVar[Mapping[str, int]] = {"create": 2}
    reads: ClassVar[Mapping[str, int]] = {"create": 1}
    apart: ClassVar[frozenset[str]] = frozenset({"name", "tags"})

    def __init__(self, transport: Transport, project_id: str = "") -> None:
        super().__init__(transport)
        self.project_id = project_id

    def identity(self, config: Project) -> str:
        """Give the only natural key there is."""
        del config
        return ""

    async def list(self) -> AsyncIterator[Remote[Project]]:
        """Give the project of these credentials, out of all that the company has."""
        async for remote in self._listed(self.everything, self.question):
            if remote.id == self.project_id:
                yield remote

    async def read(self, id: str) -> Remote[Project] | None:
        """Give the project, if it is the one that is asked for."""
        found = [remote async for remote in self.list() if remote.id == id]
        return found[0] if found else None

    async def find(self, identity: str) -> Remote[Project] | None:
        """Give the project; it has no other natural key."""
        return None if identity else await self.read(self.project_id)

    async def create(self, config: Project) -> Remote[Project]:
        """Write what is stated over what is there, and read what else there is."""
        current = Remote(id=self.project_id, config=config)
        await self.update(current, config, frozenset(config.model_fields_set))
        return await self._seen(self.read(self.project_id), "the project")

    async def update(
        self, current: Remote[Project], config: Project, changed: frozenset[str]
    ) -> Remote[Project]:
        """Write the name, the tags, or both."""
        if "name" in changed:
            await self.transport.send(wire.PROJECT_NAME, body={"name": config.name})
        if "tags" in changed:
            step = self.transport.send(wire.PROJECT_TAGS, body={"tags": list(config.tags)})
            await (after_writing(step, "the project's name") if "name" in changed else step)
        return self._kept(current, config)

    async def delete(self, current: Remote[Project]) -> None:
        """Refuse: a project is more than its name."""
        message = f"project `{current.id}` is not deleted by dstate"
        raise Rejected(message)
