"""The command `import`."""

from typing import Annotated

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

ImportAddress = Annotated[
    str | None,
    typer.Argument(help="Where it is to stand in the stack.", metavar="ADDRESS"),
]
ObjectId = Annotated[str | None, typer.Argument(help="The object's id, or its name.", metavar="ID")]
WriteInto = Annotated[
    str,
    typer.Option("--write", help="Write the block the stack lacks into this file.", metavar="FILE"),
]


def bring(
    context: typer.Context,
    address: ImportAddress = None,
    *,
    id_: ObjectId = None,
    env: EnvironmentName = None,
    write: WriteInto = "",
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
    """
    from descope_state.app.applying import Manner
    from descope_state.app.wishing import overrides_of
    from descope_state.cli.attendant import Attendant
    from descope_state.cli.importing_run import run_import

    if address is None or id_ is None:
        message = "what is to be imported, and where?"
        raise UsageError(message, hint="write `dstate import ADDRESS ID`")
    status = run_import(
        context.obj,
        opening(context.obj, env=env, var=var, var_file=var_file),
        what=(address, id_, write),
        manner=Manner(
            parallelism=parallelism,
            capacity=max_capacity,
            lock_timeout=seconds_of(lock_timeout, option="--lock-timeout"),
            overrides=overrides_of(pairs(override, option="--override")),
            confirmed=confirm or "",
            automatic=auto_approve,
        ),
        attendant=Attendant(terminal=context.obj, json=json, verbose=verbose),
    )
    raise typer.Exit(status)
