"""All commands, in the order in which the help lists them, and what their groups are for."""

from descope_state.cli.catalogue import (
    beginning,
    emulator,
    environments,
    reading,
    runs,
    state,
    work,
)

ALL = (
    *work.COMMANDS,
    *runs.COMMANDS,
    *state.COMMANDS,
    *reading.COMMANDS,
    *environments.COMMANDS,
    *beginning.COMMANDS,
    *emulator.COMMANDS,
)
GROUPS = {
    "state": "Look at the state, move things about in it, and put it back.",
    "env": "Compare the environments of a stack, and promote from one to another.",
    "emulator": "Descope on this machine: to try things, and for clients that know no dstate.",
    "runs": "Look at what was done, by whom, and what it overwrote.",
}
