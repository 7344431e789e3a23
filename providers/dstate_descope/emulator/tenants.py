"""The tenant calls of the emulated project."""

from collections.abc import Iterable

from dstate_descope.emulator import roles
from dstate_descope.emulator.request import (
    Body,
    Choice,
    Fields,
    Flag,
    Json,
    Mapped,
    Part,
    Refusal,
    Text,
    Texts,
    Whole,
    filled,
    given,
    missing,
    taken,
)
from dstate_descope.emulator.world import Row, World

_AUTH = Choice(("", "none", "saml", "oidc"))
_UPDATE: Fields = {
    "id": Text(),
    "name": Text(),
    "selfProvisioningDomains": Texts(),
    "customAttributes": Mapped(),
    "authType": _AUTH,
    "disabled": Flag(),
    "enforceSSO": Flag(),
    "enforceSSOExclusions": Texts(),
    "federatedAppIds": Texts(),
    "roleInheritance": Choice(("", "none", "userOnly")),
}
_CREATE: Fields = {**_UPDATE, "parent": Text()}
_UNIT = Choice(("", "minutes", "hours", "days", "weeks"))
_TIMES = ("refreshTokenExpiration", "sessionTokenExpiration", "stepupTokenExpiration")
_SETTINGS: Fields = {
    "enabled": Flag(),
    **{name: Whole() for name in _TIMES},
    **{f"{name}Unit": _UNIT for name in _TIMES},
    "enableInactivity": Flag(),
    "inactivityTime": Whole(),
    "inactivityTimeUnit": _UNIT,
    "JITDisabled": Flag(),
    "ssoSetupSuiteSettings": Part(
        {
            "enabled": Flag(),
            "styleId": Text(),
            "disabledFeatures": Part(
                {name: Flag() for name in ("saml", "oidc", "scim", "ssoDomains", "groupMapping")}
            ),
        }
    ),
}
# Kept once, and shown with the tenant as well as with its settings.
_SHARED: Fields = {
    "domains": Texts(),
    "selfProvisioningDomains": Texts(),
    "authType": _AUTH,
    "enforceSSO": Flag(),
    "enforceSSOExclusions": Texts(),
    "federatedAppIds": Texts(),
}
_SEARCH: Fields = {
    "tenantIds": Texts(),
    "tenantNames": Texts(),
    "tenantSelfProvisioningDomains": Texts(),
    "tenantSSODomains": Texts(),
    "customAttributes": Mapped(),
    "authType": _AUTH,
    "parentTenantId": Text(),
    "topLevelOnly": Flag(),
}


def everything(world: World, body: Json) -> Json:
    """List all tenants."""
    given(body, {})
    return {"tenants": _emitted(world, world.tenants.values())}


def search(world: World, body: Json) -> Json:
    """List the tenants that every filter lets through."""
    values = filled(body, _SEARCH)
    rows = [row for row in world.tenants.values() if _matches(row, values)]
    return {"tenants": _emitted(world, rows)}


def _matches(row: Row, values: Body) -> bool:
    attributes = values["customAttributes"].items()
    return (
        _within(row["id"], values["tenantIds"])
        and _within(row["name"], values["tenantNames"])
        and _shared(row["selfProvisioningDomains"], values["tenantSelfProvisioningDomains"])
        and _shared(row["domains"], values["tenantSSODomains"])
        and values["authType"] in ("", row["authType"])
        and values["parentTenantId"] in ("", row["parent"])
        and not (values["topLevelOnly"] and row["parent"])
        and all(row["customAttributes"].get(name) == value for name, value in attributes)
    )


def _within(value: str, wanted: list[str]) -> bool:
    return not wanted or value in wanted


def _shared(values: list[str], wanted: list[str]) -> bool:
    return not wanted or not set(values).isdisjoint(wanted)


def load(world: World, query: Json) -> Json:
    """Give one tenant; the object itself is the answer."""
    return _emitted(world, [_addressed(world, given(query, {"id": Text()}, required=("id",)))])[0]


def create(world: World, body: Json) -> Json:
    """Make one, under the id that was asked for or a new one."""
    values = filled(body, _CREATE, required=("name",))
    if values["id"] in world.tenants:
        raise taken(values["id"], noun="tenant")
    if values["parent"] and values["parent"] not in world.tenants:
        raise missing(values["parent"], noun="tenant")
    _check(world, values, but="")
    if 0 < world.switches.most_tenants <= len(world.tenants):
        message = f"The license allows {world.switches.most_tenants} tenants"
        raise Refusal(message, status=403, code="E011004")
    identifier = values["id"] or world.new_id("T")
    more: Row = {"id": identifier, "domains": [], "defaultRoles": [], "createdTime": world.clock()}
    world.tenants[identifier] = {**values, **more, "authType": values["authType"] or "none"}
    return {"id": identifier}


def update(world: World, body: Json) -> Json:
    """Replace everything but parent and default roles."""
    values = filled(body, _UPDATE, required=("id", "name"))
    row = _addressed(world, values)
    _check(world, values, but=row["id"])
    world.tenants[row["id"]] = {**row, **values, "authType": values["authType"] or "none"}
    return {}


