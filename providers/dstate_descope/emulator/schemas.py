"""The FGA and ReBAC schema calls of the emulated project, and the relations under them."""

import re

from dstate_descope.emulator.request import (
    Anything,
    Fields,
    Flag,
    Json,
    Mapped,
    Parts,
    Refusal,
    Text,
    given,
)
from dstate_descope.emulator.world import World

_HEAD = "model AuthZ 1.0"
_TYPE = re.compile(r"type (\w+)")
_LINE = re.compile(r"(relation|permission) (\w+): .+")
_TUPLE: Fields = {
    name: Text() for name in ("resource", "resourceType", "relation", "target", "targetType")
}


def load(world: World, body: Json) -> Json:
    """Give the schema, spelled in the service's own way."""
    given(body, {})
    namespaces = [
        {"name": name, "relationDefinitions": [{"name": one} for one in sorted(relations)]}
        for name, relations in _types(world.documents["fga"]).items()
    ]
    schema = {"name": "", "namespaces": namespaces, "conditions": []}
    return {"dsl": world.documents["fga"], "schema": schema, "version": "1"}


def save(world: World, body: Json) -> Json:
    """Replace the schema; relations of what it no longer names are lost."""
    dsl = _parsed(body)
    world.documents["fga"] = _spelled(dsl) if world.switches.normalises_fga else dsl
    types = _types(dsl)
    world.documents["relations"] = [
        one
        for one in world.documents["relations"]
        if one["relation"] in types.get(one["resourceType"], ())
    ]
    return {}


def dry_run(world: World, body: Json) -> Json:
    """Say what a schema would do away with."""
    before, after = _types(world.documents["fga"]), _types(_parsed(body))
    types = sorted(before.keys() - after.keys())
    relations = sorted(
        f"{name}.{relation}"
        for name in before.keys() & after.keys()
        for relation in before[name] - after[name]
    )
    has = bool(types or relations)
    return {"deletesPreview": {"hasDeletes": has, "relations": relations, "types": types}}


def _parsed(body: Json) -> str:
    dsl: str = given(body, {"dsl": Text(1_000_000)}).get("dsl", "")
    lines = [line.strip() for line in dsl.splitlines() if line.strip()]
    if lines and lines[0] != _HEAD:
        message = f"the schema must begin with {_HEAD}"
        raise Refusal(message)
    inside = False
    for line in lines[1:]:
        inside = inside or bool(_TYPE.fullmatch(line))
        if not (_TYPE.fullmatch(line) or (inside and _LINE.fullmatch(line))):
            message = f"the schema has a line that is neither type nor relation: {line}"
            raise Refusal(message)
    return dsl


def _spelled(dsl: str) -> str:
    lines = [" ".join(line.split()) for line in dsl.splitlines() if line.strip()]
    return "".join(
        f"{line}\n"
        if line == _HEAD
        else f"\n{line}\n"
        if _TYPE.fullmatch(line)
        else f"    {line}\n"
        for line in lines
    )


def _types(dsl: str) -> dict[str, set[str]]:
    types: dict[str, set[str]] = {}
    current: set[str] = set()
    for line in map(str.strip, dsl.splitlines()):
        if found := _TYPE.fullmatch(line):
            current = types.setdefault(found[1], set())
        elif found := _LINE.fullmatch(line):
            current.add(found[2])
    return types


def relate(world: World, body: Json) -> Json:
    """Write relations; one of a type that the schema does not name is refused."""
    types = _types(world.documents["fga"])
    held = list(world.documents["relations"])
    for one in _tuples(body):
        if one["relation"] not in types.get(one["resourceType"], ()):
            message = f"the schema has no relation {one['resourceType']}.{one['relation']}"
            raise Refusal(message)
        held += [] if one in held else [one]
    world.documents["relations"] = held
    return {}


def unrelate(world: World, body: Json) -> Json:
    """Remove relations."""
    gone = _tuples(body)
    held = world.documents["relations"]
    world.documents["relations"] = [one for one in held if one not in gone]
    return {}


def clear(world: World, body: Json) -> Json:
    """Remove all relations."""
    del body
    world.documents["relations"] = []
    return {}


def check(world: World, body: Json) -> Json:
    """Say which relations were written; those that follow from others are not worked out."""
    held = world.documents["relations"]
    return {
        "tuples": [
            {"allowed": one in held, "tuple": one, "info": {"direct": one in held}}
            for one in _tuples(body)
        ]
    }


def _tuples(body: Json) -> list[dict[str, Json]]:
    tuples: list[dict[str, Json]] = given(body, {"tuples": Parts(_TUPLE)})["tuples"]
    return tuples


def load_authz(world: World, body: Json) -> Json:
    """Give the schema in its older form."""
    given(body, {})
    return {"schema": world.documents["authz"] or {"name": "", "namespaces": []}}


def save_authz(world: World, body: Json) -> Json:
    """Write the schema in its older form; what it leaves out goes only upon an upgrade."""
    values = given(body, {"schema": Mapped(), "upgrade": Flag()}, required=("schema",))
    schema = {"name": "", "namespaces": [], **values["schema"]}
    if not values.get("upgrade"):
        held = (world.documents["authz"] or {"namespaces": []})["namespaces"]
        names = {one.get("name") for one in schema["namespaces"]}
        kept = [one for one in held if one.get("name") not in names]
        schema["namespaces"] = [*kept, *schema["namespaces"]]
    world.documents["authz"] = schema
    return {}


def delete(world: World, body: Json) -> Json:
    """Drop the schema in both forms, and all relations."""
    given(body, {"upgrade": Anything()})
    world.documents |= {"fga": "", "authz": None, "relations": []}
    return {}
