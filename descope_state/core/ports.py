"""What the pure core asks of the world, as protocols that the shells implement."""

from typing import Protocol

from descope_state.model.address import Address
from descope_state.model.event import Event, Step
from descope_state.model.value import Value
from descope_state.sdk.provider import Limit


class Sources(Protocol):
    """Where the functions of expressions get text from; each refuses with a ValueError."""

    def file(self, path: str) -> str:
        """Give the text of a file inside the stack."""

    def environment_variable(self, name: str) -> str:
        """Give an environment variable; a missing one is an error that names it."""

    def parse_yaml(self, text: str) -> Value:
        """Read YAML text into plain data."""

    def parse_json(self, text: str) -> Value:
        """Read JSON text into plain data."""


class Journal(Protocol):
    """Where a run writes down what it is about to do and what came of it."""

    def write(self, event: Event) -> None:
        """Add an event; it is durable once a `sync` that began after it is over."""

    async def sync(self) -> None:
        """Make everything that was written durable; many who ask at once share one effort."""


class Confidant(Protocol):
    """Who is told the secrets that a service tells once, and keeps them where the user says."""

    def keep(self, address: Address, name: str, *, secret: str) -> None:
        """Keep a secret; where that fails the object is made again, for its secret is lost."""


class Observer(Protocol):
    """Who is told how a run goes: a progress bar, a stream of events, a log."""

    def began(self, address: Address, step: Step) -> None:
        """Hear that a step is handed to a worker."""

    def succeeded(self, address: Address, step: Step, *, id_: str) -> None:
        """Hear that a step is done."""

    def failed(self, address: Address, step: Step, *, error: str) -> None:
        """Hear that a step did not succeed."""

    def looking(self, address: Address, step: Step, *, error: str) -> None:
        """Hear that an answer was lost, and that the service is asked what became of the step."""

    def retrying(self, address: Address, step: Step, *, error: str, seconds: float) -> None:
        """Hear that a step surely had no effect, and is sent again after a while."""

    def paused(self, family: str, *, seconds: float, reason: str) -> None:
        """Hear that no call of a family leaves for a while, by the limits or the service's word.

        It is said once a pause, not once a worker.
        """

    def learned(self, family: str, *, calls: int, seconds: float) -> None:
        """Hear that the service allows less than was thought: so many calls in so many seconds."""


class Silent:
    """An observer that nobody listens to."""

    def began(self, address: Address, step: Step) -> None:
        """Say nothing."""

    def succeeded(self, address: Address, step: Step, *, id_: str) -> None:
        """Say nothing."""

    def failed(self, address: Address, step: Step, *, error: str) -> None:
        """Say nothing."""

    def looking(self, address: Address, step: Step, *, error: str) -> None:
        """Say nothing."""

    def retrying(self, address: Address, step: Step, *, error: str, seconds: float) -> None:
        """Say nothing."""

    def paused(self, family: str, *, seconds: float, reason: str) -> None:
        """Say nothing."""

    def learned(self, family: str, *, calls: int, seconds: float) -> None:
        """Say nothing."""


SILENT: Observer = Silent()


class Ledger(Protocol):
    """The calls of a family that count against its limit: in flight, or answered within a window.

    Times are those of one steady clock, in seconds. Several processes may share a ledger.
    """

    def take(self, limit: Limit, *, now: float) -> float:
        """Take a slot for a call that leaves now, and give 0; or give the seconds to wait."""

    def give(self, limit: Limit, *, now: float, counts: bool) -> None:
        """Say that a call was answered: its slot comes free one window later, or at once."""

    def pause(self, family: str, *, until: float) -> bool:
        """Let no call leave before a time; tells whether that was news."""

    def lower(self, limit: Limit, *, now: float, until: float) -> int:
        """Take what was let through for the limit, for a while; gives the limit that holds now.

        The service has refused a call and has room again from `until`, as far as it says.
        """
