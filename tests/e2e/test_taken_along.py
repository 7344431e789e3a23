"""What goes with a tenant that is deleted: seen before, counted, and only that."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dstate_descope.emulator.api import answer
from dstate_descope.emulator.request import GOOD, Json, Request
from tests.support.served import KEY, PROJECT, Wired, wired

BOTH = """\
resources:
  tenant:
    acme: {id: acme, name: Acme}
    globex: {id: globex, name: Globex}
  role:
    own: {name: Own, tenant: "${tenant.acme.id}"}
"""
NEITHER = "resources: {}\n"
USERS = 212


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Wired]:
    with wired(tmp_path) as service:
        service.write(BOTH)
        assert service.apply().status == 0
        fill(service)
        service.write(NEITHER)
        service.service.log.clear()
        yield service


def send(there: Wired, path: str, body: Json) -> None:
    request = Request(
        method="POST", path=f"/v1/mgmt/{path}", body=body, authorization=f"Bearer {PROJECT}:{KEY}"
    )
    assert answer(there.world, request).status == GOOD


def user(there: Wired, name: str, *tenants: str) -> None:
    held = [{"tenantId": tenant} for tenant in tenants]
    send(there, "user/create", {"loginId": name, "userTenants": held})


def fill(there: Wired) -> None:
    """Put into the tenants what no stack knows of."""
    for number in range(USERS):
        user(there, f"u{number}@acme.example", "acme")
    for name in ("Editor", "Auditor"):
        send(there, "role/create", {"name": name, "tenantId": "acme"})
    for name, tenants in (("only", ["acme"]), ("both", ["acme", "globex"]), ("none", [])):
        held = [{"tenantId": tenant} for tenant in tenants]
        send(there, "accesskey/create", {"name": name, "keyTenants": held})


def test_a_deletion_shows_what_it_takes_along_by_reads_alone_which_the_plan_counts(
    there: Wired,
) -> None:
    revision = there.world.revision
    came = there.said("plan")
    assert came.status == 0, came.err
    lines = came.out.splitlines()
    at = next(index for index, line in enumerate(lines) if "- tenant.acme " in line)
    # The role that the stack had made has a row of its own, and is not counted twice.
    assert lines[at + 1].strip() == "# takes along: 212 users, 2 roles, 1 access key"
    assert came.out.count("takes along") == 1
    assert "- role.own" in came.out
    heard = list(there.service.log)
    assert there.world.revision == revision
    assert heard.count("POST /v2/mgmt/user/search") == 2
    assert heard.count("POST /v1/mgmt/role/search") == 1
    # The keys are in no stack: their one search is for the tenants.
    assert heard.count("POST /v1/mgmt/accesskey/search") == 1
    assert f"refresh used {len(heard)} calls" in came.out


def test_machines_read_it_and_a_saved_plan_keeps_it(there: Wired) -> None:
    along = {"user": 212, "role": 2, "access_key": 1}
    came = there.said("plan", "--json", "-out", "plan.json")
    events = [json.loads(line) for line in came.out.splitlines()]
    told = [one["change"]["dstate"] for one in events if "dstate" in one.get("change", {})]
    assert told == [{"takes_along": along}]
    shown = json.loads(there.said("show", "--json", "plan.json").out)
    assert shown["dstate"]["takes_along"] == {"tenant.acme": along}


def test_what_was_seen_goes_along_and_nothing_else(there: Wired) -> None:
    user(there, "ada@both.example", "acme", "globex")
    send(there, "user/create", {"loginId": "bob@none.example"})
    there.said("plan", "-out", "plan.json", "-target", "tenant.acme")
    came = there.said("apply", "plan.json")
    assert came.status == 0, came.out + came.err
    assert sorted(there.world.tenants) == ["globex"]
    assert len(there.world.tables["users"]) == 2
    assert there.names("keys") == ["both", "none"]
    assert there.names("roles") == ["Tenant Admin"]


def test_more_than_was_seen_is_not_taken_along(there: Wired) -> None:
    there.said("plan", "-out", "plan.json")
    user(there, "late@acme.example", "acme")
    came = there.said("apply", "plan.json")
    assert came.status == 3
    assert "213 user(s) instead of 212" in came.err
    assert sorted(there.world.tenants) == ["acme", "globex"]


def test_a_tenant_with_nothing_in_it_takes_nothing_along(there: Wired) -> None:
    there.world.tables["keys"].clear()
    came = there.apply("-target", "tenant.globex")
    assert came.status == 0, came.err
    assert "takes along" not in came.out
    assert sorted(there.world.tenants) == ["acme"]
