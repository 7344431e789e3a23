"""The command `doctor`."""

import typer

from descope_state.cli.opening import opening
from descope_state.cli.options import AsJson, EnvironmentName


def doctor(context: typer.Context, *, env: EnvironmentName = None, json: AsJson = False) -> None:
    """Look whether all is well; where not, say what to do.

    Versions, stack, credentials, project, licence, limits, files, state, journal, lock and clock.
    """
    from descope_state.cli.examining_run import run_doctor

    status = run_doctor(context.obj, opening(context.obj, env=env), json=json)
    if status:
        raise typer.Exit(status)
