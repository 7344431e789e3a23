"""The commands about the audit trail: `audit log`, `audit verify`, `audit export`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from descope_state.cli.opening import opening
from descope_state.cli.options import AsJson, EnvironmentName

Date = Annotated[
    str | None, typer.Option("--date", help="Of this day, in UTC.", metavar="YYYY-MM-DD")
]
Since = Annotated[
    str | None, typer.Option("--since", help="Since a time, or 7d, 12h, 30m.", metavar="WHEN")
]
Operation = Annotated[
    str | None,
    typer.Option("--operation", help="create, update, delete, refused, ….", metavar="NAME"),
]
About = Annotated[
    str | None,
    typer.Option("--address", help="A kind, an address, or a pattern with *.", metavar="PATTERN"),
]
By = Annotated[
    str | None,
    typer.Option("--actor", help="Part of a user, host, e-mail address or CI.", metavar="WHO"),
]


class Format(StrEnum):
    """What an export is written as."""

    JSONL = "jsonl"
    CSV = "csv"


def log(
    context: typer.Context,
    *,
    env: EnvironmentName = None,
    date: Date = None,
    since: Since = None,
    operation: Operation = None,
    address: About = None,
    actor: By = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with what is yet to come, until Ctrl-C.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Tell who did what, when, and how it ended."""
    from descope_state.app.auditing import query_of
    from descope_state.cli.auditing_run import run_log

    query = query_of(
        context.obj.surroundings,
        day=date,
        since=since,
        operation=operation,
        address=address,
        actor=actor,
    )
    run_log(context.obj, opening(context.obj, env=env), query=query, follow=follow, json=json)


def verify(context: typer.Context, *, env: EnvironmentName = None) -> None:
    """Name the first record that was changed, removed or moved.

    Where there is none, the record is whole.
    """
    from descope_state.cli.auditing_run import run_verify

    raise typer.Exit(run_verify(context.obj, opening(context.obj, env=env)))


def export(
    context: typer.Context,
    *,
    env: EnvironmentName = None,
    date: Date = None,
    since: Since = None,
    operation: Operation = None,
    address: About = None,
    actor: By = None,
    form: Annotated[Format, typer.Option("--format", help="JSON lines, or a table.")] = (
        Format.JSONL
    ),
    out: Annotated[
        Path | None, typer.Option("--out", help="Write into a file.", metavar="FILE")
    ] = None,
) -> None:
    """Write the trail for another program.

    In a table, cells that a spreadsheet would compute begin with an apostrophe.
    """
    from descope_state.app.auditing import query_of
    from descope_state.cli.auditing_run import run_export

    query = query_of(
        context.obj.surroundings,
        day=date,
        since=since,
        operation=operation,
        address=address,
        actor=actor,
    )
    run_export(
        context.obj,
        opening(context.obj, env=env),
        query=query,
        table=form is Format.CSV,
        out=out,
    )
