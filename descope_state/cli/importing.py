"""The command `import`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from descope_state.cli.opening import opening
from descope_state.cli.options import (
    AsJson,
    AutoApprove,
    Changes,
    Confirm,
    EnvironmentName,
    LockTimeout,
    MaxCapacity,
    Overrides,
    VariableFiles,
    Variables,
    Verbose,
    pairs,
    seconds_of,
)
from descope_state.errors import UsageError

if TYPE_CHECKING:
    # For annotations only: everything below the command line comes with it.
    from descope_state.app.applying import Manner

ImportAddress = Annotated[
    str | None,
    typer.Argument(help="Where it is to stand in the stack.", metavar="ADDRESS"),
]
ObjectId = Annotated[str | None, typer.Argument(help="The object's id, or its name.", metavar="ID")]
WriteInto = Annotated[
    str,
    typer.Option("--write", help="Write the block the stack lacks into this file.", metavar="FILE"),
]


Everything_ = Annotated[
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


def bring(
    context: typer.Context,
    address: ImportAddress = None,
    *,
    id_: ObjectId = None,
    env: EnvironmentName = None,
    write: WriteInto = "",
    everything: Everything_ = False,
    out_dir: OutDir = None,
    baseline: Baseline = False,
    auto_approve: AutoApprove = False,
    confirm: Confirm = None,
    override: Overrides = None,
    var: Variables = None,
    var_file: VariableFiles = None,
    parallelism: Changes = 10,
    max_capacity: MaxCapacity = 1.0,
    lock_timeout: LockTimeout = None,
    verbose: Verbose = False,
    json: AsJson = False,
) -> None:
    """Put objects that exist under management.

    One object under an address of the stack: the plan says what would change, and asks. Where the
    stack has no block for it, that is printed to be pasted, or written with --write.

    With --all a whole project: one file a kind, references instead of repeated names, flows and
    themes as files of their own. What is written is held against the project first, and nothing
    that is there is overwritten.
    """
    from descope_state.cli.attendant import Attendant
    from descope_state.cli.importing_run import run_import, run_import_all

    all_ = {"--out-dir": out_dir, "--baseline": baseline}
    _check(place=(address, id_), one={"--write": write}, everything=everything, all_=all_)
    here = opening(context.obj, env=env, var=var, var_file=var_file)
    pace = (parallelism, max_capacity)
    manner = _manner(lock_timeout, override, pace=pace, confirmed=confirm, automatic=auto_approve)
    if everything:
        status = run_import_all(
            context.obj, here, out=out_dir, baseline=baseline, manner=manner, json=json
        )
    else:
        attendant = Attendant(terminal=context.obj, json=json, verbose=verbose)
        what = (address or "", id_ or "", write)
        status = run_import(context.obj, here, what=what, manner=manner, attendant=attendant)
    raise typer.Exit(status)


def _manner(
    waiting: str | None,
    overrides: list[str] | None,
    *,
    pace: tuple[int, float],
    confirmed: str | None,
    automatic: bool,
) -> "Manner":
    from descope_state.app.applying import Manner
    from descope_state.app.wishing import overrides_of

    return Manner(
        parallelism=pace[0],
        capacity=pace[1],
        lock_timeout=seconds_of(waiting, option="--lock-timeout"),
        overrides=overrides_of(pairs(overrides, option="--override")),
        confirmed=confirmed or "",
        automatic=automatic,
    )


def _check(
    *,
    place: tuple[str | None, str | None],
    one: Mapping[str, object],
    everything: bool,
    all_: Mapping[str, object],
) -> None:
    """Refuse what does not go together, and what says nothing."""
    stray = [name for name, value in (one if everything else all_).items() if value]
    if everything and (any(place) or stray):
        what = stray[0] if stray else "an address"
        message = f"`--all` and {what} do not go together"
        raise UsageError(message, hint="with --all, everything is taken in")
    if stray:
        message = f"`{stray[0]}` is for `dstate import --all`"
        raise UsageError(message, hint="leave it out, or say --all")
    if not everything and not all(place):
        message = "what is to be imported, and where?"
        hint = "write `dstate import ADDRESS ID`, or `dstate import --all`"
        raise UsageError(message, hint=hint)
