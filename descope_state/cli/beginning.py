"""The command `init`."""

from pathlib import Path
from typing import Annotated

import typer


def init(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="Where the stack is to be.", metavar="FOLDER")
    ] = Path(),
    *,
    name: Annotated[
        str | None, typer.Option("--name", help="What the stack is called.", metavar="NAME")
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option(
            "--env", help="An environment besides `local`; may be repeated.", metavar="NAME"
        ),
    ] = None,
    accept: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
) -> None:
    """Begin a stack: a few files that can be planned at once.

    It asks for a name and for environments where they are not given, and overwrites nothing.
    """
    from descope_state.cli.beginning_run import run_init

    run_init(context.obj, folder, name=name, environments=env, ask=not accept)
