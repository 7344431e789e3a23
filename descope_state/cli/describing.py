"""The commands that describe: `explain`, `schema`, `fmt`, `version`."""

import json as jsonlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from descope_state.cli.options import AsJson
from descope_state.cli.terminal import Terminal
from descope_state.errors import Exit, UsageError


def explain(
    context: typer.Context,
    subject: Annotated[
        str | None,
        typer.Argument(
            help="A kind, a field of one, or the code of an error.", metavar="KIND[.FIELD]|CODE"
        ),
    ] = None,
) -> None:
    """Tell what a kind, a field or the code of an error means."""
    from descope_state.cli.describing_run import run_explain

    run_explain(context.obj, subject)


def schema(
    context: typer.Context,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write it to a file.", metavar="FILE")
    ] = None,
) -> None:
    """Print the JSON Schema of a stack, for editors.

    An editor that speaks the YAML language server then completes and checks what is typed.
    """
    from descope_state.cli.describing_run import run_schema

    run_schema(context.obj, out)


def fmt(
    context: typer.Context,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell which files would change; exit 2 if any.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Only show what would change.")] = False,
) -> None:
    """Lay out the stack's YAML files in one way.

    Comments and values stay as they are.
    """
    from descope_state.cli.describing_run import run_fmt

    if check and diff:
        message = "--check and --diff contradict each other"
        raise UsageError(message, hint="--diff shows what --check counts")
    changed = run_fmt(context.obj, check=check, diff=diff)
    if check and changed:
        raise typer.Exit(Exit.CHANGES)


def version(context: typer.Context, *, json: AsJson = False) -> None:
    """Print the versions of dstate and its formats."""
    from descope_state.model.codec import PLAN_FORMAT, STATE_FORMAT

    terminal: Terminal = context.obj
    facts = {
        "dstate": terminal.surroundings.version,
        "python": ".".join(map(str, sys.version_info[:3])),
        "state_format": STATE_FORMAT,
        "plan_format": PLAN_FORMAT,
    }
    if json:
        terminal.write(jsonlib.dumps(facts) + "\n")
        return
    for name, fact in facts.items():
        terminal.write(f"{name.replace('_', ' ')} {fact}\n")
