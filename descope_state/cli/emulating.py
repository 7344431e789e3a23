"""The commands of `emulator`: Descope on a laptop."""

from typing import Annotated

import typer

from descope_state.cli import emulator_options as options
from descope_state.cli.opening import opening
from descope_state.cli.options import EnvironmentName


def start(
    context: typer.Context,
    *,
    port: options.Port = 8788,
    db: options.Database = None,
    tier: options.Plan = "free",
    seed: options.Seed = None,
    fault: options.Faults = None,
    limit: options.Limits = None,
    no_limits: options.Unlimited = False,
    lag: options.Lag = 0.0,
    switch: options.Switches = None,
) -> None:
    """Serve an emulated Descope on this machine, until interrupted.

    Any project id is good, and any management key that begins with K; where DSTATE_EMULATOR_KEY
    is set, only that key is.
    """
    from descope_state.cli.emulating_run import Asked, run_start

    asked = Asked(
        port=port,
        db=db,
        tier=tier,
        seed=seed,
        faults=tuple(fault or ()),
        limits=tuple(limit or ()),
        limited=not no_limits,
        lag=lag,
        switches=tuple(switch or ()),
    )
    run_start(context.obj, asked)


def dump(context: typer.Context, *, env: EnvironmentName = None) -> None:
    """Print all that an emulated project holds, as JSON."""
    from descope_state.cli.emulating_run import run_dump

    run_dump(context.obj, opening(context.obj, env=env))


def reset(
    context: typer.Context,
    *,
    env: EnvironmentName = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make an emulated project what it was when it was new.

    The state stays: the next plan shows that everything is gone.
    """
    from descope_state.cli.emulating_run import run_reset

    run_reset(context.obj, opening(context.obj, env=env), yes=yes)


def call(
    context: typer.Context,
    *,
    method: Annotated[str, typer.Argument(metavar="METHOD", help="GET, POST, PATCH, …")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="The path of the management API.")],
    body: Annotated[
        str | None, typer.Argument(metavar="JSON", help="The body of the call.")
    ] = None,
    env: EnvironmentName = None,
    actor: Annotated[
        str,
        typer.Option("--as", help="Who does it, as the audit trail will say.", metavar="WHO"),
    ] = "console",
) -> None:
    """Do something to an emulated project behind dstate's back.

    It is what somebody with the console could do: the next drift finds it.
    """
    from descope_state.cli.emulating_run import run_call
    from descope_state.sdk.emulation import Call

    asked = Call(method=method, path=path, body=body, actor=actor)
    run_call(context.obj, opening(context.obj, env=env), asked=asked)
