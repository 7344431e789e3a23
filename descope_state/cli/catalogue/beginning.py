"""The commands of the first hour."""

from descope_state.cli import beginning, demonstrating, examining, tutoring
from descope_state.cli.catalogue.command import Command

COMMANDS = (
    Command(
        name="quickstart",
        function=tutoring.quickstart,
        examples=("dstate quickstart", "dstate quickstart first-steps --yes"),
        exits=(0, 1, 64, 130),
        changes="Writes a new folder, and backups of what is in it; asks no service.",
    ),
    Command(
        name="demo",
        function=demonstrating.demo,
        examples=("dstate demo", "dstate demo another-folder"),
        exits=(0, 1, 64),
        changes="Writes a new folder, and backups of what is in it; asks no service.",
    ),
    Command(
        name="init",
        function=beginning.init,
        examples=(
            "dstate init our-auth --yes",
            "dstate init other-auth --name other --env dev --env prod",
            "dstate init their-auth --from-env --env dev",
        ),
        exits=(0, 1, 5, 7, 8, 64, 130),
        changes="Writes new files; what is there already stays as it is. A project is only read.",
    ),
    Command(
        name="doctor",
        function=examining.doctor,
        examples=("dstate doctor", "dstate doctor --env prod --json"),
        exits=(0, 1, 5, 6, 7, 8, 64, 130),
        changes="Changes nothing.",
    ),
)
