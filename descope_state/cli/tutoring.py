"""The command `quickstart`."""

from pathlib import Path
from typing import Annotated

import typer


def quickstart(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A new folder for it.", metavar="FOLDER")] = Path(
        "dstate-quickstart"
    ),
    *,
    accept: Annotated[
        bool, typer.Option("--yes", help="Wait for nobody between the steps.")
    ] = False,
) -> None:
    """Make a first stack, step by step, on the emulator.

    Each step says what it is for and shows what is typed; Enter runs it. One has mistakes in it,
    and in one somebody else changes the project. Where nobody is at the terminal, no step waits.
    """
    from descope_state.cli.tutoring_run import run_quickstart

    status = run_quickstart(context.obj, folder, wait=not accept)
    if status:
        raise typer.Exit(status)
