"""All commands, in the order in which the help lists them, and what their groups are for."""

from descope_state.cli.catalogue import audit, emulator, reading, runs, state, work

ALL = (
    *work.COMMANDS,
    *runs.COMMANDS,
    *audit.COMMANDS,
    *state.COMMANDS,
    *reading.COMMANDS,
    *emulator.COMMANDS,
)
GROUPS = {
    "audit": "Look at who did what, and see that nobody touched the record of it.",
    "state": "Look at the state, move things about in it, and put it back.",
    "emulator": "Descope on this machine: to try things, and for clients that know no dstate.",
    "runs": "Look at what was done, by whom, and what it overwrote.",
}
