"""Laws of accepting drift: one value changes, and every other byte stays where it was."""

from hypothesis import given, settings

from descope_state.config import yaml
from descope_state.config.edit import Unwritable, written
from descope_state.config.nodes import Lines, Node, tree
from descope_state.model.value import Path, Value, same
from tests.support.effort import examples
from tests.support.yaml_edits import Change, changes

searched = settings(max_examples=examples(60, 2_000, soak=20_000))


def with_value(data: Value, path: Path, value: Value) -> Value:
    if not path:
        return value
    step, rest = path[0], path[1:]
    match data:
        case dict():
            return {**data, str(step): with_value(data[str(step)], rest, value)}
        case list():
            place = int(step)
            return [*data[:place], with_value(data[place], rest, value), *data[place + 1 :]]
    message = f"{step} leads nowhere"
    raise AssertionError(message)


def span(document: yaml.Document, path: Path) -> tuple[int, int]:
    """Say between which places a value may be written anew: its lines."""
    lines = Lines(document.source)
    node: Node | None = tree(document.source)
    head = 0
    data = document.data
    for step in path:
        assert node is not None
        members: dict[str, Value] = data if isinstance(data, dict) else {}
        items: list[Value] = data if isinstance(data, list) else []
        number = list(members).index(str(step)) if members else int(step)
        data = [*members.values(), *items][number]
        head = node.member(number)[0]
        node = node.values[number]
    assert node is not None
    # Where it begins is asked of the reader, which knows nothing of nodes.
    origin = document.origin(path)
    above = document.key_origin(path) or origin
    assert origin is not None
    assert above is not None
    first = min(origin.line, above.line, document.source.origin(head).line)
    return document.source.index(first), lines.after(node.end)


def outside(change: Change) -> tuple[bytes, bytes]:
    document = yaml.parse(change.text, file="x.yaml")
    start, end = span(document, change.path)
    text = document.source.text
    return text[:start].encode(), text[end:].encode()


def comments(text: bytes) -> int:
    return text.count(b"# note") + text.count(b"# here") + text.count(b"# far") + text.count(b"# d")


@searched
@given(changes(leaves=True))
def test_a_leaf_is_always_accepted_and_nothing_else_changes(change: Change) -> None:
    result = written(change.text, change.path, value=change.new, file="x.yaml")
    wanted = with_value(yaml.parse(change.text, file="x").data, change.path, change.new)
    assert same(yaml.parse(result, file="x").data, wanted)
    before, after = outside(change)
    assert result.startswith(before)
    assert result.endswith(after)
    if same(change.old, change.new):
        assert result == change.text


@searched
@given(changes(leaves=False))
def test_any_value_is_accepted_with_nothing_else_changed_or_refused(change: Change) -> None:
    try:
        result = written(change.text, change.path, value=change.new, file="x.yaml")
    except Unwritable:
        return
    wanted = with_value(yaml.parse(change.text, file="x").data, change.path, change.new)
    assert same(yaml.parse(result, file="x").data, wanted)
    before, after = outside(change)
    assert result.startswith(before)
    assert result.endswith(after)
    assert comments(result) >= comments(before) + comments(after)
