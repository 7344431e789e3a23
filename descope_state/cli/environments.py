"""The commands about environments: `env list`, `show`, `diff`, `matrix` and `promote`."""

from typing import Annotated

import typer

from descope_state.cli.groups import ReadingPace
from descope_state.cli.opening import opening
from descope_state.cli.options import AsJson, CompactWarnings, PlanOut, Verbose
from descope_state.errors import Exit

First = Annotated[str, typer.Argument(metavar="A", help="The one environment.")]
Second = Annotated[str, typer.Argument(metavar="B", help="The other one.")]


def listing(context: typer.Context, *, json: AsJson = False) -> None:
    """List the environments of the stack, and what their states hold."""
    from descope_state.cli.environments_run import run_list

    raise typer.Exit(run_list(context.obj, opening(context.obj, env=None), json=json))


def showing(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Else the one a plan would take.")
    ] = None,
    *,
    json: AsJson = False,
) -> None:
    """Show one environment: its project, its state, its variables.

    A variable that is called like a secret is not shown, nor is any credential.
    """
    from descope_state.cli.environments_run import run_show

    raise typer.Exit(run_show(context.obj, opening(context.obj, env=name), json=json))


def difference(
    context: typer.Context,
    first: First,
    *,
    second: Second,
    all_fields: Annotated[
        bool,
        typer.Option("--all-fields", help="Also what the stack states differently for the two."),
    ] = False,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit 2 where the two differ.")
    ] = False,
    pace: ReadingPace,
    verbose: Verbose = False,
    json: AsJson = False,
) -> None:
    """Compare the projects of two environments as they are now.

    Objects are matched by their natural keys, and ids translated through what they point at. What
    the stack itself states differently for the two is counted and left out.
    """
    from descope_state.cli.environments_run import Showing, run_difference

    differ = run_difference(
        context.obj,
        opening(context.obj, env=None),
        names=(first, second),
        reading=pace.reading(),
        showing=Showing(everything=all_fields, verbose=verbose, json=json),
    )
    if differ and detailed_exitcode:
        raise typer.Exit(Exit.CHANGES)


def matrix(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="The environments; else all of the stack."),
    ] = None,
    *,
    differing: Annotated[
        bool, typer.Option("--differing", help="Only what is not alike everywhere.")
    ] = False,
    pace: ReadingPace,
    json: AsJson = False,
) -> None:
    """Show which environments hold what, and which hold it alike.

    Where a project could not be read its column says so, and the exit status is that of the
    reason: not to know is not the same as to differ.
    """
    from descope_state.cli.environments_run import run_matrix

    status = run_matrix(
        context.obj,
        opening(context.obj, env=None),
        names=tuple(names or ()),
        reading=pace.reading(),
        differing=differing,
        json=json,
    )
    raise typer.Exit(status)


def promoting(
    context: typer.Context,
    first: Annotated[str, typer.Argument(metavar="A", help="Where they are taken from.")],
    *,
    second: Annotated[str, typer.Argument(metavar="B", help="Where they are to be the same.")],
    addresses: Annotated[
        list[str], typer.Argument(metavar="ADDRESS", help="What is to be promoted.")
    ],
    out: PlanOut = None,
    pace: ReadingPace,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit 2 where there are changes.")
    ] = False,
    compact_warnings: CompactWarnings = False,
    verbose: Verbose = False,
    json: AsJson = False,
) -> None:
    """Plan in B what makes chosen objects as they are in A.

    What they need comes along, ids are rewritten, and secrets are taken from where the stack says.
    What the stack states differently for B stays as it states it. `dstate apply` carries the saved
    plan out.
    """
    from descope_state.cli.environments_run import run_promote
    from descope_state.cli.plan_run import Printing

    made = run_promote(
        context.obj,
        opening(context.obj, env=None),
        names=(first, second),
        texts=addresses,
        reading=pace.reading(),
        printing=Printing(
            out=out, json=json, json_into=None, verbose=verbose, compact=compact_warnings
        ),
    )
    if made.violations or made.stuck:
        raise typer.Exit(Exit.REFUSED)
    if detailed_exitcode and not made.summary.empty:
        raise typer.Exit(Exit.CHANGES)
