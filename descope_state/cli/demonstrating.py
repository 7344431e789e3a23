"""The command `demo`."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A new folder for it.", metavar="FOLDER")] = Path(
        "dstate-demo"
    ),
) -> None:
    """Show the whole story on the emulator.

    Plan, apply, drift and who did it, revert, backup, a deletion, undo, the audit trail: each step
    is a command that is shown and run. The folder stays, and everything can be typed again in it.
    """
    from descope_state.cli.demonstrating_run import run_demo

    status = run_demo(context.obj, folder)
    if status:
        raise typer.Exit(status)
