"""References instead of repeated names: which object of the stack a text stands for, and where.

No reference may close a circle. What an object is known by comes first; any other reference that
would lead back stays the text that it is.
"""

from collections.abc import Iterable, Mapping

from descope_state.model.address import Address
from descope_state.model.resource import Live
from descope_state.model.value import Ref, Unknown, Value
from descope_state.sdk.catalog import Catalog
from descope_state.sdk.schema import Field, Refers, Shape, Type


class Citing:
    """The objects that may be referred to, and the references that were made so far."""

    def __init__(self, catalog: Catalog, objects: Iterable[tuple[Address, Live]]) -> None:
        self._catalog = catalog
        self._objects = list(objects)
        self._indexes: dict[Refers, Mapping[str, Address | None]] = {}
        self._edges: dict[Address, set[Address]] = {}

    def cite(self, address: Address, body: dict[str, Value], *, identifying: bool) -> None:
        """Put references into a body: into the fields it is known by, or into all others."""
        schema = self._catalog[address.kind].schema
        for name, value in tuple(body.items()):
            if (name in schema.identity_fields) is identifying:
                body[name] = self._cited(value, schema.fields[name], address)

    def _cited(self, value: Value, field: Field, address: Address) -> Value:
        if field.refers:
            if isinstance(value, list):
                return [self._text(item, field, address) for item in value]
            return self._text(value, field, address)
        return self._below(value, field.shape, address)

    def _below(self, value: Value, shape: Shape, address: Address) -> Value:
        if shape.type is Type.OBJECT and isinstance(value, dict):
            return {
                name: self._cited(inner, shape.fields[name], address)
                for name, inner in value.items()
            }
        if shape.item is not None and isinstance(value, list):
            return [self._below(item, shape.item, address) for item in value]
        return value

    def _text(self, value: Value, field: Field, address: Address) -> Value:
        if not isinstance(value, str):
            return value
        for refers in field.refers:
            target = self._index(refers).get(value)
            if target is not None and not self._leads(target, address):
                self._edges.setdefault(address, set()).add(target)
                return _expression(target, refers.field)
        return value

    def _leads(self, start: Address, end: Address) -> bool:
        """Tell whether references lead from one object to another already."""
        seen, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            if here == end:
                return True
            fresh = self._edges.get(here, set()) - seen
            seen |= fresh
            waiting.extend(fresh)
        return False

    def _index(self, refers: Refers) -> Mapping[str, Address | None]:
        """Give the object that each text stands for; None where it could be one of several."""
        if refers not in self._indexes:
            self._indexes[refers] = self._indexed(refers)
        return self._indexes[refers]

    def _indexed(self, refers: Refers) -> Mapping[str, Address | None]:
        found: dict[str, Address | None] = {}
        named: set[str] = set()
        for address, live in self._objects:
            text = {**live.attributes, **live.computed}.get(refers.field)
            if address.kind != refers.kind or not isinstance(text, str) or not text:
                continue
            # Of two with one name, that of the whole project is meant.
            whole = live.identity == text
            if whole and text not in named:
                found[text] = address
                named.add(text)
            elif text not in named:
                found[text] = None if text in found else address
        return found


def _expression(target: Address, field: str) -> Unknown:
    ref = Ref(target.kind, target.name, target.key, field)
    return Unknown(f"${{{target}.{field}}}", (ref,))
