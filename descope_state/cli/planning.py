"""The commands `plan` and `show`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from descope_state.cli.groups import Narrowing, ReadingPace, Where
from descope_state.cli.options import (
    AsJson,
    AsMarkdown,
    CompactWarnings,
    Destroy,
    DetailedExitcode,
    JsonInto,
    Overrides,
    PlanOut,
    Refresh,
    RefreshOnly,
    Replaces,
    Verbose,
    form_of,
    pairs,
)
from descope_state.errors import Exit

if TYPE_CHECKING:
    # For annotations only: everything below the command line comes with it.
    from descope_state.cli.plan_run import Printing


def plan(
    context: typer.Context,
    *,
    where: Where,
    out: PlanOut = None,
    destroy: Destroy = False,
    refresh_only: RefreshOnly = False,
    refresh: Refresh = True,
    narrowing: Narrowing,
    replace: Replaces = None,
    override: Overrides = None,
    pace: ReadingPace,
    detailed_exitcode: DetailedExitcode = False,
    compact_warnings: CompactWarnings = False,
    verbose: Verbose = False,
    json: AsJson = False,
    json_into: JsonInto = None,
    markdown: AsMarkdown = False,
) -> None:
    """Show what would change, and save it to a file.

    Reads the stack, the state and the live project, and compares the three. Terraform's spellings
    of options work too: -out plan.json, -refresh=false, -target ADDRESS.
    """
    from descope_state.app.wishing import mode_of, wishes_of
    from descope_state.cli.plan_run import run_plan

    form = form_of(json=json, markdown=markdown)
    made = run_plan(
        context.obj,
        where.opening(context.obj),
        wishes=wishes_of(
            mode=mode_of(destroy=destroy, refresh_only=refresh_only, refresh=refresh),
            targets=narrowing.target or (),
            excludes=narrowing.exclude or (),
            replaces=replace or (),
            overrides=pairs(override, option="--override"),
        ),
        reading=pace.reading(refreshed=refresh),
        printing=_printing(out, json_into, form=form, verbose=verbose, compact=compact_warnings),
    )
    if made.violations or made.stuck:
        raise typer.Exit(Exit.REFUSED)
    if detailed_exitcode and (made.drift if refresh_only else not made.summary.empty):
        raise typer.Exit(Exit.CHANGES)


def _printing(
    out: Path | None, json_into: Path | None, *, form: str, verbose: bool, compact: bool
) -> "Printing":
    from descope_state.cli.plan_run import Printing

    return Printing(
        out=out,
        json=form == "json",
        json_into=json_into,
        verbose=verbose,
        compact=compact,
        markdown=form == "markdown",
    )


def show(
    context: typer.Context,
    plan_file: Annotated[
        Path, typer.Argument(help="A file that `plan -out` wrote.", metavar="PLAN")
    ],
    *,
    json: Annotated[
        bool, typer.Option("--json", help="Print it as `terraform show -json` would.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show long values in full.")] = False,
) -> None:
    """Show a saved plan.

    The seal is verified where the state of its environment is at hand.
    """
    from descope_state.cli.plan_run import run_show

    run_show(context.obj, plan_file, json=json, verbose=verbose)
