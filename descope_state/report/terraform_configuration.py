"""What a plan still knows of the stack, in the shape of Terraform's `configuration`.

A plan holds values, not files: an attribute that is known is a constant here, one that waits for
others names them, and a sensitive one says nothing.
"""

from collections.abc import Iterable, Iterator, Mapping

from descope_state.model.change import Action, Change
from descope_state.model.value import Ref, Unknown, Value, placeholders
from descope_state.report.json_text import Json
from descope_state.report.masks import Split, split_object
from descope_state.sdk.schema import Schema

_ABSENT = (Action.DELETE, Action.FORGET)


def provider_name(provider: str) -> str:
    """Name a provider as Terraform's formats do, with the registry it comes from."""
    return f"dstate/{provider}"


def configuration(changes: Iterable[Change], schemas: Mapping[str, Schema]) -> dict[str, Json]:
    """Describe the blocks that the plan's changes come from, one entry a block."""
    stated = [change for change in changes if change.action not in _ABSENT]
    blocks: dict[str, Json] = {}
    for change in stated:
        blocks.setdefault(str(change.address.block), _block(change, schemas))
    providers: dict[str, Json] = {
        change.provider: {"name": change.provider, "full_name": provider_name(change.provider)}
        for change in stated
    }
    return {"provider_config": providers, "root_module": {"resources": list(blocks.values())}}


def _block(change: Change, schemas: Mapping[str, Schema]) -> dict[str, Json]:
    schema = schemas.get(change.address.kind)
    row: dict[str, Json] = {
        "address": str(change.address.block),
        "mode": "managed",
        "type": change.address.kind,
        "name": change.address.name,
        "provider_config_key": change.provider,
        "expressions": dict(_expressions(change, schema)),
        "schema_version": schema.version if schema else 0,
    }
    if change.address.key is not None:
        row["for_each_expression"] = {}
    if change.depends_on:
        row["depends_on"] = [*sorted({str(address.block) for address in change.depends_on})]
    return row


def _expressions(change: Change, schema: Schema | None) -> Iterator[tuple[str, Json]]:
    attributes = change.after or {}
    names = [name for name in change.stated if name in attributes]
    secret = {field.name for field in change.fields if field.sensitive}
    stated = {name: attributes[name] for name in names}
    side = split_object(stated, schema.fields if schema else {}, sensitive=secret)
    for name in names:
        yield name, _expression(name, stated[name], side, varying=change.address.key is not None)


def _expression(name: str, value: Value, side: Split, *, varying: bool) -> dict[str, Json]:
    """Describe one attribute; what one instance holds is no constant of the whole block."""
    references = _references(value)
    if references:
        return {"references": references}
    known, secret = side.value, side.sensitive
    if varying or not isinstance(known, dict) or not isinstance(secret, dict):
        return {}
    return {} if _any(secret.get(name)) else {"constant_value": known.get(name)}


def _any(mask: Json) -> bool:
    if isinstance(mask, dict):
        return any(map(_any, mask.values()))
    if isinstance(mask, list):
        return any(map(_any, mask))
    return mask is True


def _references(value: Value) -> list[Json]:
    found: dict[str, None] = {}
    for _path, placeholder in placeholders(value):
        if isinstance(placeholder, Unknown):
            for ref in placeholder.refs:
                found.update(dict.fromkeys(_spelled(ref)))
    return list(found)


def _spelled(ref: Ref) -> Iterator[str]:
    """Name what is referred to, the closest first, as Terraform lists it."""
    block = f"{ref.kind}.{ref.name}"
    if ref.field is not None:
        yield f"{block}.{ref.field}"
    yield block
