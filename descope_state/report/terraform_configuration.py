"""What a plan still knows of the stack, in the shape of Terraform's `configuration`.

A plan holds values, not files: an attribute that is known is a constant here, one that waits for
others names them, and a sensitive one says nothing.
"""

from collections.abc import Iterable, Iterator, Mapping

from descope_state.model.change import Action, Change
from descope_state.model.plan import OutputValue, Plan
from descope_state.model.value import Ref, Unknown, Value, placeholders
from descope_state.report.json_text import Json
from descope_state.report.masks import Split, anywhere, split_object
from descope_state.sdk.schema import Field, Schema

Schemas = Mapping[str, Schema]

_ABSENT = (Action.DELETE, Action.FORGET)


def provider_name(provider: str) -> str:
    """Name a provider as Terraform's formats do, with the registry it comes from."""
    return f"dstate/{provider}"


def configuration(plan: Plan, schemas: Schemas) -> dict[str, Json]:
    """Describe the blocks that the plan's changes come from, one entry a block, and the outputs."""
    stated = [change for change in plan.changes if change.action not in _ABSENT]
    blocks: dict[str, Json] = {}
    for change in stated:
        blocks.setdefault(str(change.address.block), _block(change, schemas))
    providers: dict[str, Json] = {
        change.provider: {"name": change.provider, "full_name": provider_name(change.provider)}
        for change in stated
    }
    module: dict[str, Json] = {"resources": list(blocks.values())}
    if plan.outputs:
        module["outputs"] = {output.name: _output(output) for output in plan.outputs}
    return {"provider_config": providers, "root_module": module}


def _block(change: Change, schemas: Schemas) -> dict[str, Json]:
    schema = schemas.get(change.address.kind)
    row: dict[str, Json] = {
        "address": str(change.address.block),
        "mode": "managed",
        "type": change.address.kind,
        "name": change.address.name,
        "provider_config_key": change.provider,
        "expressions": dict(_expressions(change, schemas)),
        "schema_version": schema.version if schema else 0,
    }
    if change.address.key is not None:
        row["for_each_expression"] = {}
    if change.depends_on:
        row["depends_on"] = [*sorted({str(address.block) for address in change.depends_on})]
    return row


def _expressions(change: Change, schemas: Schemas) -> Iterator[tuple[str, Json]]:
    attributes = change.after or {}
    own = _fields(change.address.kind, schemas)
    names = [name for name in change.stated if name in attributes]
    secret = {field.name for field in change.fields if field.sensitive}
    stated = {name: attributes[name] for name in names}
    side = split_object(stated, own, sensitive=secret)
    for name in names:
        refs = tuple(_refs(stated[name]))
        if refs:
            yield name, _referring(refs, change.address.kind, schemas=schemas)
        else:
            yield name, _constant(name, side, varying=change.address.key is not None)


def _referring(refs: tuple[Ref, ...], kind: str, *, schemas: Schemas) -> dict[str, Json]:
    """Name what an attribute waits for.

    terraform-compliance puts objects that refer to each other into one another, under the names of
    their types, and dies where an attribute has that name already: `tenant` of a role. Terraform's
    own types have prefixes. Such references stand where it does not look for them.
    """
    names = _spelled(refs)
    own = _fields(kind, schemas)
    if any(ref.kind in own or kind in _fields(ref.kind, schemas) for ref in refs):
        return {"dstate": {"refers_to": names}}
    return {"references": names}


def _constant(name: str, side: Split, *, varying: bool) -> dict[str, Json]:
    """Give a value that is known; what one instance holds is no constant of the whole block."""
    known, secret = side.value, side.sensitive
    if varying or not isinstance(known, dict) or not isinstance(secret, dict):
        return {}
    return {} if anywhere(secret.get(name)) else {"constant_value": known.get(name)}


def _output(output: OutputValue) -> dict[str, Json]:
    references = _spelled(_refs(output.value))
    row: dict[str, Json] = {"expression": {"references": references} if references else {}}
    if output.sensitive:
        row["sensitive"] = True
    if output.description:
        row["description"] = output.description
    return row


def _fields(kind: str, schemas: Schemas) -> Mapping[str, Field]:
    schema = schemas.get(kind)
    return schema.fields if schema else {}


def _refs(value: Value) -> Iterator[Ref]:
    for _path, placeholder in placeholders(value):
        if isinstance(placeholder, Unknown):
            yield from placeholder.refs


def _spelled(refs: Iterable[Ref]) -> list[Json]:
    """Name what is referred to, once each, the closest first, as Terraform lists it."""
    found: dict[str, None] = {}
    for ref in refs:
        block = f"{ref.kind}.{ref.name}"
        if ref.field is not None:
            found[f"{block}.{ref.field}"] = None
        found[block] = None
    return list(found)
