"""The tree of everything that can go wrong: a code, an exit status, a place and a way out.

`Problem` is a value, for diagnostics that are collected and shown together; the exceptions
carry problems or a single message through the layers up to the command line.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import ClassVar

from descope_state.frozen import dataclass

WITHHELD = "(This line is not shown:\nit holds in clear what is to be a secret.)"
"""The excerpt of a problem whose line must not reach a log."""


class Exit(IntEnum):
    """The exit statuses of every command."""

    DONE = 0
    ERROR = 1
    CHANGES = 2
    STALE = 3
    PARTIAL = 4
    REFUSED = 5
    LOCKED = 6
    CREDENTIALS = 7
    UNREACHABLE = 8
    USAGE = 64
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where in the stack a value was written; lines and columns count from one."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One complaint about the input: what, where, and what to do about it.

    `inner` counts columns from one inside the text at `origin`, for a complaint about an
    expression; whoever holds the source turns it into a column of the file. `byte` counts from
    zero where `origin` lies in the file, once somebody who holds the source has looked.
    """

    code: str
    message: str
    origin: Origin | None = None
    hint: str = ""
    excerpt: str = ""
    inner: int = 0
    byte: int = 0
    warning: bool = False

    @property
    def place(self) -> tuple[str, int, int, str]:
        """A key that sorts problems as a reader meets them."""
        if self.origin is None:
            return ("", 0, 0, self.code)
        return (self.origin.file, self.origin.line, self.origin.column, self.code)


class DstateError(Exception):
    """Anything dstate refuses or fails to do; the message is for the person at the terminal."""

    code: ClassVar[str] = "E0001"
    status: ClassVar[Exit] = Exit.ERROR

    def __init__(self, message: str, *, hint: str = "", origin: Origin | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.origin = origin

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The error as values, so that one renderer serves single and collected errors."""
        return (Problem(code=self.code, message=self.message, hint=self.hint, origin=self.origin),)


class Invalid(DstateError):
    """The stack says something that cannot be: all of its problems at once."""

    code = "E1000"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self._problems = tuple(sorted(problems, key=lambda problem: problem.place))
        super().__init__(f"{len(self._problems)} problems in the stack")

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem, in reading order."""
        return self._problems


class UsageError(DstateError):
    """The command line asks for something that does not exist."""

    code = "E6400"
    status = Exit.USAGE


class StalePlan(DstateError):
    """The plan file is not the plan of this environment as it stands now."""

    code = "E3000"
    status = Exit.STALE


class Refused(DstateError):
    """A guard, a check or a policy says no."""

    code = "E5000"
    status = Exit.REFUSED


class Locked(DstateError):
    """Somebody else holds the state."""

    code = "E6000"
    status = Exit.LOCKED


class BadCredentials(DstateError):
    """No credentials, the wrong ones, or ones of another project."""

    code = "E7000"
    status = Exit.CREDENTIALS


class Interrupted(DstateError):
    """Somebody asked twice to stop."""

    code = "E1300"
    status = Exit.INTERRUPTED


class Unreachable(DstateError):
    """The service did not answer: nothing is known, which is not the same as no change."""

    code = "E8000"
    status = Exit.UNREACHABLE


class DamagedState(DstateError):
    """The state file cannot be trusted."""

    code = "E4000"


class UnsafeFile(DstateError):
    """A file is not where, whose or what it must be."""

    code = "E4100"
