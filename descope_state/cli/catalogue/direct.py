"""The commands about single objects of a project, whether a stack has them or not."""

from descope_state.cli.browsing import Noun, leafing, looking
from descope_state.cli.direct import changing, deploying

TENANT = Noun(
    kind="tenant",
    columns=("id", "name", "self_provisioning_domains", "disabled", "address"),
    example="Acme",
    setting="--set attributes.seats=3",
    file="examples/acme/resources/tenants.yaml",
    asked=("self_provisioning_domains", "default_roles"),
    bonds={"role": "goes", "access_key": "holds", "tenant": "holds"},
)
FLOW = Noun(
    kind="flow",
    columns=("id", "name", "disabled", "address"),
    example="invite",
    file="examples/acme/files/flows/invite.json",
    bonds={"sso_application": "misses", "inbound_application": "misses"},
)
NOUNS = (TENANT, FLOW)

COMMANDS = (
    *looking(TENANT),
    *changing(TENANT),
    *looking(FLOW),
    *leafing(FLOW),
    *deploying(FLOW),
)
