"""The command `drift`."""

import typer

from descope_state.cli.opening import opening
from descope_state.cli.options import (
    AsJson,
    EnvironmentName,
    MaxCapacity,
    Parallelism,
    VariableFiles,
    Variables,
    Verbose,
)
from descope_state.errors import Exit


def drift(
    context: typer.Context,
    *,
    env: EnvironmentName = None,
    var: Variables = None,
    var_file: VariableFiles = None,
    parallelism: Parallelism = 10,
    max_capacity: MaxCapacity = 1.0,
    verbose: Verbose = False,
    json: AsJson = False,
) -> None:
    """Tell what changed outside dstate since the last apply.

    Reads the project and compares it with the state. Where the project could not be read, the exit
    status is 7 or 8: that is not the same as no drift.
    """
    if context.invoked_subcommand is not None:
        return
    from descope_state.cli.drifting_run import run_drift

    found = run_drift(
        context.obj,
        opening(context.obj, env=env, var=var, var_file=var_file),
        parallelism=parallelism,
        capacity=max_capacity,
        verbose=verbose,
        json=json,
    )
    if found:
        raise typer.Exit(Exit.CHANGES)
