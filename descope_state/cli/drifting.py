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
from descope_state.errors import Exit, UsageError


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
        _refuse_before(context)
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


def _refuse_before(context: typer.Context) -> None:
    """Refuse options that stand before the name of another command: they would go unheard."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = "--" + name.replace("_", "-")
            message = f"`{option}` stands before `{context.invoked_subcommand}`"
            hint = f"write it after: `{context.command_path} {context.invoked_subcommand} {option}`"
            raise UsageError(message, hint=f"{hint} …")
