"""All commands, in the order in which the help lists them, and what their groups are for."""

from descope_state.cli.catalogue import (
    adoption,
    beginning,
    cache,
    direct,
    drifting,
    emulator,
    reading,
    runs,
    state,
    work,
)
from descope_state.cli.drifting import drift

ALL = (
    *work.COMMANDS,
    *drifting.COMMANDS,
    *adoption.COMMANDS,
    *direct.COMMANDS,
    *cache.COMMANDS,
    *runs.COMMANDS,
    *state.COMMANDS,
    *reading.COMMANDS,
    *beginning.COMMANDS,
    *emulator.COMMANDS,
)
GROUPS = {
    "cache": "What was read of projects in the last five minutes.",
    "tenant": "Look at the tenants of a project, and change them, one by one.",
    "flow": "Look at the flows of a project, take them out, compare them, put them in.",
    "state": "Look at the state, move things about in it, and put it back.",
    "emulator": "Descope on this machine: to try things, and for clients that know no dstate.",
    "drift": str(drift.__doc__),
    "runs": "Look at what was done, by whom, and what it overwrote.",
}
