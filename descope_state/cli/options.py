"""The options that several commands share, written once."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from descope_state.cli.completing import addresses, environments
from descope_state.errors import UsageError

EnvironmentName = Annotated[
    str | None,
    typer.Option(
        "--env",
        help="The environment; else DSTATE_ENV, else the stack's default_environment.",
        metavar="NAME",
        autocompletion=environments,
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
    typer.Option(
        "--target",
        help="Only this address and what it needs.",
        metavar="ADDRESS",
        autocompletion=addresses,
    ),
]
Excludes = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        help="Not this address nor what needs it.",
        metavar="ADDRESS",
        autocompletion=addresses,
    ),
]
Replaces = Annotated[
    list[str] | None,
    typer.Option(
        "--replace", help="Replace this object anyway.", metavar="ADDRESS", autocompletion=addresses
    ),
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
AsMarkdown = Annotated[
    bool, typer.Option("--markdown", help="Print Markdown for a pull request's comment.")
]

AutoApprove = Annotated[
    bool,
    typer.Option("--auto-approve", help="Do not ask; guards and protection stay as they are."),
]
Confirm = Annotated[
    str | None,
    typer.Option(
        "--confirm",
        help="The name of a protected environment, where nobody can type it.",
        metavar="NAME",
    ),
]
SecretsInto = Annotated[
    str,
    typer.Option(
        "--secrets-into",
        help="Where secrets go that are told once: a folder, or keychain:SERVICE.",
        metavar="DIR",
    ),
]
LockTimeout = Annotated[
    str | None,
    typer.Option(
        "--lock-timeout", help="How long to wait for the lock, e.g. 60s.", metavar="DURATION"
    ),
]
MaxCapacity = Annotated[
    float,
    typer.Option(
        "--max-capacity",
        min=0.01,
        max=1.0,
        metavar="SHARE",
        help="The share of the service's limits to use, e.g. 0.8.",
    ),
]
Changes = Annotated[
    int, typer.Option("--parallelism", min=1, max=64, help="Calls side by side.", metavar="N")
]


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


_DURATION = re.compile(r"([0-9]{1,6})(ms|s|m|h)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}


def seconds_of(text: str | None, *, option: str) -> float:
    """Read a duration such as `60s` or `5m`; nothing is no time at all."""
    if text is None:
        return 0.0
    match = _DURATION.fullmatch(text)
    if match is None:
        message = f"`{option} {text}` is not a duration"
        raise UsageError(message, hint=f"write `{option} 60s`")
    return int(match[1]) * _SECONDS[match[2]]


def form_of(**asked: bool) -> str:
    """Choose the form of an answer: one of those that were asked for, else text."""
    forms = [form for form, wanted in asked.items() if wanted]
    if len(forms) > 1:
        names = " and ".join(f"`--{form}`" for form in forms)
        message = f"{names} contradict each other"
        raise UsageError(message, hint="ask for one of them")
    return forms[0] if forms else "text"
