"""What happens while a plan is carried out, as the journal keeps it; `replay` gives it meaning.

An intent (`Began`) is durable before its request leaves. How it ended may be durable later: losing
that costs one look at the service, never a second object.
"""

from enum import StrEnum
from typing import TypeAlias

from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.resource import Entry
from descope_state.model.value import Value


class Step(StrEnum):
    """What one operation does; the names are those of a kind's `batches` and `calls`."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A run begins, or one that was interrupted is taken up again: who, when, and for which plan.

    `at` is the time of the wall clock, for people; `plan_digest` is empty where no plan is carried
    out.
    """

    run: str
    at: str
    command: str
    actor: str
    plan_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The ids that a kind without a natural key had before anything of it was made in this run."""

    kind: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something is remembered or forgotten without a call: adoptions, moves, protection.

    With `moved_from`, the entry stood there before.
    """

    address: Address
    entry: Entry | None = None
    moved_from: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """The intent of one call that changes something, numbered within its run.

    `entry` is what will be remembered once it is done, still without what the service answers; a
    deletion has none. `id` is the object that is changed or deleted, or the one that a creation
    replaces and that is still there. `at` is in seconds since 1970,
    by the clock of the machine.
    """

    run: str
    number: int
    address: Address
    step: Step
    at: float
    id: str = ""
    identity: str = ""
    entry: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """A call did what was intended; a deletion has no id."""

    number: int
    id: str = ""
    identity: str = ""
    outputs: dict[str, Value] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A call surely did nothing."""

    number: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """Nobody can say what a call did; its intent stays open, for the reason given."""

    number: int
    error: str


Event: TypeAlias = Started | Known | Noted | Began | Succeeded | Failed | Doubted
