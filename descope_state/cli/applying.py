"""The commands that write: `apply`, `destroy`, `refresh`, `resume`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from descope_state.cli.opening import opening
from descope_state.cli.options import (
    AsJson,
    AutoApprove,
    Changes,
    CompactWarnings,
    Confirm,
    EnvironmentName,
    Excludes,
    LockTimeout,
    MaxCapacity,
    Overrides,
    Replaces,
    SecretsInto,
    Targets,
    VariableFiles,
    Variables,
    Verbose,
    pairs,
    seconds_of,
)
from descope_state.errors import UsageError

if TYPE_CHECKING:
    # For annotations only: everything below the command line comes with it.
    from descope_state.app.applying import Manner
    from descope_state.cli.attendant import Attendant
    from descope_state.core.planner import Wishes


class Stale(StrEnum):
    """What to do about changes whose objects have moved on since the plan."""

    REFUSE = "refuse"
    SKIP = "skip"


PlanFile = Annotated[
    Path | None, typer.Argument(help="A file that `plan -out` wrote.", metavar="PLAN")
]
StaleOption = Annotated[
    Stale,
    typer.Option(
        "--stale", help="Refuse all when an object changed since the plan, or skip that change."
    ),
]


def apply(
    context: typer.Context,
    plan_file: PlanFile = None,
    *,
    env: EnvironmentName = None,
    auto_approve: AutoApprove = False,
    confirm: Confirm = None,
    target: Targets = None,
    exclude: Excludes = None,
    replace: Replaces = None,
    override: Overrides = None,
    stale: StaleOption = Stale.REFUSE,
    var: Variables = None,
    var_file: VariableFiles = None,
    parallelism: Changes = 10,
    max_capacity: MaxCapacity = 1.0,
    lock_timeout: LockTimeout = None,
    secrets_into: SecretsInto = "",
    compact_warnings: CompactWarnings = False,
    verbose: Verbose = False,
    json: AsJson = False,
) -> None:
    """Carry out a plan.

    A saved one as it was reviewed, or a fresh one once it is approved. Ctrl-C once finishes what is
    in flight; twice leaves at once. Nothing is lost.
    """
    from descope_state.cli.applying_run import run_apply

    _refuse_beside(
        plan_file, target=target, exclude=exclude, replace=replace, var=var, var_file=var_file
    )
    status = run_apply(
        context.obj,
        opening(context.obj, env=env, var=var, var_file=var_file),
        plan_file=plan_file,
        wishes=_wishes("normal", target, exclude, replace=replace, override=override),
        manner=_manner(
            parallelism=parallelism,
            max_capacity=max_capacity,
            lock_timeout=lock_timeout,
            skip_stale=stale is Stale.SKIP,
            override=override,
            confirm=confirm,
            automatic=auto_approve,
            secrets_into=secrets_into,
        ),
        attendant=_attendant(context, json=json, verbose=verbose, compact=compact_warnings),
    )
    raise typer.Exit(status)


def _attendant(
    context: typer.Context, *, json: bool, verbose: bool = False, compact: bool = False
) -> "Attendant":
    from descope_state.cli.attendant import Attendant

    return Attendant(terminal=context.obj, json=json, verbose=verbose, compact=compact)


def _refuse_beside(plan_file: Path | None, **options: object) -> None:
    for name, value in options.items():
        if value and plan_file is not None:
            option = "--" + name.replace("_", "-")
            message = f"`{option}` cannot be given with a saved plan: it was decided when planning"
            raise UsageError(message, hint=f"plan again with {option}")


def destroy(
    context: typer.Context,
    *,
    env: EnvironmentName = None,
    auto_approve: AutoApprove = False,
    target: Targets = None,
    exclude: Excludes = None,
    override: Overrides = None,
    parallelism: Changes = 10,
    max_capacity: MaxCapacity = 1.0,
    lock_timeout: LockTimeout = None,
    verbose: Verbose = False,
    json: AsJson = False,
) -> None:
    """Remove all that the state holds, once that is approved.

    What nobody put under management stays, and so does what `prevent_destroy` protects.
    """
    from descope_state.cli.applying_run import run_apply

    status = run_apply(
        context.obj,
        opening(context.obj, env=env),
        plan_file=None,
        wishes=_wishes("destroy", target, exclude, override=override),
        manner=_manner(
            parallelism=parallelism,
            max_capacity=max_capacity,
            lock_timeout=lock_timeout,
            override=override,
            automatic=auto_approve,
        ),
        attendant=_attendant(context, json=json, verbose=verbose),
    )
    raise typer.Exit(status)


def refresh(
    context: typer.Context,
    *,
    env: EnvironmentName = None,
    auto_approve: AutoApprove = False,
    override: Overrides = None,
    parallelism: Changes = 10,
    max_capacity: MaxCapacity = 1.0,
    lock_timeout: LockTimeout = None,
    json: AsJson = False,
) -> None:
    """Take into the state what changed outside dstate.

    Asks first. Nothing is written to the project. What the stack wants stays as it is: the next
    plan sets it back.
    """
    from descope_state.cli.applying_run import run_apply

    status = run_apply(
        context.obj,
        opening(context.obj, env=env),
        plan_file=None,
        wishes=_wishes("refresh-only", override=override),
        manner=_manner(
            parallelism=parallelism,
            max_capacity=max_capacity,
            lock_timeout=lock_timeout,
            override=override,
            automatic=auto_approve,
        ),
        attendant=_attendant(context, json=json),
    )
    raise typer.Exit(status)


def resume(
    context: typer.Context,
    *,
    env: EnvironmentName = None,
    lock_timeout: LockTimeout = None,
) -> None:
    """Settle what an interrupted run left.

    The service is asked what became of each call that had been begun.
    Every command that takes the lock does this first; `resume` does it and nothing else. Nothing
    new is sent; `dstate apply` then goes on with what is left.
    """
    from descope_state.cli.applying_run import run_resume

    raise typer.Exit(
        run_resume(
            context.obj, opening(context.obj, env=env), manner=_manner(lock_timeout=lock_timeout)
        )
    )


def _wishes(
    mode: str,
    target: list[str] | None = None,
    exclude: list[str] | None = None,
    *,
    replace: list[str] | None = None,
    override: list[str] | None = None,
) -> "Wishes":
    from descope_state.app.wishing import wishes_of

    return wishes_of(
        mode=mode,
        targets=target or (),
        excludes=exclude or (),
        replaces=replace or (),
        overrides=pairs(override, option="--override"),
    )


def _manner(
    *,
    parallelism: int = 10,
    max_capacity: float = 1.0,
    lock_timeout: str | None = None,
    skip_stale: bool = False,
    override: list[str] | None = None,
    confirm: str | None = None,
    automatic: bool = False,
    secrets_into: str = "",
) -> "Manner":
    from descope_state.app.applying import Manner
    from descope_state.app.wishing import overrides_of

    return Manner(
        parallelism=parallelism,
        capacity=max_capacity,
        lock_timeout=seconds_of(lock_timeout, option="--lock-timeout"),
        skip_stale=skip_stale,
        overrides=overrides_of(pairs(override, option="--override")),
        confirmed=confirm or "",
        automatic=automatic,
        secrets_into=secrets_into,
    )
