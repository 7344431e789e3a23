"""What is asked of the service, held against what was said before: counted by its own log."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from dstate_descope import plugin
from dstate_descope.emulator.api import reads
from dstate_descope.emulator.request import Request
from tests.support.served import SETTINGS, Wired, wired
from tests.support.spoken import Said

ACME = Path(__file__).parents[2] / "examples" / "acme"
VARIABLES = """\
variables:
  seats: {type: int, default: 10}
  customers: {type: map, default: {}}
"""
CUSTOMERS = """\
customers:
  globex: {name: Globex, seats: 50}
  initech: {name: Initech, seats: 20}
"""
# The kinds that the example has none of: one is for a paid plan, one tells a secret.
MORE = """\
resources:
  sso_application:
    portal: {name: Portal, type: oidc, login_page_url: "https://login.example"}
  access_key:
    builds: {name: builds, roles: ["${role.editor.name}"], tenants: []}
  project:
    own: {name: Acme, tags: [live]}
"""


class Log:
    """What the emulator has heard since the last time it was asked."""

    def __init__(self, there: Wired) -> None:
        self._there = there

    def taken(self) -> Counter[str]:
        heard = Counter(self._there.service.log)
        self._there.service.log.clear()
        return heard


def writes(heard: Counter[str]) -> int:
    return sum(number for line, number in heard.items() if not _reading(line))


def _reading(line: str) -> bool:
    method, path = line.split()
    return reads(Request(method=method, path=path))


def stated(came: Said) -> int:
    return _number(r"Apply makes ([\d,]+) calls?", came)


def _number(pattern: str, came: Said) -> int:
    found = re.search(pattern, came.out)
    assert found is not None, came.out + came.err
    return int(found[1].replace(",", ""))


def spent(came: Said) -> tuple[int, int, int]:
    """Give the calls of an apply as it tells them: all, those that read back, those that looked."""
    found = re.search(
        r"It took (\d+) calls?(?: \((\d+) writes?, (\d+) to read back\))?"
        r"(?:, and (\d+) calls? to look first)?\.",
        came.out,
    )
    assert found is not None, came.out + came.err
    return int(found[1]), int(found[3] or 0), int(found[4] or 0)


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wired]:
    # What is asked counts here, and not when: nobody waits for the next minute.
    monkeypatch.setattr(plugin, "LIMITS", ())
    with wired(tmp_path, tier=2) as service:
        yield service


@pytest.fixture
def log(there: Wired) -> Log:
    return Log(there)


@pytest.fixture
def acme(there: Wired) -> Wired:
    """Point the example at the served emulator, with two customers and the kinds that it lacks."""
    for name in ("resources", "files"):
        shutil.copytree(ACME / name, there.folder / name)
    (there.folder / "dstate.yaml").write_text(SETTINGS.format(url=there.url) + VARIABLES)
    (there.folder / "vars").mkdir()
    (there.folder / "vars" / "remote.yaml").write_text(CUSTOMERS)
    there.write(MORE)
    return there


@pytest.fixture
def applied(acme: Wired, log: Log) -> Wired:
    came = acme.apply("--secrets-into", str(acme.folder / "told"))
    assert came.status == 0, came.err
    log.taken()
    return acme


def test_an_apply_makes_the_calls_that_its_plan_states(acme: Wired, log: Log) -> None:
    came = acme.apply("--secrets-into", str(acme.folder / "told"))
    assert came.status == 0, came.err
    heard = log.taken()
    calls, read_back, looked = spent(came)
    assert calls == stated(came)
    # Planned a moment ago, so that nothing is looked at twice; what is overwritten was read.
    assert looked == 0
    refreshed = _number(r"refresh used (\d+) calls", came)
    assert heard.total() == refreshed + calls
    assert writes(heard) == calls - read_back > 0


def test_a_saved_plan_looks_first_and_then_makes_the_calls_it_states(acme: Wired, log: Log) -> None:
    planned = acme.said("plan", "-out", "plan.json")
    assert planned.status == 0, planned.err
    log.taken()
    came = acme.said("apply", "plan.json", "--secrets-into", str(acme.folder / "told"))
    assert came.status == 0, came.err
    heard = log.taken()
    calls, read_back, looked = spent(came)
    assert calls == stated(planned)
    assert heard.total() == looked + calls
    assert writes(heard) == calls - read_back
    # The look is a refresh of what is touched, which here is everything.
    assert looked == _number(r"refresh used (\d+) calls", planned)


def test_a_refresh_asks_once_for_each_kind_and_for_each_object_of_a_partial_one(
    applied: Wired, log: Log
) -> None:
    pattern = next(iter(applied.world.tenants.values()))
    for number in range(1_000):
        own = {"id": f"t{number}", "name": f"Other {number}"}
        applied.world.tenants[own["id"]] = {**pattern, **own, "selfProvisioningDomains": []}
    came = applied.said("plan", "-detailed-exitcode")
    assert came.status == 0, came.out + came.err
    assert "Changed outside" not in came.out
    # Settings are listed by whose they are, and read of those alone that are managed: of the
    # project and two tenants. The sizes of the other lists make no difference.
    assert log.taken() == Counter(
        {
            "GET /v1/mgmt/license": 1,
            "GET /v1/mgmt/permission/all": 1,
            "GET /v1/mgmt/role/all": 1,
            "GET /v1/mgmt/tenant/all": 3,
            "GET /v1/mgmt/tenant/settings": 2,
            "GET /v1/mgmt/password/settings": 3,
            "POST /v1/mgmt/flow/list": 1,
            "POST /v2/mgmt/flow/export": 2,
            "POST /v2/mgmt/theme/export": 1,
            "POST /v1/mgmt/accesskey/search": 1,
            "GET /v1/mgmt/sso/idp/apps/load": 1,
            "GET /v1/mgmt/thirdparty/apps/load": 1,
            "GET /v1/mgmt/outbound/apps": 1,
            "GET /v1/mgmt/fga/schema": 1,
            "GET /v1/mgmt/user/customattributes": 1,
            "POST /v1/mgmt/projects/list": 1,
            "GET /v1/mgmt/list/all": 1,
            "POST /v1/mgmt/jwt/templates/list": 1,
            "POST /v1/mgmt/scopeClaimMapping/get": 1,
        }
    )


def test_new_permissions_and_roles_go_out_in_batches_only(there: Wired, log: Log) -> None:
    there.write(
        "resources:\n  permission:\n"
        + "".join(f"    p{number}: {{name: perm.{number}}}\n" for number in range(100))
        + "  role:\n"
        + "".join(
            f"    r{number}: {{name: Role {number},"
            f" permissions: ['${{permission.p{number}.name}}']}}\n"
            for number in range(50)
        )
    )
    came = there.apply()
    assert came.status == 0, came.err
    assert log.taken() == {
        "GET /v1/mgmt/license": 1,
        "GET /v1/mgmt/permission/all": 2,
        "GET /v1/mgmt/role/all": 1,
        "POST /v1/mgmt/permission/create/batch": 1,
        "POST /v1/mgmt/role/create/batch": 1,
    }
    assert spent(came) == (stated(came), 1, 0)


TENANTS = """\
resources:
  tenant:
    a: {id: a, name: A}
    b: {id: b, name: B}
