"""Every command with its place in the help and the examples it is shown with."""

from collections.abc import Callable

from descope_state.cli import (
    applying,
    describing,
    drifting,
    emulating,
    planning,
    reading,
    running,
    stating,
)
from descope_state.frozen import dataclass

_EXITS = {
    0: "done",
    1: "error",
    2: "there are changes (with -detailed-exitcode), or drift",
    3: "the plan is stale, was altered, or is of a newer format",
    4: "done in part",
    5: "refused by a guard, or nobody there to ask",
    6: "somebody else holds the state",
    7: "credentials, project or licence",
    8: "the service was not reachable",
    64: "wrong usage, unknown environment",
    130: "interrupted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of the command line."""

    name: str
    function: Callable[..., None]
    examples: tuple[str, ...]
    exits: tuple[int, ...]
    changes: str = "Changes nothing."

    @property
    def epilog(self) -> str:
        """What stands below the options in the help of this command."""
        examples = "\n".join(f"  $ {example}" for example in self.examples)
        exits = "\n".join(f"  {status:<4}{_EXITS[status]}" for status in self.exits)
        return f"{self.changes}\n\nExamples:\n\n\b\n{examples}\n\nExit codes:\n\n\b\n{exits}\n"


GROUPS = {
    "state": "Look at the state, move things about in it, and put it back.",
    "emulator": "Descope on this machine: to try things, and for clients that know no dstate.",
    "runs": "Look at what was done, by whom, and what it overwrote.",
}
_OFFLINE = "Changes the state alone; the project is neither asked nor changed."
_LOOKING = "Changes nothing, and asks nobody."

ALL = (
    Command(
        name="plan",
        function=planning.plan,
        examples=(
            "dstate plan",
            "dstate plan -out plan.json",
            "dstate plan --env prod -detailed-exitcode",
            "dstate plan -target role.analyst",
            "dstate plan -var seats=20 --json",
        ),
        exits=(0, 1, 2, 5, 7, 8, 64),
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
        name="drift",
        function=drifting.drift,
        examples=("dstate drift", "dstate drift --env prod", "dstate drift --json"),
        exits=(0, 1, 2, 5, 7, 8, 64),
        changes="Writes nothing to the project.",
    ),
    Command(
        name="refresh",
        function=applying.refresh,
        examples=("dstate refresh -auto-approve",),
        exits=(0, 1, 5, 6, 7, 8, 64),
        changes="Writes nothing to the project; the state takes in what is live.",
    ),
    Command(
        name="resume",
        function=applying.resume,
        examples=("dstate resume",),
        exits=(0, 1, 4, 6, 7, 8, 64),
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
        changes=_LOOKING,
    ),
    Command(
        name="runs list",
        function=running.listing,
        examples=("dstate apply -auto-approve", "dstate runs list"),
        exits=(0, 1, 64),
        changes=_LOOKING,
    ),
    Command(
        name="runs show",
        function=running.showing,
        examples=("dstate apply -auto-approve", "dstate runs show", "dstate runs show --json"),
        exits=(0, 1, 64),
        changes=_LOOKING,
    ),
    Command(
        name="state list",
        function=stating.listing,
        examples=("dstate plan", "dstate state list", 'dstate state list "role.*"'),
        exits=(0, 1, 64),
        changes=_LOOKING,
    ),
    Command(
        name="state show",
        function=stating.showing,
        examples=("dstate apply -auto-approve", "dstate state show role.analyst"),
        exits=(0, 1, 64),
        changes=_LOOKING,
    ),
    Command(
        name="state mv",
        function=stating.moving,
        examples=("dstate apply -auto-approve", "dstate state mv role.analyst role.reader"),
        exits=(0, 1, 5, 6, 64),
        changes=_OFFLINE,
    ),
    Command(
        name="state rm",
        function=stating.removing,
        examples=("dstate apply -auto-approve", "dstate state rm role.analyst"),
        exits=(0, 1, 5, 6, 64),
        changes=_OFFLINE,
    ),
    Command(
        name="state pull",
        function=stating.pulling,
        examples=("dstate plan", "dstate state pull"),
        exits=(0, 1, 64),
        changes=_LOOKING,
    ),
    Command(
        name="state push",
        function=stating.pushing,
        examples=(
            "dstate plan --env dev",
            "dstate state push --env dev state/acme/dev/state.json",
        ),
        exits=(0, 1, 5, 6, 64),
        changes=_OFFLINE,
    ),
    Command(
        name="state history",
        function=stating.history,
        examples=("dstate apply -auto-approve", "dstate state history"),
        exits=(0, 1, 64),
        changes=_LOOKING,
    ),
    Command(
        name="state rollback",
        function=stating.rollback,
        examples=("dstate apply -auto-approve", "dstate state rollback"),
        exits=(0, 1, 6, 64),
        changes=_OFFLINE,
    ),
    Command(
        name="state repair",
        function=stating.repair,
        examples=("dstate apply -auto-approve", "dstate state repair --accept"),
        exits=(0, 1, 6, 64),
        changes=_OFFLINE,
    ),
    Command(
        name="state verify",
        function=stating.verify,
        examples=("dstate apply -auto-approve", "dstate state verify"),
        exits=(0, 1, 64),
        changes=_LOOKING,
    ),
    Command(
        name="force-unlock",
        function=stating.force_unlock,
        examples=("dstate force-unlock",),
        exits=(0, 6, 64),
        changes=_LOOKING,
    ),
    Command(
        name="validate",
        function=reading.validate,
        examples=("dstate validate", "dstate validate --env prod", "dstate validate --json"),
        exits=(0, 1, 64),
        changes="Changes nothing and asks nobody: it reads the stack's files only.",
    ),
    Command(
        name="why",
        function=reading.why,
        examples=("dstate why role.analyst",),
        exits=(0, 1, 7, 8, 64),
    ),
    Command(
        name="impact",
        function=reading.impact,
        examples=("dstate impact permission.read_reports",),
        exits=(0, 1, 64),
    ),
    Command(
        name="graph",
        function=reading.graph,
        examples=("dstate graph", "dstate graph --format mermaid", "dstate graph --format json"),
        exits=(0, 1, 64),
    ),
    Command(
        name="explain",
        function=describing.explain,
        examples=(
            "dstate explain",
            "dstate explain tenant",
            "dstate explain tenant.self_provisioning_domains",
        ),
        exits=(0, 64),
    ),
    Command(
        name="schema",
        function=describing.schema,
        examples=("dstate schema", "dstate schema -out stack.schema.json"),
        exits=(0, 1),
        changes="Changes nothing but the file it is told to write.",
    ),
    Command(
        name="fmt",
        function=describing.fmt,
        examples=("dstate fmt --check", "dstate fmt --diff", "dstate fmt"),
        exits=(0, 1, 2, 64),
        changes="Rewrites the stack's YAML files in place, unless asked only to look.",
    ),
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
    Command(
        name="version",
        function=describing.version,
        examples=("dstate version", "dstate version --json"),
        exits=(0,),
    ),
)
