"""Values that somebody may write by mistake, for every field of every kind of Descope."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from descope_state.sdk.schema import Field, Shape, Type
from tests.provider.kind_samples import SAMPLES
from tests.support.projects import ODD

Json = Any
# Names of what the project holds: whether a name is there is not what is asked here.
HELD: Mapping[tuple[str, str], str] = {
    ("permission", "name"): "docs.read",
    ("role", "name"): "Editor",
    ("role", "id"): "R1",
    ("tenant", "id"): "acme",
    ("sso_application", "id"): "descope-default-oidc",
    ("jwt_template", "id"): "T1",
    ("flow", "id"): "sign-in",
}
_LENGTHS = (1, 20, 21, 99, 100, 101, 253, 254, 255, 2048, 2049, 100_001)
_TEXTS = (
    "", " ", "hello", "10.0.0.1", "10.0.0.1/8", "10.0.0.0/33", "::1", "1.2.3", "https://a.example",
    "a.example",    "ftp://a.example", "UPPER", "a b", "minutes", "none", "0", "model AuthZ 1.0",
    "model AuthZ 1.0\ntype doc\n relation owner: user", "model AuthZ 1.0\nrelation owner: user",
    "model AuthZ 1.0\ntype doc\nnonsense", "model AuthZ 1.0\ntype a b", "type doc",
    "model AuthZ 1.0\ntype doc\nrelation owner:", "model AuthZ 1.0\ntype doc\npermission p : x",
    "model AuthZ 1.0\n\u2003type doc", "model AuthZ 2.0",
)  # fmt: skip
_NUMBERS = (
    -1, 0, 1, 2, 3, 4, 5, 10, 11, 50, 51, 64, 65, 999, 1000, 100_000, 100_001,
    2**31 - 1, 2**31, 2**63 - 1, 2**63, 10**30,
)  # fmt: skip
_MEMBERS = (
    "metadata", "contents", "screens", "references", "styles", "cssTemplate", "componentsVersion",
    "flow", "theme", "dsl", "name", "tasks", "screenId", "inputs", "roles", "translation",
)  # fmt: skip

texts = (
    st.sampled_from(_TEXTS)
    | st.sampled_from(ODD)
    | st.sampled_from(_LENGTHS).map(lambda length: "x" * length)
)
numbers = st.sampled_from(_NUMBERS)
mostly = st.sampled_from([True, True, True, False])
documents: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | numbers | texts | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(_MEMBERS) | texts, inner, max_size=4)
    ),
    max_leaves=8,
)


def value_of(field: Field) -> st.SearchStrategy[Json]:
    """Draw a value for a field, most of which it should not be given."""
    if field.refers:
        name = HELD[field.refers[0].kind, field.refers[0].field]
        names = st.sampled_from([name, ""])
        return st.lists(names, max_size=2) if field.shape.item is not None else names
    return _value(field.shape)


def _value(shape: Shape) -> st.SearchStrategy[Json]:
    match shape.type:
        case Type.STRING:
            chosen = st.sampled_from(shape.choices) if shape.choices else texts
            return chosen | texts
        case Type.INTEGER | Type.NUMBER:
            return numbers
        case Type.BOOLEAN:
            return st.booleans()
        case Type.LIST | Type.SET | Type.KEYED if shape.item is not None:
            return st.lists(_value(shape.item), max_size=3)
        case Type.MAP if shape.item is not None:
            return st.dictionaries(texts, _value(shape.item), max_size=3)
        case Type.OBJECT:
            return st.fixed_dictionaries(
                {}, optional={name: value_of(one) for name, one in shape.fields.items()}
            )
        case _:
            return documents


@st.composite
def oddities(draw: st.DrawFn, kind: str, fields: Mapping[str, Field]) -> dict[str, Json]:
    """Draw what a block may say: a sound object in which some fields are odd."""
    sample = draw(st.sampled_from(SAMPLES[kind]))
    base = draw(st.sampled_from([sample.made, sample.changed]))
    said: dict[str, Json] = base.model_dump(mode="json", exclude_unset=True)
    open_ = [one for one in fields.values() if one.statable and not one.sensitive]
    said = {name: said[name] for name in said if name in {one.name for one in open_}}
    for field in draw(st.lists(st.sampled_from(open_), min_size=1, max_size=3)):
        sound, odd = said.get(field.name), draw(value_of(field))
        if isinstance(sound, dict) and isinstance(odd, dict) and draw(mostly):
            odd = {**sound, **odd}
        said[field.name] = odd
    return said
