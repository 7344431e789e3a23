"""Terraform's spellings of options, turned into the ones the parser knows.

`-out plan.json` becomes `--out plan.json`, `-refresh=false` becomes `--no-refresh`, and the global
options may stand after the command, where the hand tends to type them.
"""

import re

_LONG = re.compile(r"-([a-z][a-z-]+)(=.*)?", re.DOTALL)
_SWITCHES = frozenset({"refresh"})
_GLOBAL_WITH_VALUE = {"-C": "--chdir", "--chdir": "--chdir"}
_GLOBAL_FLAGS = frozenset({"--no-color"})
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def normalized(arguments: list[str]) -> list[str]:
    """Rewrite a command line so that the parser understands it."""
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
            front.append(_GLOBAL_WITH_VALUE[name])
            front += (
                [value]
                if equals
                else [following for following in [next(pending, None)] if following is not None]
            )
        elif spelled in _GLOBAL_FLAGS:
            front.append(spelled)
        else:
            rest.append(spelled)
    return [*front, *rest]


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
