"""The options that several commands share, written once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from descope_state.errors import UsageError

EnvironmentName = Annotated[
    str | None,
    typer.Option(
        "--env",
        help="The environment; else DSTATE_ENV, else the stack's default_environment.",
        metavar="NAME",
    ),
]
Variables = Annotated[
    list[str] | None,
    typer.Option(
        "--var", help="Set a variable of the stack; may be repeated.", metavar="NAME=VALUE"
    ),
]
VariableFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--var-file", help="Read variables from a YAML file; may be repeated.", metavar="FILE"
    ),
]
Destroy = Annotated[
    bool, typer.Option("--destroy", help="Plan the removal of all that the state holds.")
]
RefreshOnly = Annotated[
    bool, typer.Option("--refresh-only", help="Only tell what changed outside dstate.")
]
Refresh = Annotated[
    bool, typer.Option("--refresh/--no-refresh", help="Read the project, or trust the state.")
]
Targets = Annotated[
    list[str] | None,
    typer.Option("--target", help="Only this address and what it needs.", metavar="ADDRESS"),
]
Excludes = Annotated[
    list[str] | None,
    typer.Option("--exclude", help="Not this address nor what needs it.", metavar="ADDRESS"),
]
Replaces = Annotated[
    list[str] | None,
    typer.Option("--replace", help="Replace this object anyway.", metavar="ADDRESS"),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--override", help="Lift a guard, e.g. max_deletes=9.", metavar="GUARD=N"),
]
Parallelism = Annotated[
    int, typer.Option("--parallelism", min=1, max=64, help="Reads side by side.", metavar="N")
]
DetailedExitcode = Annotated[
    bool, typer.Option("--detailed-exitcode", help="Exit 2 where there are changes.")
]
CompactWarnings = Annotated[
    bool, typer.Option("--compact-warnings", help="Print warnings in one line each.")
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show long values in full.")]
PlanOut = Annotated[
    Path | None, typer.Option("--out", help="Save the plan to a file.", metavar="FILE")
]
JsonInto = Annotated[
    Path | None,
    typer.Option("--json-into", help="Write JSON events to a file too.", metavar="FILE"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


_EXAMPLES = {"--var": "seats=5", "--override": "max_deletes=9"}


def pairs(texts: list[str] | None, *, option: str) -> Mapping[str, str]:
    """Split `NAME=VALUE` texts."""
    found: dict[str, str] = {}
    for text in texts or []:
        name, equals, value = text.partition("=")
        if not equals or not name:
            message = f"`{option} {text}` is not of the form NAME=VALUE"
            raise UsageError(message, hint=f"write `{option} {_EXAMPLES[option]}`")
        found[name] = value
    return found
