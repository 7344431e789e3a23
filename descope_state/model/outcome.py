"""What became of a plan when it was carried out."""

from enum import StrEnum

from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action


class Fate(StrEnum):
    """What became of one change.

    A change is skipped when it needs one that did not succeed, and untried when the run ended
    before its turn came. A stale one was left out because its object is no longer the planned one.
    """

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    UNTRIED = "untried"
    BLOCKED = "blocked"
    STALE = "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One change and what became of it.

    `error` says why it did not succeed, `hint` what to do about it; `because` is the change that a
    skipped one waited for.
    """

    address: Address
    action: Action
    fate: Fate
    id: str = ""
    error: str = ""
    hint: str = ""
    because: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One intent of an interrupted run, and what was found out about it.

    `found` is true where the call had taken effect; None where that could not be told.
    """

    address: Address
    step: str
    identity: str
    found: bool | None
    id: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What was settled of a run that had been interrupted.

    `damaged` are the lines of its journal that could not be read, `torn` the bytes of a last line
    that was not written whole.
    """

    run: str
    at: str
    command: str
    done: int
    settled: tuple[Settled, ...] = ()
    damaged: tuple[int, ...] = ()
    torn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A run that is over: every change of its plan that was not a no-op, and how it ended.

    `halted` says why nothing more was tried where that was nobody's wish: a service that does not
    answer, or a journal that cannot be written. `looked` are the calls that were made to look
    before anything was written, `calls` all that came after, and `reads` those of them that only
    looked at what had been written. `unseen` says why nobody could look whether what was deleted is
    gone.
    """

    run: str
    results: tuple[Result, ...]
    interrupted: bool = False
    halted: str = ""
    seconds: float = 0.0
    calls: int = 0
    reads: int = 0
    looked: int = 0
    unseen: str = ""
    serial: int = 0

    def count(self, fate: Fate) -> int:
        """Count the changes that met one fate."""
        return sum(result.fate is fate for result in self.results)
