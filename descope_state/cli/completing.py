"""Completion for the shell: its script, and what may stand at a place of the command line."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import typer

from descope_state.cli.terminal import Terminal

ASKING = "_DSTATE_COMPLETE"
"""The variable by which the shell's script asks; the library derives its name from ours."""


# A shell pastes an answer in as it is: one that it would run, expand or hide is no answer.
_INERT = re.compile(r'[\w.@:/+,="\[\]-]+')


class Shell(StrEnum):
    """The shells that there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


_WHERE = {
    Shell.BASH: "~/.local/share/bash-completion/completions/dstate",
    Shell.ZSH: "a folder of your $fpath, as _dstate",
    Shell.FISH: "~/.config/fish/completions/dstate.fish",
}


def completion(
    context: typer.Context,
    shell: Annotated[Shell, typer.Argument(help="Which shell.", show_choices=True)],
) -> None:
    """Print the script that completes commands in a shell.

    Commands, options, environments and addresses are completed, from files alone: nobody is asked.
    """
    from typer.completion import get_completion_script

    terminal: Terminal = context.obj
    script = get_completion_script(prog_name="dstate", complete_var=ASKING, shell=shell.value)
    terminal.write(script + "\n")
    terminal.note(f"Keep it as {_WHERE[shell]}.")


def asked(environ: Mapping[str, str]) -> bool:
    """Tell whether the shell asks what may stand at a place, instead of running a command."""
    return ASKING in environ


def answer(application: typer.Typer, terminal: Terminal) -> int:
    """Answer the shell."""
    from typer.completion import completion_init

    completion_init()
    try:
        typer.main.get_command(application).main(
            args=[], prog_name="dstate", standalone_mode=False, obj=terminal
        )
    except SystemExit as end:
        # So the library ends once the shell has its answer; to have none is no failure.
        return 0 if end.code in (0, 1, None) else 1
    return 0


def environments(context: typer.Context, incomplete: str) -> list[str]:
    """Complete the name of an environment; of several, the last."""
    from descope_state.app import completing

    terminal = _terminal(context)
    first, comma, last = incomplete.rpartition(",")
    names = completing.environments(terminal.surroundings, context.find_root().params.get("chdir"))
    return [f"{first}{comma}{name}" for name in names if name.startswith(last)]


def addresses(context: typer.Context, incomplete: str) -> list[str]:
    """Complete an address of the stack or of the state."""
    from descope_state.app import completing

    terminal = _terminal(context)
    names = completing.addresses(
        terminal.surroundings,
        context.find_root().params.get("chdir"),
        environment=context.params.get("env"),
    )
    return [name for name in names if name.startswith(incomplete) and _INERT.fullmatch(name)]


def _terminal(context: typer.Context) -> Terminal:
    terminal = context.find_root().obj
    if not isinstance(terminal, Terminal):
        message = "completion has no terminal"
        raise TypeError(message)
    return terminal
