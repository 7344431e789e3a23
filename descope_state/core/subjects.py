"""What a person may call on a command line: an object or one field of it."""

import json
import re
from collections.abc import Mapping

from descope_state.frozen import dataclass
from descope_state.model.address import NAME, Address, is_name
from descope_state.model.finding import designation
from descope_state.model.nearness import meant
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.schema import Field

_QUOTED = r'\[("(?:[^"\\]|\\.)*")\]'
_SUBJECT = re.compile(rf"({NAME})(?:\.({NAME})(?:{_QUOTED})?|{_QUOTED})(?:\.({NAME}))?", re.DOTALL)
HOW = 'write `kind.name`, `kind.name["key"]` or, for what is in no stack, `kind["name"]`'


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One object, or one field of it; an object in no stack has no address."""

    name: str
    kind: str
    field: str = ""
    address: Address | None = None


def subject_of(text: str, catalog: Catalog) -> Subject:
    """Read what somebody calls an object; a ValueError says what is wrong."""
    match = _SUBJECT.fullmatch(text)
    if match is None:
        message = f"`{text}` is not an address: {HOW}"
        raise ValueError(message)
    kind, name, key, identity, field = match.groups()
    _check_kind(kind, catalog)
    if field is not None:
        _check_field(kind, field, catalog[kind].schema.fields)
    if name is None:
        named = designation(kind, str(json.loads(identity)))
        return Subject(name=named, kind=kind, field=field or "")
    if not is_name(name):
        message = f"`{text}` is not an address: `{name}` is a reserved word"
        raise ValueError(message)
    address = Address(kind, name, None if key is None else str(json.loads(key)))
    return Subject(name=str(address), kind=kind, field=field or "", address=address)


def _check_kind(kind: str, catalog: Catalog) -> None:
    if kind not in catalog:
        hint = meant(kind, catalog)
        message = f"there is no kind `{kind}`{f', {hint}' if hint else ''}"
        raise ValueError(message)


def _check_field(kind: str, field: str, fields: Mapping[str, Field]) -> None:
    if field not in fields:
        hint = meant(field, fields)
        message = f"{kind} has no field `{field}`{f', {hint}' if hint else ''}"
        raise ValueError(message)
