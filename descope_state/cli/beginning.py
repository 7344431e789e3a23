"""The command `init`."""

from pathlib import Path
from typing import Annotated

import typer

from descope_state.errors import UsageError


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
            "--env",
            help="An environment besides `local`, may be repeated; with --from-env, whose project.",
            metavar="NAME",
        ),
    ] = None,
    from_env: Annotated[
        bool,
        typer.Option("--from-env", help="Bring in the project that credentials are at hand for."),
    ] = False,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="With --from-env: also what every new project holds.")
    ] = False,
    accept: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
) -> None:
    """Begin a stack: a few files that can be planned at once.

    It asks for a name and for environments where they are not given, and overwrites nothing. With
    --from-env it looks for DESCOPE_<ENV>_PROJECT_ID and DESCOPE_<ENV>_MANAGEMENT_KEY (or the names
    without <ENV>) among the variables, in .env and in the keychain, pins the projects it finds in
    dstate.yaml, and writes what one of them holds, as `dstate import --all` does.
    """
    from descope_state.cli.beginning_run import Wanted, run_init
    from descope_state.cli.founding_run import run_from_env

    if baseline and not from_env:
        message = "`--baseline` is for a project that is brought in"
        raise UsageError(message, hint="leave it out, or say --from-env")
    wanted = Wanted(folder=folder, name=name, environments=env, baseline=baseline, ask=not accept)
    if not from_env:
        run_init(context.obj, wanted)
    elif status := run_from_env(context.obj, wanted):
        raise typer.Exit(status)
