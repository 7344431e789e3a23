"""The command `state rebuild`."""

from typing import Annotated

import typer

from descope_state.cli.groups import ReadingPace, Where
from descope_state.cli.options import LockTimeout, seconds_of


def rebuild(
    context: typer.Context,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Also where there is a state: it is set aside.")
    ] = False,
    where: Where,
    pace: ReadingPace,
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
        where.opening(context.obj),
        force=force,
        reading=pace.reading(),
        seconds=seconds_of(lock_timeout, option="--lock-timeout"),
    )
    raise typer.Exit(status)
