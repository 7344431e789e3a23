"""The commands about the emulator."""

from descope_state.cli import emulating
from descope_state.cli.catalogue.command import Command

COMMANDS = (
    Command(
        name="emulator start",
        function=emulating.start,
        examples=(
            "dstate emulator start",
            "dstate emulator start --port 0 --db emulator.db --tier pro",
            "dstate emulator start --fault 'GET /v1/mgmt/role/*: status=503, nth=2'",
            "dstate emulator start --limit general=1000/10 --lag 2",
        ),
        exits=(0, 1, 64),
        changes="Changes nothing but its own database.",
    ),
    Command(
        name="emulator call",
        function=emulating.call,
        examples=(
            "dstate emulator call GET /v1/mgmt/role/all",
            """dstate emulator call POST /v1/mgmt/role/create '{"name": "x"}' --as ana""",
        ),
        exits=(0, 1, 64),
        changes="Changes the emulated project alone; the state does not know of it.",
    ),
    Command(
        name="emulator dump",
        function=emulating.dump,
        examples=("dstate emulator dump",),
        exits=(0, 1, 64),
    ),
    Command(
        name="emulator reset",
        function=emulating.reset,
        examples=("dstate emulator reset --yes",),
        exits=(0, 1, 5, 64),
        changes="Empties the emulated project; the state does not know of it.",
    ),
)