"""
LEVELS = """\
  role:
    shared: {name: Shared}
    plain: {name: Plain}
    one_a: {name: One, tenant: "${tenant.a.id}"}
    two_a: {name: Two, tenant: "${tenant.a.id}"}
    one_b: {name: One, tenant: "${tenant.b.id}"}
    two_b: {name: Two, tenant: "${tenant.b.id}"}
"""


def test_roles_of_several_tenants_go_in_one_call_for_each_and_the_plan_counts_them(
    there: Wired, log: Log
) -> None:
    there.write(TENANTS + LEVELS)
    assert there.apply().status == 0
    there.write(TENANTS)
    log.taken()
    came = there.apply()
    assert came.status == 0, came.err
    heard = log.taken()
    assert heard["POST /v1/mgmt/role/delete/batch"] == 3
    # Whether all of them are gone is seen in one list, beside the one that planning needed.
    assert heard["GET /v1/mgmt/role/all"] == 2
    assert spent(came) == (4, 1, 0)
    assert stated(came) == 4
    assert there.names("roles") == ["Tenant Admin"]


def test_an_update_of_what_has_calls_of_its_own_is_counted(applied: Wired, log: Log) -> None:
    tenants = applied.folder / "resources" / "tenants.yaml"
    text = tenants.read_text().replace("name: Acme\n", "name: Acme Ltd\n")
    tenants.write_text(text.replace("role.analyst.name", "role.billing.name"))
    came = applied.apply()
    assert came.status == 0, came.err
    assert spent(came) == (stated(came), 0, 0)
    heard = log.taken()
    assert heard["PATCH /v1/mgmt/tenant/patch"] == 1
    assert heard["POST /v1/mgmt/tenant/updateDefaultRoles"] == 1
    assert writes(heard) == stated(came) == 2


def test_what_many_objects_hold_that_are_to_go_is_asked_for_at_once(there: Wired, log: Log) -> None:
    there.write(TENANTS)
    assert there.apply().status == 0
    log.taken()
    (there.folder / "one.yaml").write_text("resources: {tenant: {c: {id: c, name: C}}}\n")
    came = there.said("tenant", "sync", "--config", "one.yaml", "--prune", "--dry-run")
    assert came.status == 0, came.out + came.err
    heard = log.taken()
    # Once for what goes with them, told before it is planned, and once for the plan's own rows.
    assert heard["POST /v1/mgmt/accesskey/search"] == 3, heard


def test_what_is_deleted_is_looked_for_once_for_each_kind(applied: Wired, log: Log) -> None:
    planned = applied.said("plan", "-destroy", "-out", "plan.json")
    assert planned.status == 0, planned.err
    log.taken()
    came = applied.said("apply", "plan.json")
    assert came.status == 4, came.out + came.err
    assert "Failed" not in came.out
    heard = log.taken()
    calls, read_back, looked = spent(came)
    assert calls == stated(planned)
    assert heard.total() == looked + calls
    assert writes(heard) == calls - read_back
    deletions = [line for line in heard if "/delete" in line]
    assert read_back == _number(r"(\d+) to read back", planned) == len(set(map(_kind, deletions)))


def _kind(line: str) -> str:
    """Name the kind that a deletion is of, by its path."""
    return line.partition("/mgmt/")[2].partition("/delete")[0]
