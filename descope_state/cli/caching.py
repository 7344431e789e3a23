"""The commands about the cache of reads."""

import typer

from descope_state.cli.opening import opening
from descope_state.cli.options import AsJson, EnvironmentName


def info(context: typer.Context, *, json: AsJson = False) -> None:
    """Tell what is remembered of projects, where, and for how long.

    Answers are kept for five minutes, for the commands that only look. Plan, apply and drift always
    ask. DSTATE_CACHE_DIR names another folder.
    """
    from descope_state.cli.caching_run import run_info

    run_info(context.obj, json=json)


def warm(context: typer.Context, *, env: EnvironmentName = None) -> None:
    """Read what the commands about single objects will want to know."""
    from descope_state.cli.caching_run import run_warm

    run_warm(context.obj, opening(context.obj, env=env))


def clear(context: typer.Context) -> None:
    """Forget all that is remembered of projects."""
    from descope_state.cli.caching_run import run_clear

    run_clear(context.obj)
