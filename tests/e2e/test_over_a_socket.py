"""What a command costs and what it says, against a served emulator and the real transport."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.served import Wired, wired

BATCHES = (
    "resources:\n  permission:\n"
    + "".join(f"    p{number}: {{name: perm.{number}}}\n" for number in range(100))
    + "  role:\n"
    + "".join(f"    r{number}: {{name: Role {number}}}\n" for number in range(50))
)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Wired]:
    with wired(tmp_path) as service:
        yield service


def test_a_wrong_key_is_told_before_any_change(there: Wired) -> None:
    there.write(BATCHES)
    there.service.key = "KtheOnlyOne"
    came = there.apply()
    assert came.status == 7
    assert "DESCOPE_REMOTE_MANAGEMENT_KEY" in came.err
    assert there.world.revision == 0


def test_missing_credentials_are_asked_for_by_their_names(there: Wired) -> None:
    there.write(BATCHES)
    del there.environ["DESCOPE_REMOTE_MANAGEMENT_KEY"]
    came = there.said("plan")
    assert came.status == 7
    assert "DESCOPE_REMOTE_PROJECT_ID and DESCOPE_REMOTE_MANAGEMENT_KEY" in came.err
    assert there.service.calls == 0


def test_many_small_things_go_out_in_batches_as_the_plan_says(there: Wired) -> None:
    there.write(BATCHES)
    came = there.apply()
    assert came.status == 0, came.err
    # The permissions, a look at the ids they were given, and the roles.
    said = "Apply makes 3 calls (150 changes, 148 saved by batching, 1 to read back)"
    assert said in came.out
    assert "It took 3 calls (2 writes, 1 to read back)." in came.out
    # Before that: the licence, and a list of each kind.
    assert there.service.calls == 3 + 3


def test_a_refresh_asks_once_for_each_kind_however_much_there_is(there: Wired) -> None:
    rows = "".join(f"    t{number}: {{name: Tenant {number}}}\n" for number in range(200))
    there.write(f"resources:\n  tenant:\n{rows}")
    there.environ["DSTATE_BUDGET_DIR"] = str(there.folder / "another")
    for number in range(200):
        row = {"id": f"t{number}", "name": f"Other {number}", "parent": ""}
        there.world.tenants[row["id"]] = {
            **row,
            "selfProvisioningDomains": [],
            "customAttributes": {},
            "defaultRoles": [],
        }
    before = there.service.calls
    assert there.said("plan").status == 0
    assert there.service.calls - before == 2
