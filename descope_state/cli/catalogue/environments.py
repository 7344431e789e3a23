"""The commands about the environments of a stack."""

from descope_state.cli import environments
from descope_state.cli.catalogue.command import LOOKING, Command

_READING = "Reads the projects, and changes nothing."

COMMANDS = (
    Command(
        name="env list",
        function=environments.listing,
        examples=("dstate env list", "dstate env list --json"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
    Command(
        name="env show",
        function=environments.showing,
        examples=("dstate env show", "dstate env show prod"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
    Command(
        name="env diff",
        function=environments.difference,
        examples=(
            "dstate env diff dev staging",
            "dstate env diff dev staging --all-fields -detailed-exitcode",
            "dstate env diff dev prod --json",
        ),
        exits=(0, 1, 2, 7, 8, 64, 130),
        changes=_READING,
    ),
    Command(
        name="env promote",
        function=environments.promoting,
        examples=(
            "dstate apply -auto-approve --env dev",
            "dstate env promote dev staging flow.invite -out promotion.json",
            "dstate apply promotion.json",
        ),
        exits=(0, 1, 2, 5, 7, 8, 64, 130),
        changes="Writes nothing to a project. A first plan makes the environment's state folder.",
    ),
    Command(
        name="env matrix",
        function=environments.matrix,
        examples=("dstate env matrix", "dstate env matrix dev staging prod --differing"),
        exits=(0, 1, 7, 8, 64, 130),
        changes=_READING,
    ),
)
