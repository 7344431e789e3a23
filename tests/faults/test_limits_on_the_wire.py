"""Limits over real sockets: obeyed by all workers together, learned, and never hammered against."""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from descope_state.runtime import patience
from descope_state.runtime.gate import Gate
from descope_state.sdk.faults import Throttled
from descope_state.sdk.provider import Limit
from descope_state.store.budget import Budget
from dstate_descope import plugin
from dstate_descope.emulator.faults import NONE, Fault, Faults
from dstate_descope.emulator.limits import DOCUMENTED, Bound, Limits
from dstate_descope.emulator.request import Request
from tests.faults.test_hostile_wire import WRITE, answered
from tests.support.effort import examples
from tests.support.served import Wired, http, saying, wired
from tests.support.virtual_time import run

pytestmark = pytest.mark.anyio

WORKERS = 8
DAYS = 999_999
# What an apply asks before it writes: the licence, and the list of tenants.
LOOKS = 2


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again sooner: how long the service asks to wait is what counts here."""
    monkeypatch.setattr(patience, "LONGEST_PAUSE", 0.05)


def roles(number: int) -> str:
    """Write a stack of so many tenants: each is a call of its own."""
    rows = "".join(f"    r{index}: {{name: Role {index}}}\n" for index in range(number))
    return f"resources:\n  tenant:\n{rows}"


def everything(there: Wired, number: int) -> bool:
    return there.names("tenants") == sorted(f"Role {index}" for index in range(number))


@dataclass(slots=True, kw_only=True)
class Storms(Faults):
    """Closes the service for a while at some creations; notes who comes nevertheless.

    A storm begins with a creation that is refused; `early` are the calls that come before it is
    over, whatever they are.
    """

    at: frozenset[int]
    seconds: float
    told: Callable[[float], str] = "{:.3f}".format
    creations: int = 0
    storms: int = 0
    early: list[int] = field(default_factory=list)
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, request: Request) -> Fault:
        with self._lock:
            now = time.monotonic()
            if now < self._until:
                self.early[-1] += 1
                return Fault(status=429, retry_after=self.told(self._until - now))
            if not request.path.endswith("/tenant/create"):
                return NONE
            self.creations += 1
            if self.creations not in self.at:
                return NONE
            self.storms += 1
            self.early.append(0)
            self._until = now + self.seconds
            return Fault(status=429, retry_after=self.told(self.seconds))


@pytest.mark.parametrize("seed", range(examples(1, 10, soak=100)))
def test_all_wait_for_as_long_as_one_was_told_to(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    number = 40
    at = frozenset(chance.sample(range(1, number), 3))
    with wired(tmp_path) as there:
        there.write(roles(number))
        storms = there.service.faults = Storms(at=at, seconds=0.4)
        came = there.apply("-parallelism", str(WORKERS))
        assert came.status == 0, came.out + came.err
        assert everything(there, number)
    assert storms.storms == len(at)
    # Those in flight when the first was refused; not one is sent while the storm lasts.
    assert all(early < WORKERS for early in storms.early)
    assert storms.creations == number + len(at), "each was sent until it was heard, and no more"


FORMS: Mapping[str, tuple[Mapping[str, str], tuple[float, float]]] = {
    "nothing": ({}, (1, 60)),
    "seconds": ({"retry-after": "7"}, (7, 7)),
    "zero": ({"retry-after": "0"}, (0, 0)),
    "a fraction": ({"retry-after": "0.2"}, (0.2, 0.2)),
    "garbage": ({"retry-after": "soon"}, (1, 60)),
    "negative": ({"retry-after": "-5"}, (1, 60)),
    "not a number": ({"retry-after": "nan"}, (1, 60)),
    "without end": ({"retry-after": "inf"}, (1, 60)),
    "foreign digits": ({"retry-after": "\u0663"}, (1, 60)),
    "a date": (
        {"retry-after": "Sat, 21 Nov 2026 03:00:41 GMT", "date": "Sat, 21 Nov 2026 03:00:00 GMT"},
        (41, 41),
    ),
    "a date of a clock that is years off": (
        {"retry-after": "Wed, 21 Oct 2015 07:28:09 GMT", "date": "Wed, 21 Oct 2015 07:28:00 GMT"},
        (9, 9),
    ),
    "a date that has passed": (
        {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": "Sat, 21 Nov 2026 03:00:00 GMT"},
        (0, 0),
    ),
    "a date and no clock": ({"retry-after": "Sat, 21 Nov 2026 03:00:41 GMT"}, (1, 60)),
    "twice": ({"retry-after": "3, 5"}, (1, 60)),
}


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_of_being_told_to_wait_is_heard(form: str) -> None:
    headers, (least, most) = FORMS[form]
    with saying(http(b"{}", status="429 Too Many Requests", headers=headers)) as url:
        fault = await answered(url, WRITE)
    assert isinstance(fault, Throttled)
    assert all(least <= waited(fault, chance) <= most + 0.01 for chance in (0.0, 0.5, 0.999))


def waited(fault: Throttled, chance: float) -> float:
    """Say for how long the next call of anybody waits after this refusal."""
    gate = Gate(chance=lambda: chance)

    async def main() -> float:
        with suppress(Throttled):
            async with gate.passing("general"):
                raise fault
        began = asyncio.get_running_loop().time()
        async with gate.passing("general"):
            return asyncio.get_running_loop().time() - began

    # A loop in virtual time cannot run inside the one that the test runs in.
    with ThreadPoolExecutor(1) as another:
        return another.submit(lambda: run(main())).result()


def test_a_service_that_asks_for_days_is_not_hammered(tmp_path: Path) -> None:
    with wired(tmp_path) as there:
        there.write(roles(5))
        there.disturb(f"POST /v1/mgmt/tenant/create: status=429, retry_after={DAYS}")
        came = there.apply("-parallelism", "2")
        assert came.status in (4, 8), came.out
        assert "asks to wait 11 days" in came.out + came.err
        assert there.service.faults.struck <= 2
        # The next one is told so by the budget, and asks the service nothing.
        there.disturb()
        calls = there.service.calls
        for command in ("plan", "drift"):
            again = there.said(command)
            assert again.status == 8, again.out + again.err
            assert "asks to wait 11 days" in again.err
        assert there.service.calls == calls
        there.environ["DSTATE_BUDGET_DIR"] = str(tmp_path / "another")
        assert there.apply().status == 0
        assert everything(there, 5)


@pytest.mark.parametrize("after", [DAYS, 301])
def test_whoever_asks_for_that_while_reading_stops_the_command_as_well(
    tmp_path: Path, after: int
) -> None:
    with wired(tmp_path) as there:
        there.write(roles(1))
        there.disturb(f"* /v1/mgmt/tenant/*: status=429, retry_after={after}")
        came = there.apply()
        assert came.status == 8, came.out + came.err
        assert f"asks to wait {'11 days' if after == DAYS else '5 minutes'}" in came.err
        assert there.service.faults.struck == 1
        there.disturb()
        there.environ["DSTATE_BUDGET_DIR"] = str(tmp_path / "another")
        assert there.apply().status == 0


@pytest.mark.parametrize("done", examples([2], [0, 1, 2, 3, 4], soak=[0, 1, 2, 3, 4]))
def test_a_service_that_refuses_for_ever_is_given_up_on_and_carried_on_later(
    tmp_path: Path, done: int
) -> None:
    number = 5
    with wired(tmp_path) as there:
        there.write(roles(number))
        there.disturb(
            "POST /v1/mgmt/tenant/create: status=429, retry_after=0.01"
            f", nth={done + 1}, times=1000000"
        )
        came = there.apply("-parallelism", "1")
        assert came.status in (4, 8), came.out + came.err
        assert len(there.names("tenants")) == done
        assert there.service.faults.struck <= 6 * (number - done)
        there.disturb()
        assert there.apply().status == 0
        assert everything(there, number)


@pytest.mark.parametrize(
    ("believed", "real"), examples([(40, 20)], [(40, 20), (40, 30), (60, 20)], soak=[(40, 20)])
)
def test_a_stricter_limit_than_was_thought_is_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, believed: int, real: int
) -> None:
    window = 1.0
    limit = Limit(family="general", calls=believed, seconds=window)
    monkeypatch.setattr(plugin, "LIMITS", (limit,))
    number = examples(30, 300, soak=2_000)
    bound = Bound(calls=real, seconds=window, back_off=window)
    with wired(tmp_path, limits=Limits(bounds={**DOCUMENTED, "general": bound})) as there:
        there.write(roles(number))
        came = there.apply("-parallelism", "4")
        assert came.status == 0, came.out + came.err
        assert everything(there, number)
        assert there.service.refusals <= 0.15 * there.service.calls
        assert "less than was thought" in came.err


def test_a_run_that_plans_before_another_is_told_to_wait_begins_nothing(tmp_path: Path) -> None:
    with wired(tmp_path) as there:
        there.write(roles(3))
        assert there.said("plan", "-out", "plan.json").status == 0
        budget = Budget(tmp_path / "budget", host=there.url.removeprefix("http://"))
        looked = 0

        class Meanwhile(Faults):
            """Lets another process be told to wait while the apply looks."""

            def of(self, request: Request) -> Fault:
                nonlocal looked
                del request
                looked += 1
                if looked == LOOKS:
                    budget.pause("general", until=time.monotonic() + DAYS)
                return NONE

        there.service.faults = Meanwhile()
        came = there.said("apply", "plan.json")
        assert came.status == 8, came.out + came.err
        assert "asks to wait 11 days" in came.out + came.err
        assert there.names("tenants") == []
        assert there.said("state", "list").out == ""
