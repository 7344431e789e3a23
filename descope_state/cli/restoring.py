"""The commands that bring back what was: `backup restore` and `undo`."""

from typing import TYPE_CHECKING, Annotated

import typer

from descope_state.cli.groups import Approval, Pace
from descope_state.cli.opening import opening
from descope_state.cli.options import EnvironmentName, Overrides, SecretsInto, Verbose
from descope_state.frozen import dataclass

if TYPE_CHECKING:
    # For annotations only: everything below the command line comes with it.
    from descope_state.cli.restoring_run import Returning

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How what was is to come back."""

    dry_run: DryRun = False
    override: Overrides = None
    secrets_into: SecretsInto = ""
    verbose: Verbose = False

    def returning(self, approval: Approval, pace: Pace) -> "Returning":
        """Say it to what runs the commands."""
        from descope_state.cli.restoring_run import Returning

        manner = pace.manner(
            override=self.override, approval=approval, secrets_into=self.secrets_into
        )
        return Returning(manner=manner, dry=self.dry_run, verbose=self.verbose)


def restore(
    context: typer.Context,
    backup: Name = None,
    *,
    env: EnvironmentName = None,
    kind: Kinds = None,
    address: Addresses = None,
    manners: Manners,
    approval: Approval,
    pace: Pace,
) -> None:
    """Make objects what they were in a backup, by a plan.

    What is gone is made again, under its old id where the service allows that, and what names it
    follows. What the backup does not hold stays. Secrets, users and the cleartext of keys cannot
    come back.
    """
    from descope_state.cli.restoring_run import run_restore

    raise typer.Exit(
        run_restore(
            context.obj,
            opening(context.obj, env=env),
            name=backup,
            kinds=tuple(kind or ()),
            addresses=tuple(address or ()),
            returning=manners.returning(approval, pace),
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
    manners: Manners,
    approval: Approval,
    pace: Pace,
) -> None:
    """Plan back to what was before a run.

    What it changed or deleted is as it was, what it made is deleted. The stack is not changed: it
    still states what the run did, and the next apply would do that again. What was deleted
    because its block went comes back unmanaged, unless the block is put back first.
    """
    from descope_state.cli.restoring_run import run_undo

    raise typer.Exit(
        run_undo(
            context.obj,
            opening(context.obj, env=env),
            run=run,
            returning=manners.returning(approval, pace),
        )
    )
