"""The groups of options that many commands have, and what becomes of them below the command line.

A command takes what it needs of them: where it works, how fast, and whether somebody is asked.
"""

from typing import TYPE_CHECKING

from descope_state.cli.opening import opening
from descope_state.cli.options import (
    AutoApprove,
    Changes,
    Confirm,
    EnvironmentName,
    Excludes,
    LockTimeout,
    MaxCapacity,
    Parallelism,
    Targets,
    VariableFiles,
    Variables,
    pairs,
    seconds_of,
)
from descope_state.cli.terminal import Terminal
from descope_state.frozen import dataclass

if TYPE_CHECKING:
    # For annotations only: everything below the command line comes with it.
    from descope_state.app.applying import Manner
    from descope_state.app.planning import Reading
    from descope_state.app.workspace import Opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which environment of the stack, and what its variables are."""

    env: EnvironmentName = None
    var: Variables = None
    var_file: VariableFiles = None

    def opening(self, terminal: Terminal) -> "Opening":
        """Say which stack to open, and how."""
        return opening(terminal, env=self.env, var=self.var, var_file=self.var_file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Which addresses it is about."""

    target: Targets = None
    exclude: Excludes = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPace:
    """How fast a project is read."""

    parallelism: Parallelism = 10
    max_capacity: MaxCapacity = 1.0

    def reading(self, *, refreshed: bool = True) -> "Reading":
        """Say how to read, and whether."""
        from descope_state.app.planning import Reading

        return Reading(
            refreshed=refreshed, parallelism=self.parallelism, capacity=self.max_capacity
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a project is changed, and how long to wait until one may begin."""

    parallelism: Changes = 10
    max_capacity: MaxCapacity = 1.0
    lock_timeout: LockTimeout = None

    def manner(
        self,
        *,
        override: list[str] | None = None,
        approval: "Approval | None" = None,
        secrets_into: str = "",
        skip_stale: bool = False,
    ) -> "Manner":
        """Say how a plan is to be applied."""
        from descope_state.app.applying import Manner
        from descope_state.app.wishing import overrides_of

        approved = approval or Approval()
        return Manner(
            parallelism=self.parallelism,
            capacity=self.max_capacity,
            lock_timeout=seconds_of(self.lock_timeout, option="--lock-timeout"),
            skip_stale=skip_stale,
            overrides=overrides_of(pairs(override, option="--override")),
            confirmed=approved.confirm or "",
            automatic=approved.auto_approve,
            secrets_into=secrets_into,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Whether somebody is asked, and what was answered beforehand."""

    auto_approve: AutoApprove = False
    confirm: Confirm = None
