"""The commands that read the stack and tell about it."""

from descope_state.cli import completing, describing, reading
from descope_state.cli.catalogue.command import LOOKING, Command

COMMANDS = (
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
        exits=(0, 1, 7, 8, 64, 130),
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
            "dstate explain E1106",
        ),
        exits=(0, 64),
    ),
    Command(
        name="schema",
        function=describing.schema,
        examples=("dstate schema", "dstate schema -out stack.schema.json"),
        exits=(0, 1, 64),
        changes="Changes nothing but the file it is told to write.",
    ),
    Command(
        name="fmt",
        function=describing.fmt,
        examples=("dstate fmt --check", "dstate fmt --diff", "dstate fmt"),
        exits=(0, 1, 2, 64),
        differing="files would be laid out otherwise (with --check)",
        changes="Rewrites the stack's YAML files in place, unless asked only to look.",
    ),
    Command(
        name="completion",
        function=completing.completion,
        examples=("dstate completion bash", "dstate completion zsh", "dstate completion fish"),
        exits=(0, 64),
        changes=LOOKING,
    ),
    Command(
        name="version",
        function=describing.version,
        examples=("dstate version", "dstate version --json"),
        exits=(0, 64),
    ),
)
