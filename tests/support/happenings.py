"""What happens to a project behind the back of dstate: edits, losses, squatters."""

from collections.abc import Callable, Sequence

from tests.support.fake_world import FakeWorld
from tests.support.worlds import NAMES, Body

_EDITS: dict[str, Callable[[int], Body]] = {
    "label": lambda number: {"description": f"outside {number}"},
    "group": lambda number: {"description": f"outside {number}"},
    "site": lambda number: {"title": f"outside {number}"},
    "rule_set": lambda number: {"rules": [{"name": "r", "effect": "deny", "weight": number}]},
    "document": lambda number: {"content": {"etag": f"e{number}", "body": [number]}},
    "settings": lambda number: {"retries": number},
    "page": lambda number: {"body": f"outside {number}"},
    "premium": lambda number: {"seats": number + 5},
    "record": lambda number: {"count": number, "note": f"outside {number}", "steps": []},
    "child": lambda number: {"size": number + 5},
    "batchling": lambda number: {"note": f"outside {number}"},
}


def happen(world: FakeWorld, events: Sequence[tuple[str, int, int]]) -> None:
    """Let things happen to a project that dstate knows nothing of."""
    for sort, which, number in events:
        there = [(kind, id_) for kind in sorted(world.objects) for id_ in world.held(kind)]
        if sort == "squat":
            _squat(world, which, number)
        elif there:
            kind, id_ = there[which % len(there)]
            _befall(world, sort, kind=kind, id_=id_, number=number)


def _befall(world: FakeWorld, sort: str, *, kind: str, id_: str, number: int) -> None:
    if sort == "edit" and kind in _EDITS:
        world.change(kind, id_, **_EDITS[kind](number))
    elif sort == "drop" and kind != "settings":
        world.drop(kind, id_)
    elif sort == "rename" and kind in ("label", "batchling", "credential"):
        world.change(kind, id_, name=f"{world.held(kind)[id_]['name']} outside {id_}")


def _squat(world: FakeWorld, which: int, number: int) -> None:
    """Place an object that nobody manages where a resource may want to be."""
    kind = ("label", "batchling", "page", "site")[number]
    name = NAMES[which % len(NAMES)]
    if all(held["name"] != name for held in world.held(kind).values()):
        world.put(kind, name=name)
