"""What the settings have in common that a tenant or the project has without their being made.

Writing them replaces everything, so that what is there is read first and sent back with what is
to change written over it.
"""

from abc import ABC
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from descope_state.sdk.faults import Rejected
from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import Config
from dstate_descope import wire
from dstate_descope.kinds.listed import Listed, understood

C = TypeVar("C", bound=Config)

# The id of the project's own settings, which have no tenant to be named after.
PROJECT = "project"


def tenant_of(id_: str) -> str:
    """Name the tenant that settings belong to; the project's belong to none."""
    return "" if id_ == PROJECT else id_


class Overlaid(Listed[C], ABC):
    """Settings of one tenant or of the project; the list only says whose there are.

    `load` is asked with the tenant's id as `asked_by`; `travelling` names what a request carries
    of the settings besides the model's own fields.
    """

    load: ClassVar[Endpoint]
    save: ClassVar[Endpoint]
    asked_by: ClassVar[str]
    travelling: ClassVar[tuple[str, ...]] = ()
    identity_fields: ClassVar[tuple[str, ...]] = ("tenant",)
    everything: ClassVar[Endpoint] = wire.TENANT_ALL
    rows = "tenants"
    singleton: ClassVar[bool] = True
    partial_list: ClassVar[bool] = True
    calls: ClassVar[Mapping[str, int]] = {"create": 2, "update": 2}
    reads: ClassVar[Mapping[str, int]] = {"create": 1, "update": 1}

    def decode(self, record: wire.Record) -> Remote[C]:
        """Read of a tenant only that it is there."""
        config: Any = self.model.model_validate({"tenant": record.id()})
        return Remote(id=record.id(), config=config)

    async def read(self, id: str) -> Remote[C] | None:
        """Give the settings of the project or of one tenant."""
        raw = await self._raw(id)
        return None if raw is None else self._shown(id, raw)

    async def find(self, identity: str) -> Remote[C] | None:
        """Give the settings of the tenant with this id; the project's have none."""
        return await self.read(identity or PROJECT)

    async def create(self, config: C) -> Remote[C]:
        """Write what is stated over what is there."""
        current = Remote(id=self.identity(config) or PROJECT, config=config)
        return await self.update(current, config, frozenset(config.model_fields_set))

    async def update(self, current: Remote[C], config: C, changed: frozenset[str]) -> Remote[C]:
        """Write what is to change over what is there."""
        raw = await self._raw(current.id) or {}
        carried = (*self.codec.names.values(), *self.travelling)
        kept = {name: raw[name] for name in carried if name in raw}
        body = kept | self.codec.encode(config, changed) | {"tenantId": tenant_of(current.id)}
        await self.transport.send(self.save, body=body)
        return self._shown(current.id, raw | body)

    async def delete(self, current: Remote[C]) -> None:
        """Refuse: they are there as long as their owner."""
        message = f"the {self.name} of `{current.id}` cannot be deleted"
        raise Rejected(message)

    async def _raw(self, id_: str) -> wire.Body | None:
        return await self._loaded_raw(self.load, query={self.asked_by: tenant_of(id_)})

    def _shown(self, id_: str, raw: wire.Json) -> Remote[C]:
        def read() -> Remote[C]:
            # A tenant without settings of its own is answered with the project's.
            config = self.codec.decode(wire.Record(raw, self.name), tenant=tenant_of(id_))
            return Remote(id=id_, config=config)

        return understood(self.load, read)
