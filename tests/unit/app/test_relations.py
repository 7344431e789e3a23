"""Who uses whom, nearest first, each told once by the shortest way."""

from pathlib import Path

import pytest

from descope_state.app.relations import edges_of, found_in, uses
from descope_state.errors import UsageError
from descope_state.model.address import Address
from tests.unit.core.stacks import workspace

STACK = """
resources:
  label:
    a: {name: a}
    b: {name: b, description: "${label.a.id}"}
    c: {name: c, description: "${label.b.id}", depends_on: [label.a]}
    d: {name: d, description: "${label.c.id}"}
    many: {for_each: [x, y], name: "${each.key}"}
    user: {name: user, description: "${label.many['x'].id}"}
"""


def told(root: Path, text: str) -> list[tuple[str, str, int, int]]:
    place = workspace(root, STACK)
    resolution = place.resolution()
    found = uses(resolution, found_in(place, resolution, address=Address.parse(text)))
    return [
        (str(one.address), str(one.through), one.steps, one.origin.line if one.origin else 0)
        for one in found
    ]


def test_uses_are_told_nearest_first_and_once(tmp_path: Path) -> None:
    assert told(tmp_path, "label.a") == [
        ("label.b", "label.a", 1, 4),
        ("label.c", "label.a", 1, 5),
        ("label.d", "label.c", 2, 6),
    ]


def test_a_block_means_all_of_its_instances(tmp_path: Path) -> None:
    user = ("label.user", 'label.many["x"]', 1, 8)
    assert told(tmp_path, "label.many") == [user]
    assert told(tmp_path, 'label.many["x"]') == [user]
    assert told(tmp_path, 'label.many["y"]') == []


def test_what_the_environment_has_not_is_refused_with_what_was_meant(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"`dev` has no `label\.usr`") as caught:
        told(tmp_path, "label.usr")
    assert caught.value.hint == "did you mean `label.user`?"


def test_every_resource_is_listed_with_what_it_needs(tmp_path: Path) -> None:
    edges = edges_of(workspace(tmp_path, STACK).resolution())
    assert edges[Address("label", "a")] == ()
    assert edges[Address("label", "c")] == (Address("label", "a"), Address("label", "b"))
    assert len(edges) == 7
