"""All commands, in the order in which the help lists them, and what their groups are for."""

from descope_state.cli.catalogue import (
    adoption,
    audit,
    backup,
    beginning,
    cache,
    direct,
    drift,
    emulator,
    environments,
    reading,
    runs,
    state,
    work,
)
from descope_state.cli.drifting import drift as drift_command

ALL = (
    *work.COMMANDS,
    *drift.COMMANDS,
    *adoption.COMMANDS,
    *direct.COMMANDS,
    *cache.COMMANDS,
    *runs.COMMANDS,
    *backup.COMMANDS,
    *audit.COMMANDS,
    *state.COMMANDS,
    *reading.COMMANDS,
    *environments.COMMANDS,
    *beginning.COMMANDS,
    *emulator.COMMANDS,
)
GROUPS = {
    "cache": "What was read of projects in the last five minutes.",
    "tenant": "Look at the tenants of a project, and change single ones.",
    "flow": "Look at the flows of a project; export, compare, import.",
    "backup": "Keep what is in a project, and bring it back.",
    "audit": "Look at who did what; see that the record is untouched.",
    "state": "Look at the state, move things about in it, and put it back.",
    "env": "Compare environments, and promote from one to another.",
    "emulator": "Descope on this machine, to try things without an account.",
    "drift": str(drift_command.__doc__),
    "runs": "Look at what was done, by whom, and what it overwrote.",
}
