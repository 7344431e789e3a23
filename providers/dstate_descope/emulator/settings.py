"""What an emulated project has one of: password settings, scope claims, its own name."""

from dstate_descope.emulator.request import (
    Anything,
    Fields,
    Flag,
    Json,
    Parts,
    Refusal,
    Text,
    Texts,
    Whole,
    filled,
    given,
    missing,
)
from dstate_descope.emulator.world import World

_PASSWORDS: Fields = {
    "enabled": Flag(),
    "minLength": Whole(),
    "lowercase": Flag(),
    "uppercase": Flag(),
    "number": Flag(),
    "nonAlphanumeric": Flag(),
    "expiration": Flag(),
    "expirationWeeks": Whole(),
    "reuse": Flag(),
    "reuseAmount": Whole(),
    "lock": Flag(),
    "lockAttempts": Whole(),
    "tempLock": Flag(),
    "tempLockAttempts": Whole(),
    "tempLockDuration": Whole(),
    "enablePasswordStrength": Flag(),
    "passwordStrengthScore": Whole(),
}
_BOUNDS = {
    "minLength": (4, 64),
    "expirationWeeks": (1, 999),
    "reuseAmount": (1, 50),
    "lockAttempts": (2, 10),
}


def load_passwords(world: World, query: Json) -> Json:
    """Give the password settings of a tenant, or of the project where it has none."""
    tenant = given(query, {"tenantId": Text()}).get("tenantId", "")
    _check_tenant(world, tenant)
    held = world.documents["passwords"]
    return {**held.get(tenant, held[""]), "tenantId": tenant}


def save_passwords(world: World, body: Json) -> Json:
    """Replace the password settings of the project or of one tenant."""
    if isinstance(body, dict) and "nonAlphaNumeric" in body:
        body = {**body, "nonAlphanumeric": body["nonAlphaNumeric"]}
        del body["nonAlphaNumeric"]
    values = filled(body, {**_PASSWORDS, "tenantId": Text()})
    tenant = values.pop("tenantId")
    _check_tenant(world, tenant)
    values["minLength"] = values["minLength"] or 8
    for name, (least, most) in _BOUNDS.items():
        # Zero is what a request that does not say it comes to.
        if values[name] and not least <= values[name] <= most:
            message = f"The {name} field must be between {least} and {most}"
            raise Refusal(message, code="E011003")
    world.documents["passwords"] = {**world.documents["passwords"], tenant: values}
    return {}


def _check_tenant(world: World, tenant: str) -> None:
    if tenant and tenant not in world.tenants:
        raise missing(tenant, noun="tenant")


def scopes(world: World, body: Json) -> Json:
    """Give the scope-claim mapping."""
    given(body, {})
    return {"mappings": world.documents["scopes"]}


def save_scopes(world: World, body: Json) -> Json:
    """Replace the scope-claim mapping; one of the SDKs sends claims as a list."""
    mapped: Fields = {"scope": Text(), "claims": Anything(), "description": Text()}
    rows = filled(body, {"mappings": Parts(mapped)})["mappings"]
    world.documents["scopes"] = [
        {**row, "claims": row["claims"] if isinstance(row["claims"], dict) else {}} for row in rows
    ]
    return {}


def clear_scopes(world: World, body: Json) -> Json:
    """Empty the scope-claim mapping."""
    given(body, {})
    world.documents["scopes"] = []
    return {}


def projects(world: World, body: Json) -> Json:
    """List the projects of the company: there is one, and only a company's key may look."""
    given(body, {})
    _check_company(world)
    own = world.documents["project"]
    tags = own["tags"]
    row = {"id": world.project_id, "name": own["name"], "environment": "", "tags": tags}
    return {"projects": [{**row, "tag": tags[0] if tags else ""}]}


def rename(world: World, body: Json) -> Json:
    """Change the name of the project."""
    _check_company(world)
    name = given(body, {"name": Text()}, required=("name",))["name"]
    world.documents["project"] = {**world.documents["project"], "name": name}
    return {}


def tag(world: World, body: Json) -> Json:
    """Replace the tags of the project."""
    _check_company(world)
    tags = filled(body, {"tags": Texts()})["tags"]
    world.documents["project"] = {**world.documents["project"], "tags": tags}
    return {}


def delete(world: World, body: Json) -> Json:
    """Refuse: it is the last one."""
    del world
    given(body, {})
    message = "the last project cannot be deleted"
    raise Refusal(message, code="E073008")


def paid(world: World, body: Json) -> Json:
    """Refuse what needs a paid plan; and on one, what the emulator does not have."""
    del body
    if world.tier == 1:
        message = "The license of this project does not include snapshots and clones"
        raise Refusal(message, status=403)
    message = "the emulator has no snapshots and makes no clones"
    raise Refusal(message, status=501, code="E011004")


def _check_company(world: World) -> None:
    if not world.switches.company_key:
        message = "The management key is limited to this project"
        raise Refusal(message, status=403)
