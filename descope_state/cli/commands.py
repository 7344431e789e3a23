"""All commands, in the order in which the help lists them, and what their groups are for."""

from descope_state.cli import drifting
from descope_state.cli.catalogue import adoption, emulator, reading, runs, state, work

ALL = (
    *work.COMMANDS,
    *adoption.COMMANDS,
    *runs.COMMANDS,
    *state.COMMANDS,
    *reading.COMMANDS,
    *emulator.COMMANDS,
)
GROUPS = {
    "state": "Look at the state, move things about in it, and put it back.",
    "emulator": "Descope on this machine: to try things, and for clients that know no dstate.",
    "drift": str(drifting.drift.__doc__),
    "runs": "Look at what was done, by whom, and what it overwrote.",
}
