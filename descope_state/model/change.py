"""What will be done to one address, why, and what it changes."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.value import Path, Value


class Action(StrEnum):
    """What will happen. Behaviour is decided by this and by `Change.blocked`, never by a reason."""

    NOOP = "no-op"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    ADOPT = "import"
    FORGET = "forget"
    MOVE = "move"


class Reason(StrEnum):
    """Why it will happen. Only words are chosen by it."""

    NONE = ""
    MISSING = "missing"
    VANISHED = "vanished"
    EDITED = "edited"
    DRIFTED = "drifted"
    IMMUTABLE = "immutable"
    TAINTED = "tainted"
    REMOVED = "removed"
    REQUESTED = "requested"
    TRIGGERED = "triggered"
    BLOCKED = "blocked"


class Hold(StrEnum):
    """How much the state is to remember of what a change states.

    A plan of the stack states the whole of it. A command that changes one object by itself states
    a part, and the rest stays as remembered; what no block of the stack states is let go of again
    as soon as it is done, or the next plan would delete it.
    """

    WHOLE = "whole"
    PART = "part"
    NOTHING = "nothing"


class Mark(StrEnum):
    """How one place inside a value changes."""

    ADDED = "+"
    REMOVED = "-"
    CHANGED = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One place inside a changed field: an element of a set, a key of a map, a node of a flow.

    Its `path` begins at the field; an empty one is the field as a whole.
    """

    mark: Mark
    path: Path
    before: Value = None
    after: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field that differs, and where inside it.

    `edits` are the places that differ, `hidden` counts further ones that are not worth a row, such
    as layout. A `sensitive` field has fingerprints on both sides.
    """

    name: str
    before: Value
    after: Value
    edits: tuple[Edit, ...] = ()
    hidden: int = 0
    forces_replacement: bool = False
    sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One address with an action.

    `before` is the live object, `after` what it is to become: what the stack states, with
    unmanaged fields at their live values. `stated` are the attributes that the stack gives.
    `live_fingerprint` is the digest of the live object, for apply to look again before it writes.
    `takes_along` counts, by kind, what is deleted with the object without having a row of its own.
    """

    address: Address
    provider: str
    action: Action
    reason: Reason = Reason.NONE
    fields: tuple[FieldChange, ...] = ()
    before: dict[str, Value] | None = None
    after: dict[str, Value] | None = None
    stated: tuple[str, ...] = ()
    id: str = ""
    identity: str = ""
    depends_on: tuple[Address, ...] = ()
    live_fingerprint: str = ""
    blocked: str = ""
    moved_from: Address | None = None
    importing: bool = False
    create_first: bool = False
    protected: bool = False
    hold: Hold = Hold.WHOLE
    takes_along: Mapping[str, int] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Tell whether applying this change sends anything to the service."""
        return not self.blocked and self.action in WRITES


WRITES = frozenset({Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE})


class DriftSort(StrEnum):
    """What happened to an object outside dstate."""

    CHANGED = "changed"
    DELETED = "deleted"
    CONVERGED = "converged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What changed outside dstate at one address since the state was written."""

    address: Address
    sort: DriftSort
    id: str
    fields: tuple[FieldChange, ...] = ()
    unmanaged: tuple[FieldChange, ...] = ()