def patch(world: World, body: Json) -> Json:
    """Change the fields that are present, and no others."""
    values = given(body, _UPDATE, required=("id",))
    row = _addressed(world, values)
    if not values.get("authType"):
        values.pop("authType", None)
    if not values.get("name", row["name"]):
        message = "The name field is required"
        raise Refusal(message, code="E011003")
    if not world.switches.patch_empties:
        values = {name: value for name, value in values.items() if value != []}
    changed = {**row, **values}
    _check(world, changed, but=row["id"])
    world.tenants[row["id"]] = changed
    return {}


def delete(world: World, body: Json) -> Json:
    """Remove one with its roles, and on demand with its users and keys; never with its children."""
    values = filled(body, {"id": Text(), "cascade": Flag()}, required=("id",))
    row = _addressed(world, values)
    below = [other["id"] for other in world.tenants.values() if other["parent"] == row["id"]]
    if below:
        message = f"tenant {row['id']} has tenants below it: {', '.join(below)}"
        raise Refusal(message)
    _empty(world, row["id"], cascade=values["cascade"])
    del world.tenants[row["id"]]
    for role in [role for role in world.roles.values() if role["tenantId"] == row["id"]]:
        del world.roles[role["id"]]
    for name in ("settings", "passwords"):
        held = world.documents[name]
        world.documents[name] = {key: held[key] for key in held if key != row["id"]}
    return {}


def _empty(world: World, tenant: str, *, cascade: bool) -> None:
    """Let go of the users and keys of a tenant; those of no other tenant go altogether."""
    for table, field, noun in (("users", "userTenants", "user"), ("keys", "keyTenants", "key")):
        for row in list(world.tables[table].values()):
            rest = [one for one in row[field] if one["tenantId"] != tenant]
            if len(rest) == len(row[field]):
                continue
            if not cascade:
                message = f"tenant {tenant} still has {noun} {row['id']}; delete it with cascade"
                raise Refusal(message)
            if rest:
                world.tables[table][row["id"]] = {**row, field: rest}
            else:
                del world.tables[table][row["id"]]


def load_settings(world: World, query: Json) -> Json:
    """Give the settings of one tenant, with what is kept with the tenant itself."""
    row = _addressed(world, given(query, {"id": Text()}, required=("id",)))
    own = world.documents["settings"].get(row["id"], {})
    settings = {name: kind.zero for name, kind in _SETTINGS.items()} | own
    return settings | {name: row[name] for name in _SHARED}


def save_settings(world: World, body: Json) -> Json:
    """Replace all settings of one tenant; what the tenant itself shows is kept there."""
    fields: Fields = {**_SETTINGS, **_SHARED, "tenantId": Text()}
    values = filled(_lowered(body), fields, required=("tenantId",))
    row = _addressed(world, {"id": values.pop("tenantId")})
    shared = {name: values.pop(name) for name in _SHARED}
    changed = {**row, **shared, "authType": shared["authType"] or "none"}
    _check(world, changed, but=row["id"])
    world.tenants[row["id"]] = changed
    world.documents["settings"] = {**world.documents["settings"], row["id"]: values}
    return {}


def _lowered(body: Json) -> Json:
    """Accept fields with a capital first letter, which one of the SDKs sends."""
    if not isinstance(body, dict):
        return body
    spelled = {name[:1].lower() + name[1:]: name for name in body if name[:1].isupper()}
    lowered = {low: body[name] for low, name in spelled.items() if low in _SETTINGS}
    rest = {
        name: value for name, value in body.items() if name[:1].lower() + name[1:] not in lowered
    }
    # Another SDK calls the switch by a longer name.
    if "sessionSettingsEnabled" in rest:
        rest["enabled"] = rest.pop("sessionSettingsEnabled")
    return {**rest, **lowered}


def update_default_roles(world: World, body: Json) -> Json:
    """Replace the roles that new users of a tenant are given."""
    values = filled(body, {"id": Text(), "defaultRoles": Texts()}, required=("id",))
    row = _addressed(world, values)
    for name in values["defaultRoles"]:
        levels = ("", row["id"])
        if not any(roles.named(world, name, tenant=level) for level in levels):
            message = f"role {name} does not exist"
            raise Refusal(message)
    world.tenants[row["id"]] = {**row, "defaultRoles": values["defaultRoles"]}
    return {}


def _check(world: World, values: Body, *, but: str) -> None:
    domains = set(values["selfProvisioningDomains"])
    for other in world.tenants.values():
        if other["id"] == but:
            continue
        if other["name"] == values["name"]:
            raise taken(values["name"], noun="tenant")
        for domain in sorted(domains.intersection(other["selfProvisioningDomains"])):
            raise taken(domain, noun="domain")
    _check_references(world, values)


def _check_references(world: World, values: Body) -> None:
    for application in values["federatedAppIds"]:
        if application not in world.tables["sso"]:
            message = f"application {application} does not exist"
            raise Refusal(message)
    for name in values["customAttributes"]:
        declared = world.switches.tenant_attributes
        if declared is not None and name not in declared:
            message = f"attribute {name} does not exist"
            raise Refusal(message)


def _addressed(world: World, values: Body) -> Row:
    row = world.tenants.get(values["id"])
    if row is None:
        raise missing(values["id"], noun="tenant")
    return row


def _emitted(world: World, rows: Iterable[Row]) -> list[Row]:
    below: dict[str, list[str]] = {}
    for row in world.tenants.values():
        below.setdefault(row["parent"], []).append(row["id"])
    return [{**row, "successors": below.get(row["id"], [])} for row in rows]
