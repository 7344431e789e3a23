"""All commands, in the order in which the help lists them, and what their groups are for.

Only those are read in that begin with the word that was typed: whoever plans does not pay for the
forty other commands.
"""

from functools import cache
from importlib import import_module
from typing import cast

from descope_state.cli.catalogue.command import Command

# The modules of the catalogue in which the commands are that begin with a word. The everyday words
# first, then what is wanted once a week, then what is wanted at night.
PLACES = {
    "init": ("beginning",),
    "plan": ("work",),
    "apply": ("work",),
    "drift": ("drift", "adoption"),
    "show": ("work",),
    "validate": ("reading",),
    "import": ("adoption",),
    "env": ("environments",),
    "tenant": ("direct",),
    "flow": ("direct",),
    "output": ("work",),
    "why": ("reading",),
    "impact": ("reading",),
    "explain": ("reading",),
    "fmt": ("reading",),
    "undo": ("backup",),
    "backup": ("backup",),
    "runs": ("runs",),
    "audit": ("audit",),
    "destroy": ("work",),
    "refresh": ("work",),
    "state": ("state",),
    "resume": ("work",),
    "force-unlock": ("state",),
    "doctor": ("beginning",),
    "graph": ("reading",),
    "schema": ("reading",),
    "cache": ("cache",),
    "completion": ("reading",),
    "quickstart": ("beginning",),
    "demo": ("beginning",),
    "emulator": ("emulator",),
    "version": ("reading",),
}
# `drift` is a command as well, and says for itself what it is for.
GROUPS = {
    "cache": "What was read of projects in the last five minutes.",
    "tenant": "Look at the tenants of a project, and change single ones.",
    "flow": "Look at the flows of a project; export, compare, import.",
    "backup": "Keep what is in a project, and bring it back.",
    "audit": "Look at who did what; see that the record is untouched.",
    "state": "Look at the state, move things about in it, and put it back.",
    "env": "Compare environments, and promote from one to another.",
    "emulator": "Descope on this machine, to try things without an account.",
    "drift": None,
    "runs": "Look at what was done, by whom, and what it overwrote.",
}


@cache
def beginning_with(word: str) -> tuple[Command, ...]:
    """Give the commands whose first word this is."""
    return tuple(
        command
        for place in PLACES[word]
        for command in _commands_of(place)
        if command.name.partition(" ")[0] == word
    )


def every() -> tuple[Command, ...]:
    """Give all commands, in the order of the help."""
    return tuple(command for word in PLACES for command in beginning_with(word))


def _commands_of(place: str) -> tuple[Command, ...]:
    module = import_module(f"descope_state.cli.catalogue.{place}")
    return cast("tuple[Command, ...]", module.COMMANDS)
