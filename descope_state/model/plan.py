"""A plan: everything apply needs, and everything a reader wants to know before it."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Drift
from descope_state.model.value import Value

# The mode of a plan that a command makes of single objects, whatever the stack says of them.
DIRECT = "direct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What applying a plan will cost, honestly; `reads` of the calls look at what was written."""

    calls: int = 0
    reads: int = 0
    changes: int = 0
    waves: int = 0
    seconds: float = 0.0
    per_minute: int = 0
    refresh_calls: int = 0

    @property
    def writes(self) -> int:
        """How many calls change something: one change may take two, several may share one."""
        return self.calls - self.reads

    @property
    def saved(self) -> int:
        """How many calls batching spares."""
        return max(0, self.changes - self.writes)


class Verdict(StrEnum):
    """What became of a check of the stack."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check of the stack, judged against what the plan leads to."""

    name: str
    verdict: Verdict
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Why a plan may not be applied as it stands, and what lifts that."""

    code: str
    message: str
    hint: str = ""
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputValue:
    """One output of the stack as the plan leaves it."""

    name: str
    value: Value
    sensitive: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """Which world a plan belongs to; apply refuses it in any other."""

    stack: str
    environment: str
    project_id: str
    base_url: str
    lineage: str
    serial: int
    config_digest: str
    version: str
    created: str
    expires: str = ""
    protected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How many changes of each sort, as the last line of a plan counts them."""

    add: int = 0
    change: int = 0
    destroy: int = 0
    importing: int = 0
    forget: int = 0
    move: int = 0
    blocked: int = 0

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to do at all."""
        return not any(
            (
                self.add,
                self.change,
                self.destroy,
                self.importing,
                self.forget,
                self.move,
                self.blocked,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Changes in the order of their addresses, and what was found on the way.

    A narrowed plan leaves out what was not chosen, and says nothing of it. `overrides` are the
    guards that were lifted for it.
    """

    bindings: Bindings
    changes: tuple[Change, ...]
    drift: tuple[Drift, ...] = ()
    unmanaged: Mapping[str, int] = field(default_factory=dict)
    outputs: tuple[OutputValue, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    violations: tuple[Violation, ...] = ()
    estimate: Estimate = Estimate()
    mode: str = "normal"
    narrowed: bool = False
    overrides: Mapping[str, int] = field(default_factory=dict)

    @property
    def summary(self) -> Summary:
        """The counts of the last line."""
        return summarize(self.changes)

    @property
    def stuck(self) -> bool:
        """Tell whether there is something to do, and none of it can be done."""
        effective = self.effective
        return bool(effective) and all(change.blocked for change in effective)

    @property
    def effective(self) -> tuple[Change, ...]:
        """The changes that are not no-ops."""
        return tuple(change for change in self.changes if change.action is not Action.NOOP)


def summarize(changes: tuple[Change, ...]) -> Summary:
    """Count changes by what they do; a replacement both adds and destroys."""
    counted = dict.fromkeys(Action, 0)
    blocked = importing = moved = 0
    for change in changes:
        if change.blocked:
            blocked += 1
            continue
        counted[change.action] += 1
        importing += change.importing
        moved += change.moved_from is not None
    return Summary(
        add=counted[Action.CREATE] + counted[Action.REPLACE],
        change=counted[Action.UPDATE],
        destroy=counted[Action.DELETE] + counted[Action.REPLACE],
        importing=importing,
        forget=counted[Action.FORGET],
        move=moved,
        blocked=blocked,
    )
