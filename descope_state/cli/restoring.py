"""The commands that bring back what was: `backup restore` and `undo`."""

from typing import Annotated

import typer

from descope_state.cli.opening import opening
from descope_state.cli.options import (
    AutoApprove,
    Changes,
    Confirm,
    EnvironmentName,
    LockTimeout,
    MaxCapacity,
    Overrides,
    SecretsInto,
    Verbose,
    seconds_of,
)

Name = Annotated[
    str | None,
    typer.Argument(metavar="ID", help="Its name, or its number; else the newest."),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", help="Only objects of this kind; may be repeated.", metavar="KIND"),
]
Addresses = Annotated[
    list[str] | None,
    typer.Option(
        "--address", help="Only these: an address, KIND.NAME, or a pattern.", metavar="ADDRESS"
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show the plan.")]


def restore(
    context: typer.Context,
    backup: Name = None,
    *,
    env: EnvironmentName = None,
    kind: Kinds = None,
    address: Addresses = None,
    dry_run: DryRun = False,
    auto_approve: AutoApprove = False,
    confirm: Confirm = None,
    override: Overrides = None,
    secrets_into: SecretsInto = "",
    lock_timeout: LockTimeout = None,
    parallelism: Changes = 10,
    max_capacity: MaxCapacity = 1.0,
    verbose: Verbose = False,
) -> None:
    """Make objects what they were in a backup, by a plan.

    What is gone is made again, under its old id where the service allows that, and what names it
    follows. What the backup does not hold stays. Secrets, users and the cleartext of keys cannot
    come back.
    """
    from descope_state.cli.restoring_run import Returning, run_restore

    raise typer.Exit(
        run_restore(
            context.obj,
            opening(context.obj, env=env),
            name=backup,
            kinds=tuple(kind or ()),
            addresses=tuple(address or ()),
            returning=Returning(
                dry=dry_run,
                automatic=auto_approve,
                confirmed=confirm or "",
                overrides=tuple(override or ()),
                secrets_into=secrets_into,
                lock_timeout=seconds_of(lock_timeout, option="--lock-timeout"),
                parallelism=parallelism,
                capacity=max_capacity,
                verbose=verbose,
            ),
        )
    )


def undo(
    context: typer.Context,
    run: Annotated[
        str | None,
        typer.Argument(metavar="RUN", help="The beginning or end of its name; else the last."),
    ] = None,
    *,
    env: EnvironmentName = None,
    dry_run: DryRun = False,
    auto_approve: AutoApprove = False,
    confirm: Confirm = None,
    override: Overrides = None,
    secrets_into: SecretsInto = "",
    lock_timeout: LockTimeout = None,
    parallelism: Changes = 10,
    max_capacity: MaxCapacity = 1.0,
    verbose: Verbose = False,
) -> None:
    """Plan back to what was before a run.

    What it changed or deleted is as it was, what it made is deleted. The stack is not changed: it
    still states what the run did, and the next apply would do that again.
    """
    from descope_state.cli.restoring_run import Returning, run_undo

    raise typer.Exit(
        run_undo(
            context.obj,
            opening(context.obj, env=env),
            run=run,
            returning=Returning(
                dry=dry_run,
                automatic=auto_approve,
                confirmed=confirm or "",
                overrides=tuple(override or ()),
                secrets_into=secrets_into,
                lock_timeout=seconds_of(lock_timeout, option="--lock-timeout"),
                parallelism=parallelism,
                capacity=max_capacity,
                verbose=verbose,
            ),
        )
    )
