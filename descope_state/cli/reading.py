"""The commands that read a stack and tell about it: `validate`, `why`, `impact`, `graph`."""

from enum import StrEnum
from typing import Annotated

import typer

from descope_state.cli.completing import addresses
from descope_state.cli.groups import Where
from descope_state.cli.opening import opening
from descope_state.cli.options import AsJson, EnvironmentName
from descope_state.cli.terminal import Terminal

AddressText = Annotated[
    str,
    typer.Argument(help="For example role.analyst.", metavar="ADDRESS", autocompletion=addresses),
]


class GraphFormat(StrEnum):
    """The languages a graph can be written in."""

    DOT = "dot"
    MERMAID = "mermaid"
    JSON = "json"


def validate(
    context: typer.Context,
    *,
    where: Where,
    json: AsJson = False,
) -> None:
    """Check the stack's files; tell all problems at once."""
    from descope_state.cli.reading_run import run_validate

    terminal: Terminal = context.obj
    raise typer.Exit(run_validate(terminal, where.opening(terminal), json=json))


def why(
    context: typer.Context,
    address: AddressText,
    *,
    where: Where,
) -> None:
    """Explain what is planned for one address.

    From the file and line of each value to what it came to, and what follows from that.
    """
    from descope_state.cli.reading_run import run_why

    terminal: Terminal = context.obj
    run_why(terminal, where.opening(terminal), text=address)


def impact(context: typer.Context, address: AddressText, *, env: EnvironmentName = None) -> None:
    """List what uses one address, and what uses that."""
    from descope_state.cli.reading_run import run_impact

    terminal: Terminal = context.obj
    run_impact(terminal, opening(terminal, env=env), text=address)


def graph(
    context: typer.Context,
    *,
    env: EnvironmentName = None,
    format: Annotated[  # noqa: A002  # the option's name
        GraphFormat, typer.Option("--format", help="The language of the graph.")
    ] = GraphFormat.DOT,
) -> None:
    """Print which resource needs which, for drawing."""
    from descope_state.cli.reading_run import run_graph

    terminal: Terminal = context.obj
    run_graph(terminal, opening(terminal, env=env), language=format)
