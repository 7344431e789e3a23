"""Flows: the journeys that users go through when they sign in."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, StringConstraints

from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Computed, Config, Immutable, JsonDocument
from dstate_descope import wire
from dstate_descope.kinds import flow_shape
from dstate_descope.kinds.listed import Listed, understood

FlowId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")]


class Flow(Config):
    """A journey: its screens, tasks and conditions, as one document."""

    id: Annotated[FlowId, Immutable()] = Field(
        description="The id of the flow, which applications name it by, such as `sign-up-or-in`."
    )
    definition: Annotated[
        Any, JsonDocument(flow_shape.VOLATILE), AfterValidator(flow_shape.sound_flow)
    ] = Field(description="The flow itself, as exported: usually `${json(file('flows/ID.json'))}`.")
    name: Annotated[str | None, Computed()] = Field(
        default=None, description="The name that the flow has in the console."
    )
    disabled: Annotated[bool | None, Computed()] = Field(
        default=None, description="Whether the flow may not be run."
    )


class FlowKind(Listed[Flow]):
    """Flows of a project; the list has no definitions, so that each is exported by itself."""

    name = "flow"
    model: ClassVar[type[Config]] = Flow
    description = "A journey that users go through when they sign in: screens, tasks, conditions."
    identity_fields: ClassVar[tuple[str, ...]] = ("id",)
    everything: ClassVar[Endpoint] = wire.FLOW_LIST
    question: ClassVar[wire.Body | None] = {}
    rows = "flows"
    partial_list: ClassVar[bool] = True
    # An import is answered with nothing: what the service made of the flow is read back.
    calls: ClassVar[Mapping[str, int]] = {"create": 2, "update": 2}
    reads: ClassVar[Mapping[str, int]] = {"create": 1, "update": 1}

    def decode(self, record: wire.Record) -> Remote[Flow]:
        """Read a row of the list, which has no definition."""
        return Remote(id=record.id(), config=self.codec.decode(record, definition=None))

    async def read(self, id: str) -> Remote[Flow] | None:
        """Give one flow whole, or None."""
        answer = await self._loaded_raw(wire.FLOW_EXPORT, body={"flowId": id})
        if answer is None:
            return None
        return understood(wire.FLOW_EXPORT, lambda: _exported(id, answer))

    async def find(self, identity: str) -> Remote[Flow] | None:
        """Give the flow with this id, or None."""
        return await self.read(identity)

    async def create(self, config: Flow) -> Remote[Flow]:
        """Make a flow: an import under an id that is not there."""
        return await self._imported(config)

    async def update(
        self, current: Remote[Flow], config: Flow, changed: frozenset[str]
    ) -> Remote[Flow]:
        """Write the whole flow and its screens: there is no other way."""
        del current, changed
        return await self._imported(config)

    async def delete(self, current: Remote[Flow]) -> None:
        """Remove a flow; whoever is sent to it is then sent nowhere."""
        await self._gone(wire.FLOW_DELETE, {"ids": [current.id]})

    async def _imported(self, config: Flow) -> Remote[Flow]:
        body = {"flow": {"flowId": config.id, **config.definition}}
        await self.transport.send(wire.FLOW_IMPORT, body=body)
        return await self._seen(self.read(config.id), f"flow `{config.id}`")


def _exported(id_: str, answer: wire.Json) -> Remote[Flow]:
    document = wire.Record(answer, "answer").mapping("flow")
    try:
        definition = flow_shape.flow(document)
    except ValueError as error:
        message = f"`flow`: {error}"
        raise wire.Unreadable(message) from None
    metadata = wire.Record(definition["metadata"], "flow.metadata")
    config = Flow.model_construct(
        id=id_,
        definition=definition,
        name=metadata.text("name"),
        disabled=metadata.flag("disabled"),
    )
    return Remote(id=id_, config=config)
