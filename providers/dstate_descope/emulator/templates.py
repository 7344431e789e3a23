"""The JWT-template calls of the emulated project."""

from dstate_descope.emulator.collection import Collection
from dstate_descope.emulator.request import (
    Anything,
    Choice,
    Fields,
    Flag,
    Json,
    Mapped,
    Refusal,
    Text,
    Texts,
    given,
    known,
)
from dstate_descope.emulator.world import World

_FIELDS: Fields = {
    "name": Text(),
    "description": Text(),
    "template": Mapped(),
    "type": Choice(("user", "key")),
    "source": Text(),
    "tags": Texts(),
    "authSchema": Text(),
    "conformanceIssuer": Flag(),
    "autoDCT": Flag(),
    "enforceIssuer": Flag(),
    "emptyClaimPolicy": Text(),
    "overrideSubject": Flag(),
    "issuerType": Text(),
    "omitCustomClaimsFromDSR": Flag(),
    "addJti": Flag(),
    "excludePermissions": Flag(),
}
TEMPLATES = Collection(
    table="templates", noun="template", prefix="JWT", fields=_FIELDS, required=("name", "type")
)
_WITH_ID: Fields = {**_FIELDS, "id": Text()}


def everything(world: World, body: Json) -> Json:
    """List all templates."""
    given(body, {})
    return {"templates": TEMPLATES.listed(world)}


def load(world: World, body: Json) -> Json:
    """Give one."""
    identifier = given(body, {"id": Text()}, required=("id",))["id"]
    return {"template": TEMPLATES.row(world, identifier)}


def create(world: World, body: Json) -> Json:
    """Make one."""
    return {"template": TEMPLATES.made(world, known(_inner(body), _FIELDS))}


def update(world: World, body: Json) -> Json:
    """Replace one; its type stays."""
    inner = known(_inner(body), _WITH_ID)
    before = TEMPLATES.rows(world).get(inner.get("id") or "")
    row = TEMPLATES.replaced(world, inner)
    if before is not None and before["type"] != row["type"]:
        message = f"the type of template {row['id']} cannot be changed"
        raise Refusal(message)
    return {"template": row}


def delete(world: World, body: Json) -> Json:
    """Remove one."""
    TEMPLATES.removed(world, body)
    return {}


def validate(world: World, body: Json) -> Json:
    """Say that a template is good: what makes one bad is not documented."""
    del world
    given(body, {"id": Text(), "template": Anything()})
    return {"valid": True, "issues": []}


def library(world: World, body: Json) -> Json:
    """List the templates that may be copied: the emulator has none."""
    del world
    given(body, {})
    return {"entries": []}


def _inner(body: Json) -> Json:
    return given(body, {"template": Mapped()}, required=("template",))["template"]
