"""What was found to differ from what dstate left, object by object and field by field."""

from dataclasses import field
from enum import StrEnum

from descope_state.errors import DstateError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import FieldChange
from descope_state.model.plan import Violation
from descope_state.model.value import Value


class Sort(StrEnum):
    """What happened to an object outside dstate, the worst first."""

    DELETED = "deleted"
    CHANGED = "changed"
    CONVERGED = "converged"
    UNMANAGED = "unmanaged"


class Wish(StrEnum):
    """How what the stack says about a field stands to what happened to it."""

    REMEMBERED = "remembered"
    LIVE = "live"
    OTHER = "other"
    UNSTATED = "unstated"
    GONE = "gone"


class Confidence(StrEnum):
    """How sure it is that somebody was named rightly."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """Who did it, as far as the service's trail tells; `why` says what keeps it from certainty.

    `at` is in milliseconds since 1970.
    """

    confidence: Confidence
    actor: str = ""
    at: int = 0
    action: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One field on all three sides: `change` leads from what is remembered to what is live."""

    change: FieldChange
    wish: Wish
    wanted: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One object that is not as dstate left it; an unmanaged one has no address."""

    sort: Sort
    kind: str
    id: str
    identity: str
    address: Address | None = None
    wanted: bool = False
    facets: tuple[Facet, ...] = ()
    who: Blame | None = None

    @property
    def subject(self) -> str:
        """What it is called on a command line: its address, or its kind and natural key."""
        if self.address is not None:
            return str(self.address)
        return designation(self.kind, self.identity or self.id)


def designation(kind: str, identity: str) -> str:
    """Name a live object that has no address: `role["Support lead"]`."""
    return f"{kind}{str(Address('', '', identity))[1:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A finding that is known and hidden up to a day; without a field, all of an object's."""

    subject: str
    field: str = ""
    environments: tuple[str, ...] = ()
    reason: str
    owner: str
    until: str
    line: int = 0

    @property
    def about(self) -> str:
        """What is hidden, as it is written on the command line."""
        return f"{self.subject}.{self.field}" if self.field else self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A finding that a rule hides, or of which it hides one field."""

    finding: Finding
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was found, held against the rules.

    `alarms` tell of lists that look empty by mistake; what they are about is no finding.
    """

    findings: tuple[Finding, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    expired: tuple[Rule, ...] = ()
    alarms: tuple[Violation, ...] = ()
    counts: dict[Sort, int] = field(default_factory=dict)


NOTHING = Judgement()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What came of looking at one environment once; with an `error`, nothing is known of it."""

    environment: str
    protected: bool = False
    project_id: str = ""
    unapplied: bool = False
    judgement: Judgement = NOTHING
    calls: int = 0
    error: DstateError | None = None

    @property
    def drifted(self) -> bool:
        """Tell whether anything that is managed is not as dstate left it."""
        return any(one.sort is not Sort.UNMANAGED for one in self.judgement.findings)
