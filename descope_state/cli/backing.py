"""The commands about backups: `backup create`, `list`, `show`, `verify`, `prune`."""

from typing import Annotated

import typer

from descope_state.cli.groups import ReadingPace
from descope_state.cli.opening import opening
from descope_state.cli.options import AsJson, EnvironmentName

Name = Annotated[
    str | None,
    typer.Argument(metavar="ID", help="Its name, or the number at the end of it."),
]


def create(
    context: typer.Context,
    *,
    env: EnvironmentName = None,
    pace: ReadingPace,
) -> None:
    """Keep every object of the project as it is now.

    Before each update and deletion this is done by itself, for what is about to be overwritten.
    Secrets, users and the cleartext of keys are in no backup: the service does not tell them.
    """
    from descope_state.cli.backing_run import run_create

    run_create(context.obj, opening(context.obj, env=env), reading=pace.reading())


def listing(context: typer.Context, *, env: EnvironmentName = None, json: AsJson = False) -> None:
    """List the backups of the project, newest first."""
    from descope_state.cli.backing_run import run_list

    run_list(context.obj, opening(context.obj, env=env), json=json)


def showing(
    context: typer.Context,
    backup: Name = None,
    *,
    env: EnvironmentName = None,
    json: AsJson = False,
) -> None:
    """Show what a backup holds.

    Without a name, the newest. With --json also the attributes.
    """
    from descope_state.cli.backing_run import run_show

    run_show(context.obj, opening(context.obj, env=env), name=backup, json=json)


def verify(context: typer.Context, backup: Name = None, *, env: EnvironmentName = None) -> None:
    """See whether backups are as they were written, to the byte.

    Without a name, all of them.
    """
    from descope_state.cli.backing_run import run_verify

    raise typer.Exit(run_verify(context.obj, opening(context.obj, env=env), name=backup))


def prune(
    context: typer.Context,
    *,
    env: EnvironmentName = None,
    days: Annotated[
        int | None,
        typer.Option(
            "--days", min=0, help="Keep those of so many days; else as the stack says.", metavar="N"
        ),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep", min=0, help="Keep at most so many; else as the stack says.", metavar="N"
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which would go.")] = False,
) -> None:
    """Let go of old backups, as every new backup does by itself.

    The newest that can be used always stays.
    """
    from descope_state.cli.backing_run import run_prune

    run_prune(context.obj, opening(context.obj, env=env), days=days, count=keep, dry=dry_run)
