"""The commands `drift` and `drift revert`."""

from collections.abc import Mapping
from typing import Annotated

import typer

from descope_state.cli.groups import Approval, Pace, ReadingPace, Where
from descope_state.cli.opening import opening
from descope_state.cli.options import (
    AsJson,
    AsMarkdown,
    AutoApprove,
    Overrides,
    PlanOut,
    VariableFiles,
    Variables,
    Verbose,
    form_of,
    pairs,
    seconds_of,
)
from descope_state.errors import UsageError

EnvironmentNames = Annotated[
    str | None,
    typer.Option(
        "--env",
        help="One environment, or several: dev,prod; else as for `plan`.",
        metavar="NAMES",
    ),
]
Every = Annotated[bool, typer.Option("--all", help="All environments of the stack.")]
Who = Annotated[
    bool, typer.Option("--who", help="Say who did it, by the service's audit trail of 30 days.")
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Exit 2 for objects that are in no stack, too.")
]
AsJunit = Annotated[bool, typer.Option("--junit", help="Print JUnit's XML for a CI.")]
WatchEvery = Annotated[
    str | None,
    typer.Option("--watch", help="Keep looking, and tell what is new.", metavar="DURATION"),
]
Webhook = Annotated[
    str | None,
    typer.Option(
        "--webhook",
        help="Post what is new there as JSON, signed with DSTATE_WEBHOOK_KEY.",
        metavar="URL",
    ),
]
Found = Annotated[
    list[str] | None,
    typer.Argument(help="What to change back; else all that drifted.", metavar="ADDRESS"),
]


def drift(
    context: typer.Context,
    *,
    env: EnvironmentNames = None,
    every: Every = False,
    who: Who = False,
    strict: Strict = False,
    override: Overrides = None,
    var: Variables = None,
    var_file: VariableFiles = None,
    pace: ReadingPace,
    verbose: Verbose = False,
    json: AsJson = False,
    markdown: AsMarkdown = False,
    junit: AsJunit = False,
    watch: WatchEvery = None,
    webhook: Webhook = None,
) -> None:
    """Tell what changed outside dstate since the last apply.

    Each field on three sides: what the state remembers, what is live, what the stack wants. Where a
    project could not be read, the exit status is 1, 7 or 8: that is not the same as no drift.
    """
    from descope_state.app.drifting import Looking
    from descope_state.app.wishing import overrides_of
    from descope_state.cli.drifting_run import Telling, run_drift, run_watch

    _refuse_contradictions(env, every=every, watch=watch, webhook=webhook)
    telling = Telling(
        form=form_of(json=json, markdown=markdown, junit=junit), verbose=verbose, strict=strict
    )
    looking = Looking(
        opening=opening(context.obj, env=None, var=var, var_file=var_file),
        environments=names_of(env),
        every=every,
        who=who,
        reading=pace.reading(),
        overrides=overrides_of(_vanished_only(pairs(override, option="--override"))),
    )
    if watch is None:
        raise typer.Exit(run_drift(context.obj, looking, telling=telling))
    seconds = _period(watch)
    raise typer.Exit(
        run_watch(context.obj, looking, telling=telling, seconds=seconds, webhook=webhook)
    )


def _refuse_contradictions(
    env: str | None, *, every: bool, watch: str | None, webhook: str | None
) -> None:
    if every and env is not None:
        message = "--all and --env contradict each other"
        raise UsageError(message, hint="leave one of them out")
    if webhook is not None and watch is None:
        message = "`--webhook` goes with `--watch`: it is told what is new"
        raise UsageError(message, hint="add `--watch 15m`")


def names_of(env: str | None) -> tuple[str, ...]:
    """Split the names of environments."""
    if env is None:
        return ()
    names = tuple(name.strip() for name in env.split(","))
    if not all(names):
        message = f"`--env {env}` has a name that is empty"
        raise UsageError(message, hint="write `--env dev,prod`")
    return names


def _vanished_only(texts: Mapping[str, str]) -> Mapping[str, str]:
    """Refuse to lift a guard that drift does not ask."""
    for name in texts:
        if name != "vanished":
            message = f"`--override {name}`: drift asks no guard but `vanished`"
            raise UsageError(message)
    return texts


def _period(text: str) -> float:
    seconds = seconds_of(text, option="--watch")
    if seconds < 1:
        message = f"`--watch {text}` is no pause: every look costs calls"
        raise UsageError(message, hint="write `--watch 15m`")
    return seconds


def revert(
    context: typer.Context,
    addresses: Found = None,
    *,
    where: Where,
    out: PlanOut = None,
    auto_approve: AutoApprove = False,
    override: Overrides = None,
    pace: Pace,
    verbose: Verbose = False,
    json: AsJson = False,
) -> None:
    """Undo what changed outside dstate.

    Makes the ordinary plan of the addresses that drifted, and what they need; shows it and asks, or
    saves it for `apply`. What rules ignore is left alone unless it is named.
    """
    from descope_state.cli.reverting_run import run_revert

    if out is not None and (auto_approve or pace.lock_timeout is not None):
        option = "-auto-approve" if auto_approve else "-lock-timeout"
        message = (
            f"`-out` and `{option}` contradict each other: a plan that is saved changes nothing"
        )
        raise UsageError(message, hint="leave one of them out")
    status = run_revert(
        context.obj,
        where.opening(context.obj),
        named=tuple(addresses or ()),
        out=out,
        manner=pace.manner(override=override, approval=Approval(auto_approve=auto_approve)),
        verbose=verbose,
        json=json,
    )
    raise typer.Exit(status)
