"""The commands about single objects of a project, whether a stack has them or not."""

from descope_state.cli.browsing import Noun, leafing, looking

TENANT = Noun(
    kind="tenant",
    columns=("id", "name", "self_provisioning_domains", "disabled", "address"),
    example="Acme",
)
FLOW = Noun(kind="flow", columns=("id", "name", "disabled", "address"), example="invite")
NOUNS = (TENANT, FLOW)

COMMANDS = (*looking(TENANT), *looking(FLOW), *leafing(FLOW))
