"""The commands of everyday work, from plan to output."""

from descope_state.cli import applying, planning, stating
from descope_state.cli.catalogue.command import LOOKING, Command

COMMANDS = (
    Command(
        name="plan",
        function=planning.plan,
        examples=(
            "dstate plan",
            "dstate plan -out plan.json",
            "dstate plan --env prod -detailed-exitcode",
            "dstate plan -target role.analyst",
            "dstate plan -var seats=20 --json",
            "dstate plan --markdown",
        ),
        exits=(0, 1, 2, 5, 7, 8, 64, 130),
        changes="Writes nothing to the project. A first plan makes the environment's state folder,"
        " with its key and lineage.",
    ),
    Command(
        name="apply",
        function=applying.apply,
        examples=(
            "dstate plan -out plan.json",
            "dstate apply plan.json",
            "dstate apply -auto-approve",
            "dstate apply -auto-approve -parallelism 4 -lock-timeout 60s",
        ),
        exits=(0, 1, 3, 4, 5, 6, 7, 8, 64, 130),
        changes="Changes the project, and remembers in the state what it did.",
    ),
    Command(
        name="destroy",
        function=applying.destroy,
        examples=(
            "dstate apply -auto-approve",
            "dstate destroy -auto-approve -target role.editor",
        ),
        exits=(0, 1, 4, 5, 6, 7, 8, 64, 130),
        changes="Deletes from the project what the state holds.",
    ),
    Command(
        name="refresh",
        function=applying.refresh,
        examples=("dstate refresh -auto-approve",),
        exits=(0, 1, 5, 6, 7, 8, 64, 130),
        changes="Writes nothing to the project; the state takes in what is live.",
    ),
    Command(
        name="resume",
        function=applying.resume,
        examples=("dstate resume",),
        exits=(0, 1, 4, 6, 7, 8, 64, 130),
        changes="Sends nothing new to the project; the state takes in what was found.",
    ),
    Command(
        name="show",
        function=planning.show,
        examples=(
            "dstate plan -out plan.json",
            "dstate show plan.json",
            "dstate show --json plan.json",
        ),
        exits=(0, 1, 3, 64),
    ),
    Command(
        name="output",
        function=stating.output,
        examples=("dstate apply -auto-approve", "dstate output", "dstate output --json"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
)
