"""All commands, in the order in which the help lists them, and what their groups are for."""

from descope_state.cli.catalogue import drifting, emulator, reading, runs, state, work

ALL = (
    *work.COMMANDS,
    *drifting.COMMANDS,
    *runs.COMMANDS,
    *state.COMMANDS,
    *reading.COMMANDS,
    *emulator.COMMANDS,
)
GROUPS = {
    "drift": "Tell what changed outside dstate since the last apply.",
    "state": "Look at the state, move things about in it, and put it back.",
    "emulator": "Descope on this machine: to try things, and for clients that know no dstate.",
    "runs": "Look at what was done, by whom, and what it overwrote.",
}
