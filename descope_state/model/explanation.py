"""Why one address is planned as it is, and who would feel it: values for `why` and `impact`."""

from descope_state.errors import Origin
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Change, FieldChange
from descope_state.model.value import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One field of a change: where the stack states it, as what, and the three sides of it."""

    field: str
    origin: Origin | None
    written: Value
    wanted: Value
    remembered: Value
    live: Value
    known_before: bool
    exists: bool
    change: FieldChange | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Why one address is planned as it is."""

    change: Change
    origin: Origin | None
    steps: tuple[Step, ...]
    needs: tuple[Address, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One resource that uses another, and how many steps away it is."""

    address: Address
    through: Address
    steps: int
    origin: Origin | None
