"""The commands `drift ignore` and `drift rules`."""

from typing import Annotated

import typer

from descope_state.cli.drifting import names_of
from descope_state.cli.opening import opening
from descope_state.cli.options import AsJson

About = Annotated[
    str,
    typer.Argument(
        help='What to ignore: kind.name, kind.name.field, or kind["name"] in no stack.',
        metavar="ADDRESS[.FIELD]",
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="Why it is known.", metavar="TEXT")]
Owner = Annotated[str, typer.Option("--owner", help="Who answers for that.", metavar="NAME")]
Where = Annotated[
    str | None,
    typer.Option("--env", help="Only in these environments: dev,prod.", metavar="NAMES"),
]
Until = Annotated[str, typer.Option("--until", help="The last day of it.", metavar="DATE")]


def ignore(
    context: typer.Context,
    about: About,
    *,
    reason: Reason,
    owner: Owner,
    until: Until,
    env: Where = None,
) -> None:
    """Hide a finding that is known, until a day.

    Writes a rule into drift.yaml of the stack. What is hidden stays counted, and rings again when
    the day is over. With --env the rule holds only there.
    """
    from descope_state.cli.ruling_run import run_ignore

    run_ignore(
        context.obj,
        opening(context.obj, env=None),
        about=about,
        words=(reason, owner, until),
        environments=names_of(env),
    )


def rules(context: typer.Context, *, json: AsJson = False) -> None:
    """List the rules that hide findings, the expired ones first."""
    from descope_state.cli.ruling_run import run_rules

    run_rules(context.obj, opening(context.obj, env=None), json=json)
