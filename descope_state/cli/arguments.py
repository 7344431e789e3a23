"""Terraform's spellings of options, turned into the ones the parser knows.

`-out plan.json` becomes `--out plan.json`, `-refresh=false` becomes `--no-refresh`, and the global
options may stand after the command, where the hand tends to type them.
"""

import re
from collections.abc import Iterator
from itertools import islice

from descope_state.errors import UsageError

_LONG = re.compile(r"-([a-z][a-z_-]+)(=.*)?", re.DOTALL)
_SWITCHES = frozenset({"refresh"})
_GLOBAL_WITH_VALUE = {"-C": "--chdir", "--chdir": "--chdir", "--log": "--log"}
_GLOBAL_FLAGS = frozenset({"--debug", "--no-color"})
# What follows one of these is a value, whatever it looks like.
_WITH_VALUE = frozenset(
    {
        "--actor",
        "--address",
        "--as",
        "--columns",
        "--config",
        "--confirm",
        "--date",
        "--days",
        "--db",
        "--env",
        "--exclude",
        "--fault",
        "--flow-id",
        "--format",
        "--id",
        "--into",
        "--json-into",
        "--keep",
        "--kind",
        "--lag",
        "--limit",
        "--lock-timeout",
        "--max-capacity",
        "--name",
        "--operation",
        "--out",
        "--out-dir",
        "--override",
        "--owner",
        "--parallelism",
        "--port",
        "--reason",
        "--replace",
        "--search",
        "--secrets-into",
        "--seed",
        "--set",
        "--since",
        "--sort",
        "--stale",
        "--switch",
        "--target",
        "--tenant-id",
        "--tier",
        "--until",
        "--var",
        "--var-file",
        "--watch",
        "--webhook",
        "--write",
        "-c",
    }
)
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def normalized(arguments: list[str]) -> list[str]:
    """Rewrite a command line so that the parser understands it."""
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:], "--help"]
    front: list[str] = []
    rest: list[str] = []
    pending = iter(arguments)
    for argument in pending:
        if argument == "--":
            rest += [argument, *pending]
            break
        spelled = _spelled(argument)
        name, equals, value = spelled.partition("=")
        if name in _GLOBAL_WITH_VALUE:
            front += [_GLOBAL_WITH_VALUE[name], value if equals else _following(name, pending)]
        elif spelled in _GLOBAL_FLAGS:
            front.append(spelled)
        else:
            rest.append(spelled)
            if spelled in _WITH_VALUE:
                rest += islice(pending, 1)
    return [*front, *rest]


def first_word(told: list[str]) -> str | None:
    """Give the word that a rewritten command line begins with, after the global options."""
    words = iter(told)
    for word in words:
        if word in _GLOBAL_WITH_VALUE:
            next(words, None)
        elif word not in _GLOBAL_FLAGS:
            return word
    return None


def _following(name: str, pending: Iterator[str]) -> str:
    for value in pending:
        return value
    message = f"`{name}` needs a value"
    raise UsageError(message, hint=f"write `{name} DIR`")


def _spelled(argument: str) -> str:
    double = argument if argument.startswith("--") else None
    match = _LONG.fullmatch(argument)
    if double is None and match is not None:
        double = "-" + argument
    if double is None:
        return argument
    name, equals, value = double.partition("=")
    if equals and name.removeprefix("--") in _SWITCHES and value.lower() in _TRUTH:
        return name if _TRUTH[value.lower()] else f"--no-{name.removeprefix('--')}"
    return double
