"""The command `state rebuild`."""

from typing import Annotated

import typer

from descope_state.cli.opening import opening
from descope_state.cli.options import (
    EnvironmentName,
    LockTimeout,
    MaxCapacity,
    Parallelism,
    VariableFiles,
    Variables,
    seconds_of,
)


def rebuild(
    context: typer.Context,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Also where there is a state: it is set aside.")
    ] = False,
    env: EnvironmentName = None,
    var: Variables = None,
    var_file: VariableFiles = None,
    parallelism: Parallelism = 10,
    max_capacity: MaxCapacity = 1.0,
    lock_timeout: LockTimeout = None,
) -> None:
    """Make a lost state anew, from what the project holds.

    The objects of the stack are known by their natural keys. What has none is known by its name,
    where one object alone has it and is as the stack says; what could be several is left out and
    told.
    """
    from descope_state.cli.rebuilding_run import run_rebuild

    status = run_rebuild(
        context.obj,
        opening(context.obj, env=env, var=var, var_file=var_file),
        force=force,
        parallelism=parallelism,
        capacity=max_capacity,
        seconds=seconds_of(lock_timeout, option="--lock-timeout"),
    )
    raise typer.Exit(status)
