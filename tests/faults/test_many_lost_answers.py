"""Lost answers by the thousand: each object of an apply loses one, in a way that a seed decides."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from descope_state.runtime import patience
from dstate_descope import plugin
from dstate_descope.emulator.api import answer
from dstate_descope.emulator.faults import NONE, Fault, Faults, parse
from dstate_descope.emulator.request import GOOD, Request
from dstate_descope.emulator.service import Outcome, Service
from tests.support.effort import examples
from tests.support.many import SORTS, EachOnce, doubled, many, seeded, singly
from tests.support.served import Wired, wired

# Of each kind that is written one by one, in one apply.
FULL = 17
EACH = examples(8, FULL, soak=FULL)
SINGLY = singly(EACH)
CREATES = tuple(SORTS[kind].create for kind in SINGLY)
UPDATES = tuple(SORTS[kind].update for kind in SINGLY)
STRUCK = EACH * len(SINGLY)
BATCHED: Mapping[str, int] = {kind: EACH for kind, sort in SORTS.items() if sort.batched}
# How many applies reach what the table of faults asks for: 1,000 creations, 500 updates, 1,000
# creations whose look is lost too, 100 that exist already, 50 keys, 20 that are delivered twice.
LOST_CREATES, LOST_UPDATES, LOST_LOOKS = 10, 5, 25
TENANTS, LOOKS_LOST = 80, 40


def test_the_applies_come_to_what_the_table_of_faults_asks_for() -> None:
    struck = FULL * len(SINGLY)
    assert struck * LOST_CREATES >= 1_000
    assert struck * LOST_UPDATES >= 500
    assert LOOKS_LOST * LOST_LOOKS >= 1_000
    assert struck >= 100


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Believe an absence sooner than the real service's lag and limits allow: here are none."""
    monkeypatch.setattr(plugin, "LAG", 0.3)
    monkeypatch.setattr(plugin, "LIMITS", ())
    monkeypatch.setattr(patience, "LONGEST_PAUSE", 0.02)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Wired]:
    with wired(tmp_path, tier=2) as service:
        yield service


def settled(there: Wired) -> None:
    """See that a clean apply leaves nothing to do, and nothing twice."""
    there.service.faults = Faults()
    came = there.apply()
    assert came.status == 0, came.out + came.err
    assert there.said("plan", "-detailed-exitcode").status == 0
    assert doubled(there) == []


@pytest.mark.parametrize("seed", range(examples(1, LOST_CREATES, soak=100)))
def test_every_creation_of_an_apply_may_lose_its_answer(there: Wired, seed: int) -> None:
    there.write(many(SINGLY))
    faults = there.service.faults = EachOnce(paths=CREATES, chance=seeded(seed))
    came = there.apply()
    assert came.status == 0, came.out + came.err
    assert faults.struck == STRUCK
    settled(there)


@pytest.mark.parametrize("seed", range(examples(1, 20, soak=200)))
def test_every_batch_may_lose_its_answer(there: Wired, seed: int) -> None:
    there.write(many(BATCHED))
    paths = [SORTS[kind].create for kind in BATCHED]
    faults = there.service.faults = EachOnce(paths=paths, chance=seeded(seed))
    came = there.apply()
    assert came.status == 0, came.out + came.err
    assert faults.struck == len(BATCHED)
    settled(there)


@pytest.mark.parametrize("seed", range(examples(1, LOST_UPDATES, soak=50)))
def test_every_update_of_an_apply_may_lose_its_answer(there: Wired, seed: int) -> None:
    there.write(many(SINGLY))
    assert there.apply().status == 0
    there.write(many(SINGLY, said="second"))
    faults = there.service.faults = EachOnce(paths=UPDATES, chance=seeded(seed))
    came = there.apply()
    assert came.status == 0, came.out + came.err
    assert f"{STRUCK} changed" in came.out
    assert faults.struck == STRUCK
    settled(there)


class Unseen(Faults):
    """Loses the answers of some tenants' creations, and whatever is asked about them afterwards.

    A few are only shown late: there the same run finds them.
    """

    def __init__(self, names: set[str], late: set[str], *, seed: int) -> None:
        super().__init__(chance=seeded(seed))
        self.names, self.late = names, late
        self._lost: set[str] = set()

    def of(self, request: Request) -> Fault:
        body = request.body if isinstance(request.body, dict) else {}
        if request.path == SORTS["tenant"].create and body["name"] in self.names | self.late:
            if body["name"] in self._lost:
                return NONE
            self._lost.add(body["name"])
            self.struck += 1
            return parse(f"* *: {self.chance.choice(('reset=after', 'body=garbage'))}")
        asked = set(body.get("tenantNames", ()))
        if request.path == "/v1/mgmt/tenant/search" and asked & self.names:
            how = self.chance.choice(("status=500", "status=429, retry_after=0.01", "body=garbage"))
            return parse(f"* *: {how}")
        if request.path == "/v1/mgmt/tenant/search" and asked & self.late:
            self.late -= asked
            return parse("* *: status=503")
        return NONE


