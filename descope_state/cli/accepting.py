"""The command `drift accept`."""

from typing import Annotated

import typer

from descope_state.cli.groups import ReadingPace, Where
from descope_state.cli.options import AutoApprove
from descope_state.errors import UsageError


def accept(
    context: typer.Context,
    addresses: Annotated[
        list[str] | None,
        typer.Argument(metavar="ADDRESS[.FIELD]", help="For example role.analyst."),
    ] = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Whatever changed outside and the stack states.")
    ] = False,
    into: Annotated[
        str | None,
        typer.Option(
            "--into",
            metavar="PLACE",
            help="Where a variable is set that feeds other environments too: a place that was"
            " named when this was refused.",
        ),
    ] = None,
    auto_approve: AutoApprove = False,
    where: Where,
    pace: ReadingPace,
) -> None:
    """Write into the stack's files what is live now.

    Only the value changes: comments, order, quotes and every other byte stay. The next plan then
    leaves it as it is. A value that an expression gives is written where it comes from, or you are
    told where that is.
    """
    from descope_state.cli.accepting_run import Accept, run_accept

    if every == bool(addresses):
        message = "name what is to be accepted, or say --all"
        if every:
            message = "--all and an address contradict each other"
        raise UsageError(message, hint="`dstate drift` lists what changed outside")
    run_accept(
        context.obj,
        where.opening(context.obj),
        asked=Accept(
            addresses=tuple(addresses or ()),
            into=into,
            automatic=auto_approve,
            reading=pace.reading(),
        ),
    )
