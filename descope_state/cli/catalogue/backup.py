"""The commands about backups, and those that bring back what was."""

from descope_state.cli import backing, restoring
from descope_state.cli.catalogue.command import LOOKING, Command

_BEFORE = ("dstate apply -auto-approve", "dstate backup create")
_FILES = "Writes nothing to the project, and nothing to the state."

COMMANDS = (
    Command(
        name="backup create",
        function=backing.create,
        examples=("dstate backup create", "dstate backup create --env prod"),
        exits=(0, 1, 7, 8, 64, 130),
        changes=_FILES,
    ),
    Command(
        name="backup list",
        function=backing.listing,
        examples=(*_BEFORE, "dstate backup list", "dstate backup list --json"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
    Command(
        name="backup show",
        function=backing.showing,
        examples=(*_BEFORE, "dstate backup show", "dstate backup show latest --json"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
    Command(
        name="backup verify",
        function=backing.verify,
        examples=(*_BEFORE, "dstate backup verify"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
    Command(
        name="backup restore",
        function=restoring.restore,
        examples=(
            *_BEFORE,
            "dstate backup restore --dry-run",
            "dstate backup restore latest --kind role -auto-approve",
            "dstate backup restore latest --address role.analyst --dry-run",
        ),
        exits=(0, 1, 4, 5, 6, 7, 8, 64, 130),
        changes="Changes the project, and remembers in the state what it did.",
    ),
    Command(
        name="undo",
        function=restoring.undo,
        examples=(
            "dstate apply -auto-approve",
            "dstate destroy -auto-approve -target role.editor",
            "dstate undo --dry-run",
            "dstate undo -auto-approve",
        ),
        exits=(0, 1, 4, 5, 6, 7, 8, 64, 130),
        changes="Changes the project, and remembers in the state what it did.",
    ),
    Command(
        name="backup prune",
        function=backing.prune,
        examples=(*_BEFORE, "dstate backup prune --days 7 --dry-run", "dstate backup prune"),
        exits=(0, 1, 64),
        changes="Removes backups from this machine; the project is neither asked nor changed.",
    ),
)
