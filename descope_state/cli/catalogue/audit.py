"""The commands about the audit trail."""

from descope_state.cli import auditing
from descope_state.cli.catalogue.command import LOOKING, Command

COMMANDS = (
    Command(
        name="audit log",
        function=auditing.log,
        examples=(
            "dstate apply -auto-approve",
            "dstate audit log",
            "dstate audit log --since 7d --operation update --json",
            "dstate audit log --address role.analyst",
        ),
        exits=(0, 1, 64, 130),
        changes=LOOKING,
    ),
    Command(
        name="audit verify",
        function=auditing.verify,
        examples=("dstate apply -auto-approve", "dstate audit verify"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
    Command(
        name="audit export",
        function=auditing.export,
        examples=(
            "dstate apply -auto-approve",
            "dstate audit export -out audit.jsonl",
            "dstate audit export --format csv -out audit.csv",
        ),
        exits=(0, 1, 64),
        changes="Changes nothing but the file it is told to write.",
    ),
)
