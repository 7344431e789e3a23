"""The commands about what changed outside dstate."""

from descope_state.cli import accepting, drifting, ruling
from descope_state.cli.catalogue.command import LOOKING, Command

COMMANDS = (
    Command(
        name="drift",
        function=drifting.drift,
        examples=(
            "dstate drift",
            "dstate drift --env dev,staging --who",
            "dstate drift --all --markdown",
            "dstate drift --env prod --json",
            "dstate drift --env prod --junit",
        ),
        exits=(0, 1, 2, 5, 7, 8, 64, 130),
        differing="there is drift",
        changes="Writes nothing to the project.",
    ),
    Command(
        name="drift revert",
        function=drifting.revert,
        examples=(
            "dstate apply -auto-approve",
            "dstate drift revert -out undo.json",
            "dstate drift revert role.analyst -auto-approve",
        ),
        exits=(0, 1, 4, 5, 6, 7, 8, 64, 130),
        changes="Changes the project back, once that is approved; with -out it changes nothing.",
    ),
    Command(
        name="drift accept",
        function=accepting.accept,
        examples=(
            "dstate apply -auto-approve",
            "dstate drift accept role.analyst.description",
            "dstate drift accept role.analyst role.editor -auto-approve",
            "dstate drift accept --all",
        ),
        exits=(0, 1, 5, 6, 7, 8, 64, 130),
        changes="Writes to the stack's files alone, once it is approved.",
    ),
    Command(
        name="drift ignore",
        function=ruling.ignore,
        examples=("dstate drift ignore role.editor --reason ok --owner me --until 2099-12-31",),
        exits=(0, 1, 64),
        changes="Changes drift.yaml in the stack, and nothing else.",
    ),
    Command(
        name="drift rules",
        function=ruling.rules,
        examples=("dstate drift rules", "dstate drift rules --json"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
)
