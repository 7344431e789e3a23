"""Deletions that are answered and not done: told, remembered, and made again by the next plan."""

import random
from itertools import product
from pathlib import Path
from typing import ClassVar

import pytest

from descope_state.runtime import patience
from dstate_descope import plugin
from dstate_descope.emulator.request import Request
from dstate_descope.emulator.service import Outcome, Service
from tests.support.effort import examples
from tests.support.many import SORTS, many
from tests.support.served import Wired, wired

# Of every kind that can be deleted.
EACH = 3
WAYS = ("status=200", "status=404")
CASES = tuple(product(SORTS, WAYS, range(1, EACH + 1)))
FIGURE = 50


def test_there_are_as_many_cases_as_the_table_of_faults_asks_for() -> None:
    assert len(CASES) >= FIGURE


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin, "LAG", 0.2)
    monkeypatch.setattr(patience, "LONGEST_PAUSE", 0.02)


def stack(kind: str, *, number: int = EACH, without: str = "") -> str:
    """Write the objects of one kind, and of a second one that nothing happens to."""
    kinds = dict.fromkeys((kind, "permission"), number)
    return many({one: count for one, count in kinds.items() if one != without})


def ids(there: Wired, kind: str) -> set[str]:
    return {row["id"] for row in there.world.tables[SORTS[kind].table].values()}


def deleted_in_name_only(there: Wired, kind: str, how: str, *, nth: int) -> tuple[str, set[str]]:
    """Delete all of a kind while one call is only said to be done; gives what is left.

    What goes out in a batch goes out once: there it is the number of objects that differs.
    """
    path, batched = SORTS[kind].delete, SORTS[kind].batched
    number = nth if batched else EACH
    there_before = ids(there, kind)
    there.write(stack(kind, number=number))
    assert there.apply().status == 0
    made = ids(there, kind) - there_before
    assert len(made) == number
    there.write(stack(kind, number=number, without=kind))
    there.disturb(f"POST {path}: {how}, nth={1 if batched else nth}")
    came = there.apply()
    assert there.service.faults.struck == 1
    there.disturb()
    left = made & ids(there, kind)
    assert len(left) == (number if batched else 1)
    assert came.status == (1 if batched else 4), came.out + came.err
    return came.out, left


@pytest.mark.parametrize(("kind", "how", "nth"), CASES[:: examples(11, 1, soak=1)])
def test_what_is_listed_still_is_not_destroyed(
    tmp_path: Path, kind: str, how: str, nth: int
) -> None:
    with wired(tmp_path, tier=2) as there:
        told, left = deleted_in_name_only(there, kind, how, nth=nth)
        assert "Failed:" in told
        for one in left:
            assert f"{one} was deleted, as the service says, but is still listed" in told
        # It is in the state, so that it is planned for and told as what it is.
        planned = there.said("plan", "-detailed-exitcode")
        assert planned.status == 2, planned.out + planned.err
        assert f"{len(left)} to destroy" in planned.out
        assert there.apply().status == 0
        assert there.said("plan", "-detailed-exitcode").status == 0
        assert left.isdisjoint(ids(there, kind))


class Lagging(Service):
    """Shows in its lists what was deleted a moment ago."""

    behind: ClassVar[int] = 1
    ghosts: ClassVar[dict[str, dict[str, object]]]

    def outcome(self, request: Request, *, source: str = "") -> Outcome:
        before = dict(self.world.tables["lists"])
        if request.path == "/v1/mgmt/list/all" and type(self).behind > 0 and not before:
            type(self).behind -= 1
            self.world.tables["lists"] |= type(self).ghosts
            outcome = Service.outcome(self, request, source=source)
            self.world.tables["lists"].clear()
            return outcome
        if request.path == "/v1/mgmt/list/delete":
            type(self).ghosts |= before
        return Service.outcome(self, request, source=source)


def test_reads_that_lag_are_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin, "LAG", 5.0)
    make: type[Lagging] = type("LaggingOnce", (Lagging,), {"behind": 1, "ghosts": {}})
    with wired(tmp_path, make=make) as there:
        there.write(stack("list"))
        assert there.apply().status == 0
        there.write(stack("list", without="list"))
        came = there.apply()
        assert came.status == 0, came.out + came.err
        assert make.behind == 0
        assert there.said("plan", "-detailed-exitcode").status == 0


def test_where_nobody_can_look_the_answer_counts_and_that_is_said(tmp_path: Path) -> None:
    with wired(tmp_path) as there:
        there.write(stack("list"))
        assert there.apply().status == 0
        there.write(stack("list", without="list"))
        there.disturb("GET /v1/mgmt/list/all: status=500, nth=2, times=100")
        came = there.apply()
        assert came.status == 0, came.out + came.err
        assert "Whether what was destroyed is gone could not be seen: list: " in came.out
        there.disturb()
        assert there.names("lists") == []


@pytest.mark.parametrize("seed", range(examples(1, 10, soak=100)))
def test_what_a_replacement_leaves_behind_is_remembered_beside_it(
    tmp_path: Path, seed: int
) -> None:
    """The new one stands at the address, so that the old one gets one that no stack states."""
    chance = random.Random(seed)
    number = chance.randint(2, 6)
    liar = chance.randint(1, number)
    with wired(tmp_path) as there:

        def write(sort: str) -> None:
            rows = "".join(
                f"    k{n}: {{name: '{sort} {n}', id: {sort}{n}}}\n" for n in range(number)
            )
            there.write(f"resources:\n  tenant:\n{rows}")

        write("old")
        assert there.apply().status == 0
        write("new")
        there.disturb(f"POST /v1/mgmt/tenant/delete: status=200, nth={liar}")
        came = there.apply()
        assert came.status in (1, 4), came.out + came.err
        assert "but is still listed" in came.out
        there.disturb()
        listed = there.said("state", "list").out.split()
        assert [one for one in listed if one.endswith("_replaced")]
        assert len(there.names("tenants")) == number + 1
        planned = there.said("plan", "-detailed-exitcode")
        assert "1 to destroy" in planned.out, planned.out
        assert there.apply().status == 0
        assert there.names("tenants") == sorted(f"new {n}" for n in range(number))
