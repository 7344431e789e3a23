"""A tenant that is made, and whose default roles are refused: neither lost, doubled nor hidden."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from descope_state.runtime import patience
from dstate_descope import plugin
from tests.support.served import Wired, wired

STACK = """\
resources:
  role:
    editor: {name: Editor}
  tenant:
    acme: {name: Acme, default_roles: ["${role.editor.name}"]}
  tenant_settings:
    acme: {tenant: "${tenant.acme.id}", enabled: true}
"""
ROLES = "POST /v1/mgmt/tenant/updateDefaultRoles"
CREATE = "POST /v1/mgmt/tenant/create"


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


def defaults(there: Wired) -> list[str]:
    (tenant,) = there.world.tenants.values()
    roles: list[str] = tenant["defaultRoles"]
    return roles


@pytest.mark.parametrize("how", ["status=400", "status=403", "status=500", "reset=before"])
def test_default_roles_that_are_refused_fail_the_run_and_show_in_the_next_plan(
    there: Wired, how: str
) -> None:
    there.disturb(f"{ROLES}: {how}")
    came = there.apply()
    told = " ".join(came.out.split())
    assert came.status == 4, came.out + came.err
    (identifier,) = there.world.tenants
    assert f"it was made, as {identifier}, but without its `default_roles`: " in told
    assert "updateDefaultRoles" in told
    assert defaults(there) == []
    # What needs it was not tried: it was not made as it was to be.
    assert "tenant_settings.acme" in told
    planned = there.said("plan")
    assert planned.status == 0
    assert "0 to add, 2 to change, 0 to destroy" in planned.out
    assert '+ "Editor"' in planned.out
    assert "Changed outside dstate" not in planned.out
    assert "changed outside" not in planned.out
    there.disturb()
    assert there.apply().status == 0
    assert defaults(there) == ["Editor"]
    assert there.said("plan", "-detailed-exitcode").status == 0


@pytest.mark.parametrize("how", ["status=500", "status=429", "reset=before", "reset=after"])
def test_what_fails_only_once_is_done_in_the_same_run(there: Wired, how: str) -> None:
    there.disturb(f"{ROLES}: {how}, nth=1")
    came = there.apply()
    assert came.status == 0, came.out + came.err
    assert there.service.faults.struck == 1
    assert defaults(there) == ["Editor"]
    assert there.said("plan", "-detailed-exitcode").status == 0


def test_default_roles_follow_where_the_answer_to_the_creation_was_lost(there: Wired) -> None:
    there.disturb(f"{CREATE}: reset=after, nth=1")
    came = there.apply()
    assert came.status == 0, came.out + came.err
    assert there.names("tenants") == ["Acme"]
    assert defaults(there) == ["Editor"]
    assert there.said("plan", "-detailed-exitcode").status == 0


def test_a_half_made_tenant_is_settled_by_the_next_run(there: Wired) -> None:
    there.disturb(f"{CREATE}: reset=after, nth=1", "POST /v1/mgmt/tenant/search: status=500")
    assert there.apply().status == 4
    assert defaults(there) == []
    there.disturb()
    planned = there.said("plan")
    assert '+ "Editor"' in planned.out
    assert "changed outside" not in planned.out
    assert there.apply().status == 0
    assert there.names("tenants") == ["Acme"]
    assert defaults(there) == ["Editor"]
