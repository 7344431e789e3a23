"""All commands, in the order in which the help lists them, and what their groups are for."""

from descope_state.cli.catalogue import audit, backup, emulator, reading, runs, state, work

ALL = (
    *work.COMMANDS,
    *runs.COMMANDS,
    *backup.COMMANDS,
    *audit.COMMANDS,
    *state.COMMANDS,
    *reading.COMMANDS,
    *emulator.COMMANDS,
)
GROUPS = {
    "backup": "Keep what is in a project, and bring it back.",
    "audit": "Look at who did what, and see that nobody touched the record of it.",
    "state": "Look at the state, move things about in it, and put it back.",
    "emulator": "Descope on this machine: to try things, and for clients that know no dstate.",
    "runs": "Look at what was done, by whom, and what it overwrote.",
}
