"""A dataclass of ours is to everybody what the standard library's is, only sooner there."""

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from descope_state.frozen import dataclass as ours

STANDARD = dataclasses.dataclass


@ours(frozen=True, slots=True, kw_only=True)
class Named:
    """Keyword-only, with defaults of both sorts."""

    name: str
    tags: list[str] = dataclasses.field(default_factory=list)
    count: int = 3
    hidden: str = dataclasses.field(default="", repr=False, compare=False)


@ours(frozen=True, slots=True)
class Placed:
    """Positional, with a property."""

    x: int
    y: int = 0

    @property
    def total(self) -> int:
        """Add both."""
        return self.x + self.y


def twin(decorator: Any) -> type[Any]:  # noqa: ANN401  # either decorator
    """Make the same class by either decorator."""

    @decorator(frozen=True, slots=True, kw_only=True)
    class Twin:
        a: int
        b: str = "b"
        c: tuple[int, ...] = ()

    return Twin


@pytest.mark.parametrize("arguments", [{"a": 1}, {"a": 1, "b": "x"}, {"a": 2, "c": (1,)}])
def test_it_prints_compares_and_hashes_as_the_standard_one(arguments: dict[str, Any]) -> None:
    mine, standard = twin(ours), twin(STANDARD)
    assert repr(mine(**arguments)) == repr(standard(**arguments))
    assert (mine(**arguments) == mine(a=1)) == (standard(**arguments) == standard(a=1))
    assert hash(mine(**arguments)) == hash(mine(**arguments))
    assert dataclasses.asdict(mine(**arguments)) == dataclasses.asdict(standard(**arguments))
    assert [one.name for one in dataclasses.fields(mine)] == ["a", "b", "c"]
    assert mine.__slots__ == standard.__slots__


@pytest.mark.parametrize("arguments", [{}, {"a": 1, "d": 2}])
def test_wrong_arguments_are_type_errors_as_in_the_standard_one(arguments: dict[str, Any]) -> None:
    for made in (twin(ours), twin(STANDARD)):
        with pytest.raises(TypeError):
            made(**arguments)
        with pytest.raises(TypeError):
            made(1)


def test_nothing_can_be_set_deleted_or_added() -> None:
    named = Named(name="a")
    for name in ("name", "other"):
        with pytest.raises(dataclasses.FrozenInstanceError, match=name):
            setattr(named, name, "b")
        with pytest.raises(dataclasses.FrozenInstanceError, match=name):
            delattr(named, name)
    assert not hasattr(named, "__dict__")


def test_each_object_gets_a_default_of_its_own() -> None:
    one, other = Named(name="a"), Named(name="b")
    one.tags.append("x")
    assert other.tags == []


def test_what_is_not_compared_or_shown_is_neither() -> None:
    assert Named(name="a", hidden="x") == Named(name="a", hidden="y")
    assert "secret" not in repr(Named(name="a", hidden="secret"))
    other: object = Placed(1)
    assert Named(name="a") != other


def test_it_can_be_replaced_copied_pickled_and_matched() -> None:
    placed = dataclasses.replace(Placed(1), y=2)
    assert (placed, placed.total) == (Placed(1, 2), 3)
    assert copy.deepcopy(placed) == pickle.loads(pickle.dumps(placed)) == placed  # noqa: S301  # our own bytes
    match placed:
        case Placed(x, y):
            assert (x, y) == (1, 2)


def test_what_a_class_defines_itself_is_kept() -> None:
    @ours(frozen=True, slots=True)
    class Own:
        a: int

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "own"

    assert (hash(Own(1)), repr(Own(1))) == (7, "own")
    assert Own(1) == Own(1)


def test_any_other_dataclass_is_the_standard_one() -> None:
    @ours(kw_only=True)
    class Open:
        a: int

    made = Open(a=1)
    made.a = 2
    assert made == Open(a=2)
