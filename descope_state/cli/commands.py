"""All commands, in the order in which the help lists them, and what their groups are for."""

from descope_state.cli.catalogue import (
    adoption,
    audit,
    backup,
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
    *backup.COMMANDS,
    *audit.COMMANDS,
    *state.COMMANDS,
    *reading.COMMANDS,
    *beginning.COMMANDS,
    *emulator.COMMANDS,
)
GROUPS = {
    "backup": "Keep what is in a project, and bring it back.",
    "audit": "Look at who did what, and see that nobody touched the record of it.",
    "cache": "What was read of projects in the last five minutes.",
    "tenant": "Look at the tenants of a project, one by one.",
    "flow": "Look at the flows of a project, take them out, and compare them.",
    "state": "Look at the state, move things about in it, and put it back.",
    "emulator": "Descope on this machine: to try things, and for clients that know no dstate.",
    "drift": str(drift.__doc__),
    "runs": "Look at what was done, by whom, and what it overwrote.",
}
