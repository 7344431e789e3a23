"""Lists that come in pages: what is deleted outside must be told from what only moved meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, ClassVar

import pytest

from descope_state.runtime import patience
from dstate_descope import plugin
from dstate_descope.emulator.request import Request
from dstate_descope.emulator.service import Outcome, Service
from dstate_descope.kinds import inbound_application
from tests.support.effort import examples
from tests.support.served import Wired, wired

PATH = "/v1/mgmt/thirdparty/apps/load"
NUMBER = 7


class Paged(Service):
    """A service that does something of its own before or after each page."""

    asked: ClassVar[int]
    trick: ClassVar[Callable[..., Outcome]]

    def page(self, request: Request) -> Outcome:
        return Service.outcome(self, request)

    def outcome(self, request: Request, *, source: str = "") -> Outcome:
        if request.path != PATH:
            return Service.outcome(self, request, source=source)
        type(self).asked += 1
        return type(self).trick(self, request, type(self).asked)


def paged(trick: Callable[[Any, Request, int], Outcome]) -> type[Paged]:
    return type("PagedSo", (Paged,), {"trick": staticmethod(trick), "asked": 0})


def at(request: Request, page: int) -> Request:
    return replace(request, query={**request.query, "page": str(page)})


@pytest.fixture(autouse=True)
def _at_full_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin, "LIMITS", ())
    monkeypatch.setattr(patience, "LONGEST_PAUSE", 0.01)


def stack() -> str:
    rows = "".join(
        f"    a{number}: {{name: App {number}, login_page_url: https://login.example}}\n"
        for number in range(NUMBER)
    )
    return f"resources:\n  inbound_application:\n{rows}"


def made(there: Wired) -> None:
    there.write(stack())
    came = there.apply()
    assert came.status == 0, came.out + came.err
    assert len(there.names("inbound")) == NUMBER


def shifting(service: Paged, request: Request, asked: int) -> Outcome:
    """Remove the first, which nobody manages, while the first look is between two pages."""
    if asked == 2:
        service.world.tables["inbound"].pop("0-stranger", None)
    return service.page(request)


def restless(service: Paged, request: Request, asked: int) -> Outcome:
    """Let an application come and go with every page."""
    table = service.world.tables["inbound"]
    if asked % 3 == 0:
        row = next(iter(table.values()))
        table[f"guest-{asked}"] = {**row, "id": f"guest-{asked}", "name": f"guest {asked}"}
    return service.page(request)


def repeating(service: Paged, request: Request, _: int) -> Outcome:
    return service.page(at(request, 0))


def unlimited(service: Paged, request: Request, _: int) -> Outcome:
    return service.page(replace(request, query={}))


def endless(service: Paged, request: Request, asked: int) -> Outcome:
    """Make up two more applications for every page that is asked for."""
    outcome = service.page(at(request, 0))
    body: Any = outcome.response.body
    rows = [{**row, "id": f"{row['id']}-{asked}"} for row in body["apps"]]
    return replace(outcome, response=replace(outcome.response, body={**body, "apps": rows}))


def doubled(service: Paged, request: Request, _: int) -> Outcome:
    """Give every row of a page twice."""
    outcome = service.page(request)
    body: Any = outcome.response.body
    rows = [row for row in body["apps"] for _ in range(2)]
    return replace(outcome, response=replace(outcome.response, body={**body, "apps": rows}))


SIZES = (1, 2, 3)
HARMLESS = tuple(product((shifting, unlimited, doubled), SIZES))
BROKEN = tuple(product((repeating, endless, restless), SIZES, ("plan", "drift")))
FIGURE = 20


def test_there_are_as_many_cases_as_the_table_of_faults_asks_for() -> None:
    assert len(HARMLESS) + len(BROKEN) >= FIGURE


@pytest.mark.parametrize(("trick", "size"), HARMLESS[:: examples(4, 1, soak=1)])
def test_what_moves_between_two_pages_is_not_taken_for_deleted(
    tmp_path: Path,
    trick: Callable[[Any, Request, int], Outcome],
    size: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inbound_application, "_PAGE", size)
    service = paged(lambda service, request, _: Paged.page(service, request))
    with wired(tmp_path, make=service) as there:
        made(there)
        managed = {row["id"] for row in there.world.tables["inbound"].values()}
        if trick is shifting:
            _precede(there)
        service.trick = staticmethod(trick)
        service.asked = 0
        came = there.said("plan", "-detailed-exitcode")
        assert came.status == 0, came.out + came.err
        assert service.asked > 1
        assert "deleted" not in came.out
        # One object is one, however often a page shows it.
        assert "Live, but in no stack" not in came.out
        assert managed <= there.world.tables["inbound"].keys()


def _precede(there: Wired) -> None:
    """Let a stranger stand before all that is managed."""
    table = there.world.tables["inbound"]
    stranger = {**next(iter(table.values())), "id": "0-stranger", "name": "stranger"}
    rows = dict(table)
    table.clear()
    table |= {"0-stranger": stranger, **rows}


@pytest.mark.parametrize(("trick", "size", "command"), BROKEN[:: examples(7, 1, soak=1)])
def test_a_list_that_cannot_be_read_whole_is_an_error_and_no_deletion(
    tmp_path: Path,
    trick: Callable[[Any, Request, int], Outcome],
    size: int,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inbound_application, "_PAGE", size)
    monkeypatch.setattr(inbound_application, "_MOST_PAGES", examples(10, 20, soak=200))
    service = paged(lambda service, request, _: Paged.page(service, request))
    with wired(tmp_path, make=service) as there:
        made(there)
        service.trick = staticmethod(trick)
        service.asked = 0
        came = there.said(command)
        assert came.status == 8, came.out + came.err
        assert f"`GET {PATH}`" in came.err
        assert "deleted" not in came.out
