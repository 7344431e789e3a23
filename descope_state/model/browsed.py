"""What was found in a project, with as much of its kind as is needed to show it."""

from collections.abc import Mapping

from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.resource import Live
from descope_state.model.value import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A kind as far as a table of it needs to know: its fields in order, and what they are."""

    kind: str
    fields: tuple[str, ...]
    required: frozenset[str]
    documents: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A live object, and the address that manages it, if one does."""

    live: Live
    address: Address | None

    @property
    def values(self) -> Mapping[str, Value]:
        """Give all that is known of it, by name of the field."""
        known = {**self.live.attributes, **self.live.computed, "id": self.live.id}
        return {**known, "address": str(self.address) if self.address is not None else None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsed:
    """What was found in a project, in the order of names; `warning` says what is not known.

    `age` is how many seconds ago the oldest of it was read, where it was not just now; `native` are
    the natural keys of what every new project holds, where somebody was asked.
    """

    environment: str
    project_id: str
    sketch: Sketch
    found: tuple[Found, ...]
    calls: int = 0
    age: float = 0.0
    warning: str = ""
    native: frozenset[str] = frozenset()
