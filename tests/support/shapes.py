"""Strategies for shapes, schemas, values that fit them, and values that nearly say the same."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from descope_state.model.value import Fingerprint, Secret, Unknown, Value
from descope_state.sdk.schema import Field, Schema, Shape, Type

NAMES = st.sampled_from(["id", "name", "url", "size", "tags", "on", "rest"])
TEXTS = st.text(alphabet='ab"\\!ü ', max_size=3)
NUMBERS = st.sampled_from([0, 1, 2, -1, 0.0, -0.0, 1.0, 2.5, 1e300, 2**53 + 1])
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
PLACEHOLDERS: st.SearchStrategy[Value] = st.one_of(
    st.builds(Secret, st.sampled_from(["env:A", "env:B"]), st.sampled_from([None, "f", "g"])),
    st.builds(Fingerprint, st.sampled_from(["f", "g"])),
    st.builds(
        Unknown,
        st.sampled_from(["role.a.id", "role.b.id"]),
        st.just(()),
        st.sampled_from([(), (("seats", 1),), (("seats", True),)]),
    ),
)


def nested(leaves: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    """Free documents with the given leaves; lists of objects with ids among them."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(NAMES, inner, max_size=4),
            st.lists(
                st.tuples(TEXTS, inner).map(lambda pair: {"id": pair[0], "rest": pair[1]}),
                max_size=4,
            ),
        ),
        max_leaves=12,
    )


DOCUMENTS = nested(SCALARS)
ANYTHING = nested(st.one_of(SCALARS, PLACEHOLDERS))

_LEAF_SHAPES = st.sampled_from([Type.STRING, Type.INTEGER, Type.NUMBER, Type.BOOLEAN]).map(
    lambda type_: Shape(type=type_)
)
_JSON_SHAPES = st.sampled_from([(), ("size",)]).map(
    lambda volatile: Shape(type=Type.JSON, volatile=volatile, nullable=True)
)


@st.composite
def _object_shapes(draw: st.DrawFn, inner: st.SearchStrategy[Shape]) -> Shape:
    members = draw(st.dictionaries(NAMES, inner, min_size=1, max_size=3))
    fields = {
        name: Field(name=name, shape=shape, volatile=draw(st.integers(0, 9)) == 0)
        for name, shape in members.items()
    }
    return Shape(type=Type.OBJECT, fields=fields)


@st.composite
def _keyed_shapes(draw: st.DrawFn, inner: st.SearchStrategy[Shape]) -> Shape:
    key = Field(name="key", shape=Shape(type=Type.STRING))
    item = Shape(
        type=Type.OBJECT, fields={"key": key, "rest": Field(name="rest", shape=draw(inner))}
    )
    return Shape(type=Type.KEYED, item=item, key="key")


def shapes() -> st.SearchStrategy[Shape]:
    """Draw shapes of every type, some levels deep."""
    return st.recursive(
        st.one_of(_LEAF_SHAPES, _JSON_SHAPES),
        lambda inner: st.one_of(
            st.builds(Shape, type=st.sampled_from([Type.LIST, Type.SET, Type.MAP]), item=inner),
            _object_shapes(inner),
            _keyed_shapes(inner),
        ),
        max_leaves=4,
    )


def fitting(shape: Shape) -> st.SearchStrategy[Value]:
    """Draw values that the shape allows."""
    item = fitting(shape.item) if shape.item is not None else st.none()
    found: dict[Type, st.SearchStrategy[Value]] = {
        Type.STRING: TEXTS,
        Type.INTEGER: st.integers(-3, 3),
        Type.NUMBER: st.sampled_from([0.0, 1.0, 2.5]),
        Type.BOOLEAN: st.booleans(),
        Type.JSON: DOCUMENTS,
        Type.MAP: st.dictionaries(TEXTS, item, max_size=3),
        Type.OBJECT: st.fixed_dictionaries(
            {name: fitting(inner.shape) for name, inner in shape.fields.items()}
        ).map(dict),
        Type.KEYED: st.lists(item, max_size=4, unique_by=_key),
    }
    return found.get(shape.type, st.lists(item, max_size=4))


def _key(value: Value) -> str:
    assert isinstance(value, dict)
    return str(value["key"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A schema and the attributes of one object that fit it."""

    schema: Schema
    attributes: dict[str, Value] = field(default_factory=dict)


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """Draw a schema with an object of its kind."""
    drawn = draw(st.dictionaries(NAMES, shapes(), min_size=1, max_size=5))
    fields = {
        name: Field(name=name, shape=shape, immutable=draw(st.booleans()))
        for name, shape in drawn.items()
    }
    attributes = {name: draw(fitting(shape)) for name, shape in drawn.items()}
    return Sample(
        schema=Schema(kind="thing", provider="fake", fields=fields), attributes=attributes
    )


@st.composite
def shuffled(draw: st.DrawFn, shape: Shape, value: Value) -> Value:
    """Spell a value otherwise: sets, keyed lists and members in another order, sets repeated."""
    if isinstance(value, dict):
        names = draw(st.permutations(sorted(value)))
        if shape.type is Type.JSON:
            return {name: value[name] for name in names}
        inner = {name: shape.fields[name].shape if shape.fields else shape.item for name in names}
        return {
            name: draw(shuffled(inner[name] or Shape(type=Type.JSON), value[name]))
            for name in names
        }
    if isinstance(value, list) and shape.item is not None:
        items = [draw(shuffled(shape.item, item)) for item in value]
        if shape.type is Type.SET:
            items = [*items, *items[:1]]
        return items if shape.type is Type.LIST else list(draw(st.permutations(items)))
    return value


_TWINS: dict[str, list[Value]] = {
    "0": [0, 0.0, -0.0, False],
    "1": [1, 1.0, True, "1"],
}


@st.composite
def near(draw: st.DrawFn, value: Value) -> Value:
    """Spell a value so that Python may take it for the same, wherever JSON may not."""
    if isinstance(value, dict):
        names = draw(st.permutations(sorted(value)))
        return {name: draw(near(value[name])) for name in names}
    if isinstance(value, list):
        return [draw(near(item)) for item in value]
    if isinstance(value, int | float) and draw(st.booleans()):
        return draw(st.sampled_from(_TWINS.get(str(int(value)), [value])))
    if isinstance(value, Unknown | Secret | Fingerprint) and draw(st.booleans()):
        return draw(PLACEHOLDERS)
    return value
