"""Laws of what is written for an object to be as it lives: it comes to that, and to no more."""

from hypothesis import given
from hypothesis import strategies as st

from descope_state.core.accepting import Accepting, Sides, Unacceptable
from descope_state.core.diff import equal
from descope_state.core.templates import escape
from descope_state.model.value import Path, Value, placeholders, same
from descope_state.sdk.schema import Shape, Type
from tests.support.shapes import fitting, shapes


def refused(text: str, path: Path, sides: Sides) -> None:
    message = f"{text} at {path} is no expression: {sides}"
    raise AssertionError(message)


@st.composite
def sides(draw: st.DrawFn) -> Sides:
    shape = draw(shapes())
    return Sides(wanted=draw(fitting(shape)), live=draw(fitting(shape)), shape=shape)


def escaped(value: Value) -> Value:
    match value:
        case str():
            return escape(value)
        case list():
            return [escaped(one) for one in value]
        case dict():
            return {name: escaped(one) for name, one in value.items()}
    return value


@given(sides())
def test_what_is_written_comes_to_what_is_live(three: Sides) -> None:
    try:
        literal = Accepting(elsewhere=refused, literal=True).written(three.wanted, (), sides=three)
        spelled = Accepting(elsewhere=refused).written(escaped(three.wanted), (), sides=three)
    except Unacceptable:
        assert [*placeholders(three.wanted), *placeholders(three.live)]
        return
    assert equal(literal, three.live, shape=three.shape)
    assert equal(spelled, escaped(literal), shape=three.shape)


@given(sides())
def test_what_is_as_it_lives_stays_as_it_is_written(three: Sides) -> None:
    asked: list[str] = []
    accepting = Accepting(elsewhere=lambda text, *_: asked.append(text))
    settled = Sides(wanted=three.live, live=three.live, shape=three.shape)
    assert accepting.written("${vars.any}", (), sides=settled) == "${vars.any}"
    assert asked == []
    if not equal(three.wanted, three.live, shape=three.shape):
        try:
            kept = accepting.written("${vars.any}", (), sides=three)
        except Unacceptable:
            return
        assert (kept, asked) == ("${vars.any}", ["${vars.any}"])


@given(shapes(), st.data())
def test_only_what_differs_inside_is_written(shape: Shape, data: st.DataObject) -> None:
    """Put two values under two keys, of which one is as it lives: that one is not touched."""
    one, other = data.draw(fitting(shape)), data.draw(fitting(shape))
    both = Shape(type=Type.MAP, item=shape)
    three = Sides(wanted={"a": one, "b": one}, live={"a": one, "b": other}, shape=both)
    try:
        made = Accepting(elsewhere=refused).written({"a": "${x}", "b": one}, (), sides=three)
    except Unacceptable:
        return
    assert isinstance(made, dict)
    assert same(made["a"], "${x}")
