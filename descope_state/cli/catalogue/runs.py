"""The commands about what was done."""

from descope_state.cli import running
from descope_state.cli.catalogue.command import LOOKING, Command

COMMANDS = (
    Command(
        name="runs list",
        function=running.listing,
        examples=("dstate apply -auto-approve", "dstate runs list"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
    Command(
        name="runs show",
        function=running.showing,
        examples=("dstate apply -auto-approve", "dstate runs show", "dstate runs show --json"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
)
