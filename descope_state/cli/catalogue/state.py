"""The commands about the state."""

from descope_state.cli import rebuilding, stating
from descope_state.cli.catalogue.command import LOOKING, OFFLINE, Command

COMMANDS = (
    Command(
        name="state list",
        function=stating.listing,
        examples=("dstate plan", "dstate state list", 'dstate state list "role.*"'),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
    Command(
        name="state show",
        function=stating.showing,
        examples=("dstate apply -auto-approve", "dstate state show role.analyst"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
    Command(
        name="state mv",
        function=stating.moving,
        examples=("dstate apply -auto-approve", "dstate state mv role.analyst role.reader"),
        exits=(0, 1, 5, 6, 64),
        changes=OFFLINE,
    ),
    Command(
        name="state rm",
        function=stating.removing,
        examples=("dstate apply -auto-approve", "dstate state rm role.analyst"),
        exits=(0, 1, 5, 6, 64),
        changes=OFFLINE,
    ),
    Command(
        name="state pull",
        function=stating.pulling,
        examples=("dstate plan", "dstate state pull"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
    Command(
        name="state push",
        function=stating.pushing,
        examples=(
            "dstate plan --env dev",
            "dstate state push --env dev state/acme/dev/state.json",
        ),
        exits=(0, 1, 5, 6, 64),
        changes=OFFLINE,
    ),
    Command(
        name="state history",
        function=stating.history,
        examples=("dstate apply -auto-approve", "dstate state history"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
    Command(
        name="state rollback",
        function=stating.rollback,
        examples=("dstate apply -auto-approve", "dstate state rollback"),
        exits=(0, 1, 6, 64),
        changes=OFFLINE,
    ),
    Command(
        name="state repair",
        function=stating.repair,
        examples=("dstate apply -auto-approve", "dstate state repair --accept"),
        exits=(0, 1, 6, 64),
        changes=OFFLINE,
    ),
    Command(
        name="state rebuild",
        function=rebuilding.rebuild,
        examples=("dstate apply -auto-approve", "dstate state rebuild --force"),
        exits=(0, 1, 4, 5, 6, 7, 8, 64, 130),
        changes="Writes nothing to the project, which is read; the state is made anew.",
    ),
    Command(
        name="state verify",
        function=stating.verify,
        examples=("dstate apply -auto-approve", "dstate state verify"),
        exits=(0, 1, 64),
        changes=LOOKING,
    ),
    Command(
        name="force-unlock",
        function=stating.force_unlock,
        examples=("dstate force-unlock",),
        exits=(0, 1, 6, 64),
        changes=LOOKING,
    ),
)