@pytest.mark.parametrize("seed", range(examples(1, LOST_LOOKS, soak=250)))
def test_what_cannot_be_looked_at_either_is_settled_by_the_next_run(
    there: Wired, seed: int
) -> None:
    chance = seeded(seed)
    names = [f"Tenant {number}" for number in range(TENANTS)]
    # Not so many in a row that the run gives up on the service.
    unseen = {f"Tenant {number + chance.randint(0, 1)}" for number in range(0, TENANTS, 2)}
    late = set(chance.sample(sorted(set(names) - unseen), 5))
    there.write(many({"tenant": TENANTS}))
    faults = there.service.faults = Unseen(unseen, set(late), seed=seed)
    came = there.apply("-parallelism", "2")
    assert came.status == 4, came.out + came.err
    assert faults.struck == len(unseen) + len(late)
    assert came.out.count("Unknown: ") == 1
    assert f"{len(unseen)} unknown" in came.out
    assert there.names("tenants") == sorted(names)
    settled(there)
    assert there.names("tenants") == sorted(names)


# -- what exists already --------------------------------------------------------------------------


class Overtaken(Service):
    """Lets somebody else make some objects a moment before we do, and not as we want them."""

    theirs: ClassVar[set[str]]

    def outcome(self, request: Request, *, source: str = "") -> Outcome:
        if request.path in CREATES and isinstance(request.body, dict):
            within = "template" if "template" in request.body else ""
            wanted = request.body[within] if within else request.body
            if wanted.get("name") in self.theirs:
                self.theirs.discard(wanted["name"])
                other = {**wanted, "description": "theirs"}
                body = {**request.body, within: other} if within else other
                assert answer(self.world, replace(request, body=body)).status == GOOD
        return Service.outcome(self, request, source=source)


@pytest.mark.parametrize("seed", range(examples(1, 3, soak=30)))
def test_a_refusal_of_what_is_there_already_is_looked_into(tmp_path: Path, seed: int) -> None:
    chance = seeded(seed)
    theirs = {
        f"{name} {number}"
        for name in ("List", "Template", "In")
        for number in chance.sample(range(EACH), 6)
    }
    make: type[Overtaken] = type("OvertakenOnce", (Overtaken,), {"theirs": set(theirs)})
    with wired(tmp_path, tier=2, make=make) as there:
        there.write(many(SINGLY))
        ways = ("status=400, effect=true", "status=409, effect=true")
        faults = there.service.faults = EachOnce(paths=CREATES, ways=ways, chance=chance)
        came = there.apply()
        assert came.status == 4, came.out + came.err
        assert faults.struck >= STRUCK
        assert make.theirs == set()
        # Ours are taken for what they are; theirs are left alone, with the way to take them over.
        assert f"{STRUCK - len(theirs)} added" in came.out
        assert f"{len(theirs)} failed" in came.out
        assert came.out.count("take it over with an `imports` entry") == len(theirs)
        assert doubled(there) == []


class Replayed(Service):
    """Stands behind a proxy that delivers every creation twice, and gives either answer."""

    seed: ClassVar[int]
    replayed: ClassVar[int]

    def outcome(self, request: Request, *, source: str = "") -> Outcome:
        outcome = Service.outcome(self, request, source=source)
        if "/create" not in request.path and request.path != SORTS["list"].create:
            return outcome
        type(self).replayed += 1
        again = Service.outcome(self, request, source=source)
        return outcome if (self.replayed * 7 + self.seed) % 3 else again


@pytest.mark.parametrize("seed", range(examples(1, 3, soak=30)))
def test_what_is_delivered_twice_is_there_once(tmp_path: Path, seed: int) -> None:
    make: type[Replayed] = type("ReplayedSo", (Replayed,), {"seed": seed, "replayed": 0})
    with wired(tmp_path, tier=2, make=make) as there:
        there.write(many({**SINGLY, **BATCHED}))
        came = there.apply()
        assert came.status == 0, came.out + came.err
        assert make.replayed >= STRUCK + len(BATCHED)
        settled(there)


def test_of_keys_that_are_delivered_twice_the_second_ones_are_listed(tmp_path: Path) -> None:
    """Two keys of one name may well be wanted, so that nobody can tell: they are shown."""
    number = examples(4, 20, soak=20)
    make: type[Replayed] = type("ReplayedSo", (Replayed,), {"seed": 0, "replayed": 0})
    with wired(tmp_path, tier=2, make=make) as there:
        there.write(keys(number))
        there.apply("--secrets-into", str(tmp_path / "told"))
        assert make.replayed >= number
        planned = there.said("plan")
        assert planned.status == 0, planned.out + planned.err
        assert f"Live, but in no stack: access_key ({number})" in planned.out


# -- what is told once ----------------------------------------------------------------------------


def keys(number: int) -> str:
    """Write a stack of access keys."""
    rows = "".join(f"    k{n}: {{name: key {n}}}\n" for n in range(number))
    return f"resources:\n  access_key:\n{rows}"


@pytest.mark.parametrize("seed", range(examples(1, 2, soak=20)))
def test_a_key_whose_secret_is_lost_is_made_again(there: Wired, seed: int, tmp_path: Path) -> None:
    number = examples(5, 50, soak=50)
    there.write(keys(number))
    faults = there.service.faults = EachOnce(
        paths=["/v1/mgmt/accesskey/create"], chance=seeded(seed)
    )
    came = there.apply("--secrets-into", str(tmp_path / "told"))
    assert came.status == 0, came.out + came.err
    assert faults.struck == number
    assert there.names("keys") == sorted(f"key {n}" for n in range(number))
    told = [path.read_text() for path in (tmp_path / "told").rglob("*") if path.is_file()]
    assert len(set(told)) == number
    settled(there)
