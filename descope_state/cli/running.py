"""The commands `runs list` and `runs show`: what was done, and what it overwrote."""

from typing import Annotated

import typer

from descope_state.cli.opening import opening
from descope_state.cli.options import AsJson, EnvironmentName


def listing(context: typer.Context, *, env: EnvironmentName = None, json: AsJson = False) -> None:
    """List the runs that are remembered, newest first."""
    from descope_state.cli.running_run import run_list

    run_list(context.obj, opening(context.obj, env=env), json=json)


def showing(
    context: typer.Context,
    run: Annotated[
        str | None,
        typer.Argument(metavar="RUN", help="Its name, or the beginning or end of it."),
    ] = None,
    *,
    env: EnvironmentName = None,
    json: AsJson = False,
) -> None:
    """Show one run: what became of each change, and why.

    Without a name, the last one. With --json also which backup holds what it overwrote.
    """
    from descope_state.cli.running_run import run_show

    run_show(context.obj, opening(context.obj, env=env), name=run, json=json)
