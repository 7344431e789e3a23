"""The commands about what changed outside."""

from descope_state.cli import accepting
from descope_state.cli.catalogue.command import Command

COMMANDS = (
    Command(
        name="drift accept",
        function=accepting.accept,
        examples=(
            "dstate apply -auto-approve",
            "dstate drift accept role.analyst.description",
            "dstate drift accept role.analyst role.editor -auto-approve",
            "dstate drift accept --all",
        ),
        exits=(0, 1, 5, 6, 7, 8, 64),
        changes="Writes to the stack's files alone, once it is approved.",
    ),
)
