"""What a flow names: the `references` that it is exported with, and lists and roles in its tasks.

`references` gives names and ids of the project that a flow was exported from. A list is not among
them; a task names one by its id or its name. Where a text happens to be neither, no object is found
under it, and nothing is made of it.
"""

from collections.abc import Iterator, Mapping

from descope_state.sdk.citing import Citation, Path, Value

# By which member of a task or a rule something is named; each may hold one text or a list of them.
_MEMBERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "list": (("list", "name"), ("list", "id")),
    "listId": (("list", "id"),),
    "listIds": (("list", "id"),),
    "listName": (("list", "name"),),
    "lists": (("list", "name"), ("list", "id")),
    "role": (("role", "name"), ("role", "id")),
    "roleId": (("role", "id"),),
    "roleIds": (("role", "id"),),
    "roleName": (("role", "name"),),
    "roleNames": (("role", "name"),),
    "roles": (("role", "name"), ("role", "id")),
    "permission": (("permission", "name"),),
    "permissionName": (("permission", "name"),),
    "permissionNames": (("permission", "name"),),
    "permissions": (("permission", "name"),),
    "subflowId": (("flow", "id"),),
    "subFlowId": (("flow", "id"),),
}
_LISTED: Mapping[str, tuple[str, str]] = {"userAttributes": ("user_attribute", "name")}
_NAMED: Mapping[str, str] = {"roles": "role", "lists": "list", "permissions": "permission"}


def cites(definition: Value, path: Path) -> Iterator[Citation]:
    """Give what the definition of a flow names; the paths lead to where it does."""
    if not isinstance(definition, dict):
        return
    references = definition.get("references")
    if isinstance(references, dict):
        yield from _references(references, (*path, "references"))
    for name in ("contents", "screens"):
        yield from _tasks(definition.get(name), (*path, name))


def demands(definition: Value, path: Path) -> Iterator[Citation]:
    """Give the roles that a flow was exported with: an import looks each of them up."""
    references = definition.get("references") if isinstance(definition, dict) else None
    roles = references.get("roles") if isinstance(references, dict) else None
    for name in roles if isinstance(roles, dict) else ():
        place = (*path, "references", "roles", name)
        yield Citation(kind="role", field="name", value=name, path=place)


def _references(references: Mapping[str, Value], path: Path) -> Iterator[Citation]:
    for member, kind in _NAMED.items():
        held = references.get(member)
        if isinstance(held, dict):
            for name, id_ in held.items():
                yield Citation(kind=kind, field="name", value=name)
                if isinstance(id_, str) and id_:
                    yield Citation(kind=kind, field="id", value=id_, path=(*path, member, name))
        yield from _texts(held, (*path, member), ((kind, "name"),))
    for member, target in _LISTED.items():
        yield from _texts(references.get(member), (*path, member), (target,))
    connectors = references.get("connectors")
    for name in connectors if isinstance(connectors, dict) else ():
        yield Citation(kind="connector", field="name", value=name)


def _tasks(value: Value, path: Path) -> Iterator[Citation]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key), _MEMBERS.get(key, ()))
            yield from _tasks(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _tasks(inner, (*path, index))


def _texts(value: Value, path: Path, targets: tuple[tuple[str, str], ...]) -> Iterator[Citation]:
    if isinstance(value, str) and value:
        for kind, field in targets:
            yield Citation(kind=kind, field=field, value=value, path=path)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if isinstance(inner, str):
                yield from _texts(inner, (*path, index), targets)
