"""The commands that write: `apply`, `destroy`, `refresh`, `resume`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from descope_state.cli.groups import Approval, Narrowing, Pace, Where
from descope_state.cli.opening import opening
from descope_state.cli.options import (
    AsJson,
    AutoApprove,
    CompactWarnings,
    EnvironmentName,
    LockTimeout,
    Overrides,
    Replaces,
    SecretsInto,
    Verbose,
    pairs,
)
from descope_state.errors import UsageError

if TYPE_CHECKING:
    # For annotations only: everything below the command line comes with it.
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
    where: Where,
    approval: Approval,
    narrowing: Narrowing,
    replace: Replaces = None,
    override: Overrides = None,
    stale: StaleOption = Stale.REFUSE,
    pace: Pace,
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

    if plan_file is not None:
        _refuse_decided(
            target=narrowing.target,
            exclude=narrowing.exclude,
            replace=replace,
            var=where.var,
            var_file=where.var_file,
        )
    status = run_apply(
        context.obj,
        where.opening(context.obj),
        plan_file=plan_file,
        wishes=_wishes("normal", narrowing, replace=replace, override=override),
        manner=pace.manner(
            override=override,
            approval=approval,
            secrets_into=secrets_into,
            skip_stale=stale is Stale.SKIP,
        ),
        attendant=_attendant(context, json=json, verbose=verbose, compact=compact_warnings),
    )
    raise typer.Exit(status)


def _attendant(
    context: typer.Context, *, json: bool, verbose: bool = False, compact: bool = False
) -> "Attendant":
    from descope_state.cli.attendant import Attendant

    return Attendant(terminal=context.obj, json=json, verbose=verbose, compact=compact)


def _refuse_decided(**options: object) -> None:
    """Refuse what stands beside a saved plan and was decided with it."""
    for name, value in options.items():
        if value:
            option = "--" + name.replace("_", "-")
            message = f"`{option}` cannot be given with a saved plan: it was decided when planning"
            raise UsageError(message, hint=f"plan again with {option}")


def destroy(
    context: typer.Context,
    *,
    env: EnvironmentName = None,
    auto_approve: AutoApprove = False,
    narrowing: Narrowing,
    override: Overrides = None,
    pace: Pace,
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
        wishes=_wishes("destroy", narrowing, override=override),
        manner=pace.manner(override=override, approval=Approval(auto_approve=auto_approve)),
        attendant=_attendant(context, json=json, verbose=verbose),
    )
    raise typer.Exit(status)


def refresh(
    context: typer.Context,
    *,
    env: EnvironmentName = None,
    auto_approve: AutoApprove = False,
    override: Overrides = None,
    pace: Pace,
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
        wishes=_wishes("refresh-only", Narrowing(), override=override),
        manner=pace.manner(override=override, approval=Approval(auto_approve=auto_approve)),
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

    here = opening(context.obj, env=env)
    raise typer.Exit(run_resume(context.obj, here, manner=Pace(lock_timeout=lock_timeout).manner()))


def _wishes(
    mode: str,
    narrowing: Narrowing,
    *,
    replace: list[str] | None = None,
    override: list[str] | None = None,
) -> "Wishes":
    from descope_state.app.wishing import wishes_of

    return wishes_of(
        mode=mode,
        targets=narrowing.target or (),
        excludes=narrowing.exclude or (),
        replaces=replace or (),
        overrides=pairs(override, option="--override"),
    )
