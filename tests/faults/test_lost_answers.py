"""Answers that are lost or lie, over real sockets: nothing is lost, and nothing is made twice."""

import random
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from descope_state.runtime import patience
from dstate_descope import plugin
from dstate_descope.emulator.faults import Faults, parse
from tests.support.effort import examples
from tests.support.served import Wired, wired

# One of each way of making something: named by the client, by the service, in batches, by import.
STACK = """\
resources:
  permission:
    one: {name: perm.one}
    two: {name: perm.two}
  role:
    editor: {name: Editor, permissions: ["${permission.one.name}"]}
  tenant:
    acme: {name: Acme, default_roles: ["${role.editor.name}"]}
  list:
    denied: {name: Denied, type: texts, entries: [a]}
  user_attribute:
    plan: {name: plan, type: string}
  jwt_template:
    plain: {name: Plain, type: user}
  outbound_application:
    drive: {name: Drive}
  inbound_application:
    zap: {name: Zap, login_page_url: https://login.example}
"""
CREATES = (
    "/v1/mgmt/permission/create/batch",
    "/v1/mgmt/role/create",
    "/v1/mgmt/tenant/create",
    "/v1/mgmt/tenant/updateDefaultRoles",
    "/v1/mgmt/list",
    "/v1/mgmt/user/customattribute/create",
    "/v1/mgmt/jwt/templates/create",
    "/v1/mgmt/outbound/app/create",
    "/v1/mgmt/thirdparty/app/create",
)
TABLES = (
    "permissions",
    "roles",
    "tenants",
    "lists",
    "attributes",
    "templates",
    "outbound",
    "inbound",
)
HOW = (
    "reset=after",
    "reset=headers",
    "reset=body",
    "body=truncated",
    "body=garbage",
    "body=html",
    "status=500, effect=true",
    "status=502, effect=true",
    "status=504, effect=true",
)


@pytest.fixture(autouse=True)
def _short_lag(monkeypatch: pytest.MonkeyPatch) -> None:
    """Believe an absence sooner than the real service's lag allows: the emulator has none."""
    monkeypatch.setattr(plugin, "LAG", 0.3)
    monkeypatch.setattr(patience, "LONGEST_PAUSE", 0.05)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Wired]:
    with wired(tmp_path) as service:
        service.write(STACK)
        yield service


def settled(there: Wired) -> None:
    """See that everything is there once, and that one clean apply leaves nothing to do."""
    there.disturb()
    came = there.apply()
    assert came.status == 0, came.out + came.err
    assert there.said("plan", "-detailed-exitcode").status == 0
    for table in TABLES:
        doubled = [name for name, times in Counter(there.names(table)).items() if times > 1]
        assert doubled == [], table


@pytest.mark.parametrize(("path", "how"), list(product(CREATES, HOW))[:: examples(7, 1, soak=1)])
def test_what_was_done_is_found_out_and_not_done_again(there: Wired, path: str, how: str) -> None:
    there.disturb(f"POST {path}: {how}, nth=1")
    came = there.apply()
    assert came.status == 0, came.out + came.err
    assert there.service.faults.struck == 1
    settled(there)


@pytest.mark.parametrize("path", CREATES[:: examples(4, 1, soak=1)])
def test_what_was_not_done_is_done(there: Wired, path: str) -> None:
    there.disturb(f"POST {path}: reset=before, nth=1")
    came = there.apply()
    assert came.status == 0, came.out + came.err
    assert there.service.faults.struck == 1
    settled(there)


@pytest.mark.parametrize("how", ["reset=after", "body=garbage", "status=503, effect=true"])
def test_a_lost_answer_whose_look_is_lost_too_is_settled_by_the_next_run(
    there: Wired, how: str
) -> None:
    there.disturb(
        f"POST /v1/mgmt/tenant/create: {how}, nth=1",
        "POST /v1/mgmt/tenant/search: status=500",
    )
    came = there.apply()
    assert came.status == 4, came.out + came.err
    settled(there)


@pytest.mark.parametrize("look", ["status=500", "status=401", "body=garbage"])
def test_a_refusal_that_cannot_be_looked_into_is_settled_by_the_next_run(
    there: Wired, look: str
) -> None:
    # Who says no to what was made a moment ago may mean that it is there.
    there.disturb(
        "POST /v1/mgmt/tenant/create: status=400, effect=true, nth=1",
        f"POST /v1/mgmt/tenant/search: {look}",
    )
    came = there.apply()
    assert came.status == 4, came.out + came.err
    assert "mistake" not in came.out + came.err
    assert "nobody can say" in came.out
    settled(there)


@pytest.mark.parametrize(
    ("verb", "how"), list(product(["update", "delete"], HOW))[:: examples(5, 1, soak=1)]
)
def test_updates_and_deletions_are_looked_at_as_well(there: Wired, verb: str, how: str) -> None:
    assert there.apply().status == 0
    changed = STACK.replace("name: Denied", "name: Refused")
    if verb == "delete":
        changed = "".join(line for line in STACK.splitlines(keepends=True) if "denied" not in line)
        changed = changed.replace("  list:\n", "")
    there.write(changed)
    there.disturb(f"POST /v1/mgmt/list/{verb}: {how}, nth=1")
    came = there.apply()
    assert came.status == 0, came.out + came.err
    assert there.service.faults.struck == 1
    assert there.names("lists") == ([] if verb == "delete" else ["Refused"])
    settled(there)


@pytest.mark.parametrize("seed", range(examples(3, 100, soak=1_000)))
def test_a_storm_of_failures_ends_without_doubles(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with wired(tmp_path) as there:
        there.write(STACK)
        share = chance.uniform(0.05, 0.5)
        kinds = ("status=500", "status=503", "reset=before", "reset=after", "body=garbage")
        faults = tuple(
            parse(f"* /v1/mgmt/*: {how}, chance={share / len(kinds):.3f}") for how in kinds
        )
        there.service.faults = Faults(faults=faults, chance=chance)
        assert there.apply().status in (0, 1, 4, 8)
        settled(there)


def test_nobody_there_is_told_apart_from_drift(there: Wired) -> None:
    assert there.apply().status == 0
    there.environ["DESCOPE_BASE_URL"] = "http://127.0.0.1:1"
    settings = (there.folder / "dstate.yaml").read_text()
    (there.folder / "dstate.yaml").write_text(settings.replace(there.url, "descope"))
    came = there.said("drift")
    assert came.status == 8
    assert "127.0.0.1" in came.err
