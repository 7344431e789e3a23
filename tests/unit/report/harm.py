"""Names that try to act on a terminal or to hide from a reader, and what must never come out."""

import re
from dataclasses import replace

from descope_state.errors import Origin, Problem
from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Drift, DriftSort, Edit, FieldChange, Mark
from descope_state.model.plan import (
    Bindings,
    CheckResult,
    OutputValue,
    Plan,
    Verdict,
    Violation,
)
from descope_state.model.value import Fingerprint, Ref, Secret, Unknown, Value
from descope_state.sdk.schema import Field, Schema, Shape, Type

HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)

NAMES = (
    "\x1b[31mred\x1b[0m",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "c1\x9b31m",
    "bell\x07back\x08return\rdelete\x7fnul\x00",
    "bidi\u202edesrever\u202c\u2066x\u2069\u061c",
    "zero\u200bwidth\u200djoin\ufeff\u2060",
    "soft\xadhyphen\U000e0041tag",
    "lone\ud800surrogate",
    "two\nlines\n\nError E1: forged\u2028line\u2029",
    "[link=https://evil.example]markup[/link]",
    'quote"]\nend; digraph {\\',
    "wide\x1b" * 3000,
)


def problem(name: str) -> Problem:
    origin = Origin(file=name, line=3, column=4)
    return Problem(code=name, message=name, origin=origin, hint=name, excerpt=name)


def schema(name: str) -> Schema:
    leaf = Shape(type=Type.STRING, choices=(name,))
    inner = Field(name=name, shape=leaf, description=name, default=name)
    shape = Shape(type=Type.KEYED, key=name, item=Shape(type=Type.OBJECT, fields={name: inner}))
    outer = Field(name=name, shape=shape, description=name, required=True)
    other = replace(inner, name="other")
    fields = {name: outer, "other": other}
    return Schema(
        kind=name, provider=name, fields=fields, description=name, identity_fields=(name,)
    )


def value(name: str) -> Value:
    return {
        name: [name, {name: name}, Secret(name), Unknown(expression=name), Fingerprint(name)],
        f"{name}2": f"{name}\n{name}",
    }


def plan(name: str) -> Plan:
    changes = tuple(_change(name, action, place) for place, action in enumerate(Action))
    address = Address(name, name, name)
    fields = (FieldChange(name=name, before=name, after=f"{name}!"),)
    drifts = tuple(
        Drift(address=address, sort=sort, id=name, fields=fields, unmanaged=fields)
        for sort in DriftSort
    )
    return Plan(
        bindings=Bindings(
            stack=name,
            environment=name,
            project_id=name,
            base_url=name,
            lineage=name,
            serial=1,
            config_digest=name,
            version=name,
            created=name,
        ),
        changes=(*changes, replace(changes[1], blocked=name)),
        drift=drifts,
        unmanaged={name: 3},
        outputs=(OutputValue(name=name, value=value(name)),),
        checks=(CheckResult(name=name, verdict=Verdict.FAILED, message=name),),
        violations=(Violation(code=name, message=name, hint=name, addresses=(address,)),),
    )


def _change(name: str, action: Action, place: int) -> Change:
    nested = value(name)
    edits = tuple(
        Edit(mark=mark, path=(name, place, name), before=name, after=nested) for mark in Mark
    )
    fields = (
        FieldChange(name=name, before=name, after=f"{name}!", forces_replacement=True),
        FieldChange(name="lines", before=f"{name}\n1", after=f"{name}\n2\x1b"),
        FieldChange(name="inner", before=nested, after=nested, edits=edits, hidden=3),
        FieldChange(name="new", before=None, after=nested),
    )
    return Change(
        address=Address(name, name, f"{name}{place}"),
        provider=name,
        action=action,
        fields=() if action is Action.CREATE else fields,
        before={name: nested, "text": name},
        after={
            name: nested,
            "text": f"{name}\n{name}",
            "unknown": Unknown(refs=(Ref(name, name),)),
        },
        stated=(name, "text"),
        id=name,
        moved_from=Address(name, name, "old"),
        importing=True,
    )
