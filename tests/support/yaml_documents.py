"""Random YAML texts with the values that they spell: nested, in every style, with comments."""

from hypothesis import strategies as st

from descope_state.model.value import Value

_ALPHABET = st.sampled_from([*"abzNO019 .:#-,'\"{}[]|>&*!%@`?~_=\\/$", "é", "\u0301", "日", "😀"])
_TEXTS = st.text(_ALPHABET, max_size=12)
_KEYS = st.text(st.sampled_from("abcxyz_-é1"), min_size=1, max_size=5).map(lambda text: f"k{text}")
_LINES = st.lists(st.text(st.sampled_from("abc #:-'\" "), max_size=8), min_size=1, max_size=4)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    _TEXTS,
)
DATA: st.SearchStrategy[Value] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


def _double(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


def _single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _scalar(draw: st.DrawFn, value: Value) -> str:
    match value:
        case None:
            return draw(st.sampled_from(["null", "~", "Null", "NULL"]))
        case bool():
            word = str(value)
            return draw(st.sampled_from([word, word.lower(), word.upper()]))
        case str():
            return draw(st.sampled_from([_double, _single]))(value)
        case _:
            return repr(value)


def _flow(draw: st.DrawFn, value: Value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_flow(draw, inner) for inner in value)}]"
    if isinstance(value, dict):
        members = ", ".join(f"{key}: {_flow(draw, inner)}" for key, inner in value.items())
        return f"{{{members}}}"
    return _scalar(draw, value)


def _entry(draw: st.DrawFn, head: str, value: Value, *, indent: int) -> list[str]:
    """Write one member of a block after its key or dash."""
    comment = draw(st.sampled_from(["", "", "  # note", " #"]))
    if isinstance(value, list | dict) and value and draw(st.booleans()):
        dash = head.endswith("-")
        least = 0 if isinstance(value, list) and not dash else 1
        deeper = indent + draw(st.integers(least, 4))
        return [f"{head}{comment}", *_block(draw, value, indent=deeper)]
    if draw(st.integers(0, 5)) == 0:
        value_lines = draw(_LINES)
        style = draw(st.sampled_from(["|", "|-", "|+", ">", ">-", ">+"]))
        pad = " " * (indent + draw(st.integers(1, 3)))
        return [f"{head} {style}", f"{pad}x", *(f"{pad}{line}" for line in value_lines)]
    return [f"{head} {_flow(draw, value)}{comment}"]


def _block(draw: st.DrawFn, value: Value, *, indent: int) -> list[str]:
    pad = " " * indent
    lines: list[str] = []
    members: list[tuple[str | None, Value]] = []
    if isinstance(value, dict):
        members += value.items()
    elif isinstance(value, list):
        members += ((None, one) for one in value)
    for key, inner in members:
        if draw(st.integers(0, 4)) == 0:
            lines.append(
                draw(st.sampled_from(["", f"{pad}# here", "# far left", f"{pad}   # deep"]))
            )
        head = f"{pad}-" if key is None else f"{pad}{key}:"
        lines += _entry(draw, head, inner, indent=indent)
    return lines


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Draw the text of a valid YAML file."""
    value = draw(DATA.filter(lambda one: isinstance(one, list | dict) and bool(one)))
    lines = _block(draw, value, indent=draw(st.sampled_from([0, 0, 0, 2])))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return (end.join(lines) + draw(st.sampled_from(["", end, end * 3]))).encode()
