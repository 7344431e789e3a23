"""A resource in its four shapes: as blocks of the stack, as desired, as live, as remembered."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from descope_state.errors import Origin
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.stack import Locate, nowhere
from descope_state.model.value import Path, Ref, Value

__all__ = ["Desired", "Entry", "Lifecycle", "Live", "Origin", "Status"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """How dstate treats a resource, as its block says."""

    prevent_destroy: bool = False
    create_before_destroy: bool = False
    ignore_changes: tuple[Path, ...] = ()
    replace_triggered_by: tuple[Ref, ...] = ()


ORDINARY = Lifecycle()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """What the stack wants one resource to be; only fields that it states are here."""

    address: Address
    provider: str
    attributes: dict[str, Value]
    depends_on: tuple[Address, ...] = ()
    lifecycle: Lifecycle = ORDINARY
    locate: Locate = nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What the service answers about one object now."""

    kind: str
    id: str
    identity: str
    attributes: dict[str, Value]
    computed: dict[str, Value] = field(default_factory=dict)


class Status(StrEnum):
    """How much a remembered resource can be relied upon.

    What is `passing` is of the journal alone: it is known while its run is open, so that nothing is
    lost, and in no state, for no block of the stack states it.
    """

    READY = "ready"
    TAINTED = "tainted"
    PASSING = "passing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the state remembers of one resource.

    `inputs` is what was stated when it was last applied, secrets as fingerprints; `outputs` is all
    that the service answered then.
    """

    address: Address
    provider: str
    schema_version: int
    id: str
    identity: str
    inputs: dict[str, Value]
    outputs: dict[str, Value]
    depends_on: tuple[Address, ...] = ()
    status: Status = Status.READY
    protected: bool = False


Entries = Mapping[Address, Entry]
