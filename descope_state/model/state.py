"""The state of one environment, and what makes such a state valid."""

from collections.abc import Iterator, Mapping
from dataclasses import field

from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.event import Began
from descope_state.model.plan import OutputValue
from descope_state.model.resource import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An intent of which nobody could say what came of it.

    `known` are the ids that a kind without a natural key had before; `why` says what stood in the
    way of finding out.
    """

    began: Began
    known: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last record of the audit trail: its number and its seal."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything dstate remembers of one environment at one serial.

    `audit` is how far the audit trail went when this was written.
    """

    lineage: str
    serial: int
    environment: str
    project_id: str
    entries: Mapping[Address, Entry]
    pending: tuple[Pending, ...] = ()
    outputs: Mapping[str, OutputValue] = field(default_factory=dict)
    audit: Head | None = None


def problems(snapshot: Snapshot) -> tuple[str, ...]:
    """Say what is wrong with a state; a valid one yields nothing."""
    return (*_misfiled(snapshot), *_shared_ids(snapshot), *_dangling(snapshot))


def _misfiled(snapshot: Snapshot) -> Iterator[str]:
    for address, entry in snapshot.entries.items():
        if entry.address != address:
            yield f"{address} holds the entry of {entry.address}"
        if not entry.id:
            yield f"{address} has no id"


def _shared_ids(snapshot: Snapshot) -> Iterator[str]:
    owners: dict[tuple[str, str], Address] = {}
    for address, entry in snapshot.entries.items():
        first = owners.setdefault((address.kind, entry.id), address)
        if first != address:
            yield f"{first} and {address} both hold {address.kind} {entry.id}"


def _dangling(snapshot: Snapshot) -> Iterator[str]:
    for address, entry in snapshot.entries.items():
        for other in entry.depends_on:
            if other not in snapshot.entries:
                yield f"{address} depends on {other}, which the state does not hold"
