"""What a provider may have besides: its service in this process, to be tried and to be served."""

from collections.abc import Callable
from dataclasses import field
from typing import Any, Protocol, runtime_checkable

from descope_state.frozen import dataclass

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How an emulated service is put behind a socket of this machine.

    A `port` of 0 is any that is free. The world is kept in the file `database` or in memory only,
    and begins as the file `seed` says. `tier` is the plan of the account, `lag` how many seconds
    reads are behind; the service's own limits hold where it is `limited`.
    `key` is the only credential that is let in, where there is one; `faults`, `limits` and
    `switches` are spelled as on the command line.
    """

    port: int
    database: str = ""
    seed: str = ""
    tier: int = 1
    lag: float = 0.0
    limited: bool = True
    key: str = field(default="", repr=False)
    faults: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where an emulated project is kept: in the folder of an environment, or in a database.

    `remembered` is the project that the state is of, for one that was not kept yet.
    """

    project_id: str = ""
    environment: str = ""
    folder: str = ""
    database: str = ""
    remembered: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to an emulated project, in the name of `actor`."""

    method: str
    path: str
    body: Json = None
    actor: str = ""


@runtime_checkable
class Emulator(Protocol):
    """A service as it runs on a laptop; ValueError and OSError say what is wrong."""

    def serve(self, serving: Serving, *, ready: Callable[[str], None]) -> None:
        """Serve until interrupted; `ready` is told the address once somebody may call."""

    def dump(self, home: Home) -> Json:
        """Give all that a project holds."""

    def reset(self, home: Home) -> None:
        """Make a project what it was when it was new."""

    def copy(self, home: Home, *, into: Home) -> None:
        """Give another home the same project as it is now."""

    def call(self, home: Home, call: Call) -> tuple[int, Json]:
        """Send one call to a project and give status and body of its answer."""

    def questions(self) -> dict[str, tuple[str, str]]:
        """Give each switch with its default and what it asks."""
