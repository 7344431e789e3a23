"""The command `import`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from descope_state.cli.drifting import names_of
from descope_state.cli.groups import Approval, Pace, Where
from descope_state.cli.options import AsJson, Overrides, Verbose
from descope_state.errors import UsageError

if TYPE_CHECKING:
    # For annotations only: everything below the command line comes with it.
    from descope_state.app.applying import Manner
    from descope_state.app.workspace import Opening
    from descope_state.cli.attendant import Attendant
    from descope_state.cli.terminal import Terminal

ImportAddress = Annotated[
    str | None,
    typer.Argument(help="Where it is to stand in the stack.", metavar="ADDRESS"),
]
ObjectId = Annotated[str | None, typer.Argument(help="The object's id, or its name.", metavar="ID")]
WriteInto = Annotated[
    str,
    typer.Option("--write", help="Write the block the stack lacks into this file.", metavar="FILE"),
]


Everything = Annotated[
    bool, typer.Option("--all", help="Bring in all that the project holds and no stack does.")
]
Baseline = Annotated[
    bool,
    typer.Option("--baseline", help="With --all: also what every new project holds."),
]
OutDir = Annotated[
    Path | None,
    typer.Option(
        "--out-dir", help="With --all: the stack to write into; a new one is made.", metavar="DIR"
    ),
]


Factor = Annotated[
    bool,
    typer.Option(
        "--factor",
        help="With --all, --env A,B and --out-dir: one new stack of several environments.",
    ),
]


def bring(
    context: typer.Context,
    address: ImportAddress = None,
    *,
    id_: ObjectId = None,
    where: Where,
    write: WriteInto = "",
    everything: Everything = False,
    out_dir: OutDir = None,
    baseline: Baseline = False,
    factor: Factor = False,
    approval: Approval,
    override: Overrides = None,
    pace: Pace,
    verbose: Verbose = False,
    json: AsJson = False,
) -> None:
    """Put objects that exist under management.

    One object under an address of the stack: the plan says what would change, and asks. A block
    that the stack lacks is printed, or written with --write. With --all a whole project, one file
    a kind, and nothing is overwritten; with --factor several, what they share in one place.
    """
    from descope_state.cli.importing_run import run_import, run_import_all

    here = where.opening(context.obj)
    alone: dict[str, object] = {"--write": write, "--override": override, "--verbose": verbose}
    whole = {"--out-dir": out_dir, "--baseline": baseline, "--factor": factor}
    _check((address, id_), alone=alone, everything=everything, all_=whole)
    manner = pace.manner(override=override, approval=approval)
    if everything:
        run = _several if factor else run_import_all
        status = run(context.obj, here, which=(out_dir, baseline), manner=manner, json=json)
    else:
        one = (address or "", id_ or "", write)
        told = _attendant(context.obj, json=json, verbose=verbose)
        status = run_import(context.obj, here, what=one, manner=manner, attendant=told)
    raise typer.Exit(status)


def _several(
    terminal: "Terminal",
    here: "Opening",
    *,
    which: tuple[Path | None, bool],
    manner: "Manner",
    json: bool,
) -> int:
    """Bring in several environments at once; what that does not go with is refused."""
    from descope_state.app.factoring import Several
    from descope_state.cli.factoring_run import run_several

    out, baseline = which
    if out is None or here.environment is None:
        message = "`--factor` needs the environments, and a folder for the new stack"
        raise UsageError(message, hint="write `--factor --env dev,prod --out-dir DIR`")
    if here.variables or here.variable_files:
        message = "`--factor` and variables do not go together: it decides on its own"
        raise UsageError(message, hint="leave out --var and --var-file")
    several = Several(environments=names_of(here.environment), out=out, baseline=baseline)
    return run_several(terminal, here, several=several, manner=manner, json=json)


def _attendant(terminal: "Terminal", *, json: bool, verbose: bool = False) -> "Attendant":
    from descope_state.cli.attendant import Attendant

    return Attendant(terminal=terminal, json=json, verbose=verbose)


def _check(
    place: tuple[str | None, str | None],
    *,
    alone: Mapping[str, object],
    everything: bool,
    all_: Mapping[str, object],
) -> None:
    """Refuse what does not go together, and what says nothing."""
    stray = [name for name, value in (alone if everything else all_).items() if value]
    if everything and (any(place) or stray):
        what = f"`{stray[0]}`" if stray else "an address"
        message = f"`--all` and {what} do not go together"
        raise UsageError(message, hint="with --all, everything is taken in as it is")
    if stray:
        message = f"`{stray[0]}` is for `dstate import --all`"
        raise UsageError(message, hint="leave it out, or say --all")
    if not everything and not all(place):
        message = "what is to be imported, and where?"
        hint = "write `dstate import ADDRESS ID`, or `dstate import --all`"
        raise UsageError(message, hint=hint)


def adopting(
    context: typer.Context,
    names: Annotated[
        list[str],
        typer.Argument(help="Its name, its id, or KIND.NAME.", metavar="OBJECT"),
    ],
    *,
    where: Where,
    write: WriteInto = "",
    approval: Approval,
    pace: Pace,
    json: AsJson = False,
) -> None:
    """Take objects into the stack that are in none.

    A block for each is added below the others of its kind, every line that was there stays, and
    the objects are put into the state as they are. Nothing is written to the project.
    """
    from descope_state.cli.importing_run import run_adopt

    status = run_adopt(
        context.obj,
        where.opening(context.obj),
        what=(tuple(names), write),
        manner=pace.manner(approval=approval),
        attendant=_attendant(context.obj, json=json),
    )
    raise typer.Exit(status)
