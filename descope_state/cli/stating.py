"""The commands about the state itself: `state …`, `output`, `force-unlock`."""

from pathlib import Path
from typing import Annotated

import typer

from descope_state.cli.completing import addresses
from descope_state.cli.opening import opening
from descope_state.cli.options import AsJson, EnvironmentName, LockTimeout, seconds_of
from descope_state.errors import UsageError

AddressText = Annotated[
    str,
    typer.Argument(help="For example role.analyst.", metavar="ADDRESS", autocompletion=addresses),
]
_LOCK = "--lock-timeout"


def listing(
    context: typer.Context,
    pattern: Annotated[
        str | None,
        typer.Argument(help="A kind, an address, or a pattern with *.", metavar="PATTERN"),
    ] = None,
    *,
    env: EnvironmentName = None,
    json: AsJson = False,
) -> None:
    """List the addresses that the state holds."""
    from descope_state.cli.stating_run import run_list

    run_list(context.obj, opening(context.obj, env=env), pattern=pattern, json=json)


def showing(
    context: typer.Context,
    address: AddressText,
    *,
    env: EnvironmentName = None,
    json: AsJson = False,
) -> None:
    """Show what the state remembers of one object."""
    from descope_state.cli.stating_run import run_show

    run_show(context.obj, opening(context.obj, env=env), text=address, json=json)


def moving(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FROM", help="The address it has.")],
    *,
    target: Annotated[str, typer.Argument(metavar="TO", help="The address it is to have.")],
    env: EnvironmentName = None,
    lock_timeout: LockTimeout = None,
) -> None:
    """Give an object another address; it stays what it is.

    A `moved` entry in the stack does the same for everybody who applies it.
    """
    from descope_state.cli.stating_run import run_move

    run_move(
        context.obj,
        opening(context.obj, env=env),
        source=source,
        target=target,
        seconds=seconds_of(lock_timeout, option=_LOCK),
    )


def removing(
    context: typer.Context,
    addresses: Annotated[
        list[str],
        typer.Argument(metavar="ADDRESS", help="What to forget.", autocompletion=addresses),
    ],
    *,
    env: EnvironmentName = None,
    lock_timeout: LockTimeout = None,
) -> None:
    """Forget objects; they stay in the project.

    It also ends the question what became of a call that nobody could settle.
    """
    from descope_state.cli.stating_run import run_remove

    run_remove(
        context.obj,
        opening(context.obj, env=env),
        texts=addresses,
        seconds=seconds_of(lock_timeout, option=_LOCK),
    )


def pulling(context: typer.Context, *, env: EnvironmentName = None) -> None:
    """Print the state file as it is."""
    from descope_state.cli.stating_run import run_pull

    run_pull(context.obj, opening(context.obj, env=env))


def pushing(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `state pull` printed.")],
    *,
    env: EnvironmentName = None,
    lock_timeout: LockTimeout = None,
) -> None:
    """Put a file in the state's place, under the next serial.

    Only one of the same lineage that is not older than the state is taken.
    """
    from descope_state.cli.stating_run import run_push

    run_push(
        context.obj,
        opening(context.obj, env=env),
        file=file,
        seconds=seconds_of(lock_timeout, option=_LOCK),
    )


def history(context: typer.Context, *, env: EnvironmentName = None, json: AsJson = False) -> None:
    """List the earlier copies of the state, and which are good."""
    from descope_state.cli.stating_run import run_history

    run_history(context.obj, opening(context.obj, env=env), json=json)


def rollback(
    context: typer.Context,
    serial: Annotated[
        int | None, typer.Argument(metavar="SERIAL", help="Else the newest good copy.")
    ] = None,
    *,
    env: EnvironmentName = None,
    lock_timeout: LockTimeout = None,
) -> None:
    """Put an earlier copy back in the state's place.

    A damaged state is kept beside it. The objects stay as they are: the next plan shows how they
    differ from what is remembered now.
    """
    from descope_state.cli.stating_run import run_rollback

    run_rollback(
        context.obj,
        opening(context.obj, env=env),
        serial=serial,
        seconds=seconds_of(lock_timeout, option=_LOCK),
    )


def repair(
    context: typer.Context,
    *,
    accept: Annotated[
        bool, typer.Option("--accept", help="Yes: what was edited by hand is meant.")
    ] = False,
    env: EnvironmentName = None,
    lock_timeout: LockTimeout = None,
) -> None:
    """Seal a state that was edited by hand, as it is.

    It must be one that can be read; what stood there is kept beside it.
    """
    from descope_state.cli.stating_run import run_repair

    if not accept:
        message = "`state repair` takes what was edited by hand for the truth"
        raise UsageError(message, hint="if that is meant: `dstate state repair --accept`")
    run_repair(
        context.obj,
        opening(context.obj, env=env),
        seconds=seconds_of(lock_timeout, option=_LOCK),
    )


def verify(context: typer.Context, *, env: EnvironmentName = None) -> None:
    """Check the state, its copies and its journal."""
    from descope_state.cli.stating_run import run_verify

    raise typer.Exit(run_verify(context.obj, opening(context.obj, env=env)))


def output(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Else all.")] = None,
    *,
    env: EnvironmentName = None,
    json: AsJson = False,
    raw: Annotated[bool, typer.Option("--raw", help="Print a text as it is.")] = False,
) -> None:
    """Show the outputs of the stack as the last apply left them.

    A sensitive one is shown only when it is named, with --json or --raw.
    """
    from descope_state.cli.stating_run import run_output

    if raw and (name is None or json):
        message = "`--raw` prints one output, as it is"
        raise UsageError(message, hint="write `dstate output --raw NAME`")
    run_output(context.obj, opening(context.obj, env=env), name=name, json=json, raw=raw)


def force_unlock(context: typer.Context, *, env: EnvironmentName = None) -> None:
    """Say who holds the state; there is nothing to force.

    The lock is the system's, and gone the moment its process is, however that ended.
    """
    from descope_state.cli.stating_run import run_force_unlock

    raise typer.Exit(run_force_unlock(context.obj, opening(context.obj, env=env)))
