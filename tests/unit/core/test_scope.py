"""What an expression sees: every field of a kind, unknown where nobody knows, and nothing else."""

import pytest

from descope_state.core.scope import UNKNOWN, Anything, View, World
from descope_state.model.value import Value
from tests.support.pipeline import SCHEMAS, NoSources


def world(**roots: dict[str, Value]) -> World:
    return World(roots=roots, sources=NoSources())


def test_a_resource_shows_what_is_known_and_all_else_of_its_kind_as_unknown() -> None:
    view = View(SCHEMAS["site"], {"name": "n"})
    assert (view["name"], view["id"], view["url"]) == ("n", UNKNOWN, UNKNOWN)
    assert set(view) == set(SCHEMAS["site"].fields)
    assert len(view) == len(SCHEMAS["site"].fields)
    with pytest.raises(KeyError, match="nam"):
        view["nam"]


def test_of_a_resource_with_a_mistake_everything_is_unknown() -> None:
    anything = Anything()
    assert anything["whatever"] == UNKNOWN
    assert (list(anything), len(anything)) == ([], 0)


def test_a_resource_that_there_is_not_and_one_that_is_left_out_are_told_apart() -> None:
    place = world()
    place.leave_out("label", "a")
    with pytest.raises(LookupError, match=r"`label\.a` is left out of this environment"):
        place.resource("label", "a")
    with pytest.raises(LookupError, match=r"there is no resource `label\.b`"):
        place.resource("label", "b")


def test_an_instance_sees_the_same_world_and_its_own_key() -> None:
    place = world(vars={"x": 1})
    inner = place.within({"key": "k", "value": 2})
    place.put("label", "a", view=View(SCHEMAS["label"], {"name": "n"}))
    place.leave_out("label", "b")
    assert inner.root("each") == {"key": "k", "value": 2}
    assert inner.root("vars") == {"x": 1}
    assert inner.resource("label", "a")["name"] == "n"
    with pytest.raises(LookupError, match="left out"):
        inner.resource("label", "b")
    with pytest.raises(LookupError, match="only in a resource that has `for_each`"):
        place.root("each")
