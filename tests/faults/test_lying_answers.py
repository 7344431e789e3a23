"""Answers that lie: of another shape, about another object, twice, or about nothing at all."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, ClassVar

import pytest

from descope_state.runtime import patience
from descope_state.sdk.faults import Fault as CallFault
from descope_state.sdk.faults import Indeterminate
from dstate_descope import plugin
from dstate_descope.emulator.request import Request, Response
from dstate_descope.emulator.service import Outcome, Service
from tests.faults.test_hostile_wire import WRITE, answered
from tests.faults.test_lost_answers import CREATES, STACK, settled
from tests.support.effort import examples
from tests.support.served import http, saying, wired

pytestmark = pytest.mark.anyio

TENANT = "/v1/mgmt/tenant/create"
CANARY = "canary-of-a-body"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin, "LAG", 0.3)
    monkeypatch.setattr(patience, "LONGEST_PAUSE", 0.05)


class Lying(Service):
    """Does what it is asked, and answers the first call to one path with something else."""

    path: ClassVar[str]
    lie: ClassVar[Any]
    told: ClassVar[int]

    def outcome(self, request: Request, *, source: str = "") -> Outcome:
        outcome = Service.outcome(self, request, source=source)
        if request.path != self.path or type(self).told:
            return outcome
        type(self).told += 1
        return Outcome(response=Response(status=200, body=self.lie))


def lying(path: str, lie: Any) -> type[Service]:  # noqa: ANN401  # whatever JSON there is
    """Make a service that lies once."""
    return type("LyingOnce", (Lying,), {"path": path, "lie": lie, "told": 0})


# Each is JSON, and none is the answer to a creation.
LIES: Sequence[object] = [
    None,
    True,
    0,
    "",
    CANARY,
    [],
    [CANARY],
    {},
    {"id": None},
    {"id": ""},
    {"id": 5},
    {"id": True},
    {"id": [CANARY]},
    {"id": {"id": CANARY}},
    {"ID": CANARY},
    {"tenant": {"id": CANARY}},
    {"error": CANARY},
    {"errorCode": "E011003", "errorMessage": CANARY},
    {"id": "", "name": "Acme"},
    {"tenants": []},
    {"html": "<html>"},
]
LISTS: Sequence[object] = [
    None,
    [],
    {"list": None},
    {"list": []},
    {"list": {}},
    {"list": {"id": 7}},
    {"list": {"id": CANARY, "name": 5}},
    {"list": {"id": CANARY, "name": "Denied", "type": "no such type"}},
    {"list": {"id": CANARY, "name": "Denied", "type": "texts", "data": {"not": "a list"}}},
]
CASES = [*product([TENANT], LIES), *product(["/v1/mgmt/list"], LISTS)]


def test_there_are_as_many_lies_as_the_table_of_faults_asks_for() -> None:
    assert len(CASES) >= 30


@pytest.mark.parametrize(("path", "lie"), CASES[:: examples(11, 1, soak=1)])
def test_an_answer_of_another_shape_is_no_answer(tmp_path: Path, path: str, lie: object) -> None:
    with wired(tmp_path, make=lying(path, lie)) as there:
        there.write(STACK)
        came = there.apply()
        assert came.status == 0, came.out + came.err
        assert f"`POST {path}`" in came.err
        assert CANARY not in came.out + came.err
        settled(there)


@pytest.mark.parametrize("managed", [True, False], ids=["of another address", "of nobody"])
def test_an_answer_about_another_object_is_not_believed(tmp_path: Path, *, managed: bool) -> None:
    """Whoever gives the id of what had been there before has said nothing of what was made."""
    with wired(tmp_path) as first:
        first.write("resources:\n  tenant:\n    other: {name: Other, id: other}\n")
        assert first.apply().status == 0
        world = first.world
    if not managed:
        (tmp_path / "stack.yaml").write_text("resources: {}\n")
        for path in sorted((tmp_path / "state").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    with wired(tmp_path, make=lying(TENANT, {"id": "other"})) as there:
        there.service.world = world
        text = "    other: {name: Other, id: other}\n" if managed else ""
        there.write(f"resources:\n  tenant:\n{text}    acme: {{name: Acme}}\n")
        came = there.apply()
        assert came.status == 4, came.out + came.err
        assert "which belongs to tenant.other" in came.out if managed else "was there before"
        settled(there)
        assert there.names("tenants") == ["Acme", "Other"]


class Replayed(Service):
    """Stands behind a proxy that delivers every creation twice, and gives the last answer."""

    first: ClassVar[bool] = False

    def outcome(self, request: Request, *, source: str = "") -> Outcome:
        outcome = Service.outcome(self, request, source=source)
        if request.path not in CREATES:
            return outcome
        again = Service.outcome(self, request, source=source)
        return outcome if self.first else again


class ReplayedQuietly(Replayed):
    """The same, but the first answer is the one that gets through."""

    first = True


@pytest.mark.parametrize("make", [Replayed, ReplayedQuietly], ids=["last", "first"])
def test_what_is_delivered_twice_is_there_once(tmp_path: Path, make: type[Replayed]) -> None:
    with wired(tmp_path, make=make) as there:
        there.write(STACK)
        if not make.first:
            # What is half made when the refusal comes is not as it was to be: whose is it?
            there.write(STACK.replace(', default_roles: ["${role.editor.name}"]', ""))
        came = there.apply()
        assert came.status == 0, came.out + came.err
        settled(there)


def test_of_a_kind_without_a_name_of_its_own_the_second_is_listed(tmp_path: Path) -> None:
    """Two keys of one name may well be wanted, so that nobody can tell: they are shown."""

    class Twice(Service):
        def outcome(self, request: Request, *, source: str = "") -> Outcome:
            if request.path == "/v1/mgmt/accesskey/create":
                Service.outcome(self, request, source=source)
            return Service.outcome(self, request, source=source)

    with wired(tmp_path, make=Twice) as there:
        there.write("resources:\n  access_key:\n    ci: {name: ci}\n")
        there.said("apply", "-auto-approve", "--secrets-into", str(tmp_path / "keys"))
        planned = there.said("plan")
        assert planned.status == 0, planned.out + planned.err
        assert "Live, but in no stack: access_key (1)" in planned.out


# -- what exists already --------------------------------------------------------------------------


class Overtaken(Service):
    """Lets somebody else make the tenant a moment before we do."""

    theirs: ClassVar[dict[str, Any]]

    def outcome(self, request: Request, *, source: str = "") -> Outcome:
        if request.path == TENANT and not self.world.tenants:
            Service.outcome(self, replace(request, body=self.theirs), source=source)
        return Service.outcome(self, request, source=source)


def test_what_somebody_else_made_meanwhile_is_not_ours(tmp_path: Path) -> None:
    theirs = {"name": "Acme", "id": "theirs", "selfProvisioningDomains": ["their.example"]}
    make = type("OvertakenOnce", (Overtaken,), {"theirs": theirs})
    with wired(tmp_path, make=make) as there:
        there.write(
            "resources:\n  tenant:\n"
            "    acme: {name: Acme, self_provisioning_domains: [our.example]}\n"
        )
        came = there.apply()
        assert came.status in (1, 4), came.out + came.err
        assert "`imports`" in came.out
        assert "theirs" in came.out
        planned = there.said("plan")
        assert "imports: [{to: tenant.acme, id: theirs}]" in planned.out.replace("\n      # ", " ")
        assert there.names("tenants") == ["Acme"]


# -- what is gone ---------------------------------------------------------------------------------

DELETES = (
    ("list", "/v1/mgmt/list/delete", "lists"),
    ("jwt_template", "/v1/mgmt/jwt/templates/delete", "templates"),
    ("outbound_application", "/v1/mgmt/outbound/app/delete", "outbound"),
    ("inbound_application", "/v1/mgmt/thirdparty/app/delete", "inbound"),
)


def without(kind: str) -> str:
    """Give the stack without the resources of a kind."""
    head, _, tail = STACK.partition(f"  {kind}:\n")
    rest = tail.splitlines(keepends=True)
    while rest and rest[0].startswith("    "):
        rest.pop(0)
    return head + "".join(rest)


@pytest.mark.parametrize(("kind", "path", "table"), DELETES[:: examples(3, 1, soak=1)])
@pytest.mark.parametrize("how", ["status=404", "status=404, effect=true"])
def test_what_is_gone_already_is_deleted(
    tmp_path: Path, kind: str, path: str, table: str, *, how: str
) -> None:
    with wired(tmp_path) as there:
        there.write(STACK)
        assert there.apply().status == 0
        there.write(without(kind))
        there.world.tables[table].clear() if "effect" not in how else None
        there.disturb(f"* {path}: {how}, nth=1")
        assert there.apply().status == 0
        there.disturb()
        assert there.names(table) == []
        assert there.said("plan", "-detailed-exitcode").status == 0


# -- cut at every byte ----------------------------------------------------------------------------


def chunked(body: bytes) -> bytes:
    """Spell an answer in pieces."""
    half = len(body) // 2
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in (body[:half], body[half:], b""))
    return b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + pieces


BODY = b'{"id": "T2abc", "name": "Acme"}'
WHOLE = {
    "plain": http(BODY),
    "chunked": chunked(BODY),
    "refusal": http(b'{"errorCode": "E1", "errorMessage": "no"}', status="400 Bad Request"),
}


@pytest.mark.parametrize("name", WHOLE)
async def test_an_answer_that_is_cut_at_any_byte_is_no_answer(name: str) -> None:
    whole = WHOLE[name]
    places = range(0, len(whole), examples(9, 1, soak=1))
    at = iter(places)
    with saying(lambda _: [whole[: next(at)]]) as url:
        for place in places:
            came = await answered(url, WRITE)
            assert type(came) is Indeterminate, (place, came)
    with saying(whole) as url:
        came = await answered(url, WRITE)
    assert not isinstance(came, Indeterminate)
    assert isinstance(came, CallFault) is (name == "refusal")
