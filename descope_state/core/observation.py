"""What was seen of a project at one time: its live objects, and the bounds of its account."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property

from descope_state.frozen import dataclass
from descope_state.model.resource import Entries, Live
from descope_state.sdk.provider import Limit
from descope_state.sdk.schema import Schema

ById = Mapping[str, Live]


@dataclass(frozen=True, kw_only=True)
class Observation:
    """The live objects of every kind in play, by kind and id.

    `closed` are the kinds that these credentials may not look at, with what the service said.
    `beside` are objects of kinds that are not in play, seen because something names them.
    """

    live: Mapping[str, ById]
    beside: Mapping[str, ById] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)
    baseline: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tier: int = 1
    calls: int = 0
    project_id: str = ""
    base_url: str = ""
    limits: tuple[Limit, ...] = ()
    refreshed: bool = True

    @cached_property
    def _identities(self) -> dict[str, dict[str, Live]]:
        return {
            kind: {live.identity: live for live in found.values()}
            for kind, found in self.live.items()
        }

    def object(self, kind: str, id_: str) -> Live | None:
        """Give the live object with an id, if there is one."""
        return self.live.get(kind, {}).get(id_)

    def named(self, kind: str, identity: str) -> Live | None:
        """Give the live object with a natural key, if there is one."""
        return self._identities.get(kind, {}).get(identity)

    def singleton(self, schema: Schema, identity: str) -> Live | None:
        """Give the object that is there without having been made."""
        if schema.identity_fields:
            return self.named(schema.kind, identity)
        # There is one in a project: whatever its kind calls it, it is meant.
        return next(iter(self.live.get(schema.kind, {}).values()), None)

    def holds_by_default(self, kind: str, identity: str) -> bool:
        """Tell whether every new project has such an object."""
        return identity in self.baseline.get(kind, frozenset())


def remembered(entries: Entries, computed: Mapping[str, frozenset[str]]) -> Iterator[Live]:
    """Take what the state remembers for what is live, where nobody is to be asked."""
    for entry in entries.values():
        apart = computed.get(entry.address.kind, frozenset())
        yield Live(
            kind=entry.address.kind,
            id=entry.id,
            identity=entry.identity,
            attributes={key: entry.outputs[key] for key in entry.outputs.keys() - apart},
            computed={key: entry.outputs[key] for key in entry.outputs.keys() & apart},
        )
