"""The shape of JSON documents: which keys an object always has, and of what types they are.

`gathered` learns a shape from examples, `differences` holds another one against it. Under a free
name, as of an output, every object counts as one of `*`; what users fill themselves stays closed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Document: TypeAlias = Any

OWN = "dstate"
# Objects whose keys are names that somebody chose.
FREE = frozenset({"outputs", "output_changes", "variables", "expressions", "provider_config"})
# What holds values, and masks of their form.
CLOSED = frozenset(
    {
        "values", "sensitive_values", "before", "after", "after_unknown", "before_sensitive",
        "after_sensitive", "constant_value", "value", "default", "for_each_expression",
    }
)  # fmt: skip
# What may be of any type at all.
_ANY = frozenset({"constant_value", "value", "default"})
# Terraform's own code has one type for both, and its built-in provider never drifts.
_SAME = {
    "$.resource_drift": "$.resource_changes",
    "event:resource_drift.change": "event:planned_change.change",
}
_TYPES = {
    bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object",
    type(None): "null",
}  # fmt: skip


@dataclass(slots=True)
class Shape:
    """What is known of the objects at one place."""

    seen: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    types: dict[str, set[str]] = field(default_factory=dict)

    @property
    def always(self) -> set[str]:
        """The keys that no object here lacks."""
        return {key for key, count in self.counts.items() if count == self.seen}


Shapes: TypeAlias = Mapping[str, Shape]


def gathered(documents: Iterable[Document], place: str = "$") -> dict[str, Shape]:
    """Learn the shape of every object in some documents."""
    shapes: dict[str, Shape] = {}
    for document in documents:
        _gather(document, place, shapes=shapes)
    return shapes


def event_shapes(events: Iterable[Document]) -> dict[str, Shape]:
    """Learn the shape of events, each sort of event by itself."""
    shapes: dict[str, Shape] = {}
    for event in events:
        _gather(event, f"event:{event['type']}", shapes=shapes)
    return shapes


def _gather(value: Document, place: str, *, shapes: dict[str, Shape]) -> None:
    if isinstance(value, list):
        for each in value:
            _gather(each, f"{place}[]", shapes=shapes)
    if not isinstance(value, dict):
        return
    free = place.rpartition(".")[2] in FREE
    shape = None if free else shapes.setdefault(place, Shape())
    if shape is not None:
        shape.seen += 1
    for key, inner in value.items():
        if shape is not None:
            shape.counts[key] += 1
            shape.types.setdefault(key, set()).add("any" if key in _ANY else _TYPES[type(inner)])
        if key == OWN or (key in CLOSED and not free):
            continue
        below = f"{place}.{'*' if free else key}"
        _gather(inner, _SAME.get(below, below), shapes=shapes)


def differences(ours: Shapes, theirs: Shapes) -> Iterator[str]:
    """Name every key that we lack, that we alone have, or that is of another type with us."""
    for place, shape in ours.items():
        if place not in theirs:
            yield f"{place}: an object here is ours alone"
            continue
        model = theirs[place]
        for key in sorted(model.always - shape.always):
            yield f"{place}.{key}: not always there"
        for key in sorted(shape.types.keys() - model.types.keys() - {OWN}):
            yield f"{place}.{key}: a key of ours alone"
        for key in sorted(shape.types.keys() & model.types.keys()):
            strange = shape.types[key] - model.types[key]
            if strange:
                yield f"{place}.{key}: {sorted(strange)}, and not {sorted(model.types[key])}"


def spelled(shapes: Shapes) -> dict[str, Document]:
    """Write shapes down as JSON: the types of each key, the ones that are always there apart."""
    return {
        place: {
            "always": {key: sorted(shape.types[key]) for key in sorted(shape.always)},
            "sometimes": {
                key: sorted(shape.types[key]) for key in sorted(shape.types.keys() - shape.always)
            },
        }
        for place, shape in sorted(shapes.items())
    }


def read(document: Document) -> dict[str, Shape]:
    """Read what `spelled` wrote."""
    shapes: dict[str, Shape] = {}
    for place, keys in document.items():
        every = {**keys["always"], **keys["sometimes"]}
        shapes[place] = Shape(
            seen=1,
            counts=Counter(keys["always"].keys()),
            types={key: set(types) for key, types in every.items()},
        )
    return shapes
