"""The example stack in several environments: compared, and a flow promoted with what it needs."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.spoken import Said, said

ROOT = Path(__file__).parents[2]
NEEDS = {
    "flow.invite",
    "list.office",
    "permission.read_documents",
    "permission.read_reports",
    "permission.write_reports",
    "role.editor",
}


class Stack:
    """A copy of the example, where commands are given and calls made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "examples/acme", folder, dirs_exist_ok=True)

    def run(self, line: str, status: int = 0) -> Said:
        came = said(line.split(), folder=self.folder)
        assert came.status == status, f"{line}: {came.status}\n{came.out}\n{came.err}"
        return came

    def differences(self) -> dict[tuple[str, str], str | None]:
        found = json.loads(self.run("env diff dev staging --json").out)
        return {(one["kind"], one["identity"]): one["only_in"] for one in found["differences"]}

    def state(self, environment: str) -> set[str]:
        return set(self.run(f"state list --env {environment}").out.split())


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    made = Stack(tmp_path / "acme")
    path = made.folder / "files/flows/invite.json"
    flow: Any = json.loads(path.read_text())
    flow["references"] = {"roles": {"Editor": ""}}
    rule = {"id": "9", "type": "condition", "name": "In the office?", "listName": "Office"}
    flow["contents"]["tasks"]["9"] = rule
    path.write_text(json.dumps(flow))
    settings = made.folder / "resources/sign_in.yaml"
    invite = "      id: invite\n"
    text = settings.read_text()
    assert text.count(invite) == 1
    settings.write_text(text.replace(invite, f"{invite}      depends_on: [role.editor]\n"))
    made.run("apply --env dev -auto-approve")
    return made


def test_a_flow_brings_its_roles_lists_and_permissions_and_nothing_else(stack: Stack) -> None:
    stack.run("plan --env staging")
    assert set(stack.differences().items()) >= {(("flow", "invite"), "dev")}
    stack.run("env promote dev staging flow.invite -out promotion.json")
    plan = json.loads((stack.folder / "promotion.json").read_text())["plan"]
    assert {one["address"] for one in plan["changes"]} == NEEDS
    assert {one["action"] for one in plan["changes"]} == {"create"}
    stack.run("apply promotion.json")
    assert stack.state("staging") == NEEDS
    kept = {
        ("flow", "invite"),
        ("list", "Office"),
        ("permission", "documents.read"),
        ("permission", "reports.read"),
        ("permission", "reports.write"),
        ("role", "Editor"),
    }
    assert kept.isdisjoint(stack.differences())
    again = stack.run("env promote dev staging flow.invite -detailed-exitcode")
    assert "No changes." in again.out


def test_two_environments_of_one_stack_differ_as_it_states_and_not_otherwise(stack: Stack) -> None:
    stack.run("apply --env staging -auto-approve")
    came = stack.run("env diff dev staging -detailed-exitcode")
    assert "dev and staging do not differ" in came.out
    assert "Left out: 4 fields and 4 objects" in came.out
    whole = stack.run("env diff dev staging --all-fields -detailed-exitcode", status=2)
    assert 'role "Globex/Customer admin" (role.customer_admin["globex"])' in whole.out
    rows = stack.run("env matrix dev staging --differing").out.splitlines()
    assert {row.split()[0] for row in rows[1:-2]} == {"role", "tenant"}
    # Of settings only those that somebody manages are read, and nobody says more of the others.
    assert "dev: not read, for nobody manages it: password_settings (1)" in came.err
    rows = stack.run("env matrix dev staging").out.splitlines()
    (row,) = (row for row in rows if row.startswith("password_settings Globex"))
    assert row.split()[-2:] == ["?", "A"]


def test_the_role_of_a_tenant_goes_with_its_tenant_under_a_new_id(stack: Stack) -> None:
    stack.run("apply --env staging -auto-approve")
    role = 'role.customer_admin["globex"]'
    came = stack.run(f"env promote staging prod {role} -out promotion.json")
    assert 'tenant.customer["globex"]' in came.err
    stack.run("apply promotion.json", status=5)
    stack.run("apply promotion.json --confirm prod")
    tenants = {
        name: json.loads(stack.run(f"state show --env {name} {role} --json").out)
        for name in ("staging", "prod")
    }
    ids = {one["outputs"]["tenant"] for one in tenants.values()}
    assert len(ids) == 2
    assert "No changes." in stack.run(f"env promote staging prod {role} -detailed-exitcode").out
    # How many seats the customer has is stated for each environment by itself.
    tenant = json.loads(stack.run('state show --env prod tenant.customer["globex"] --json').out)
    assert tenant["outputs"]["attributes"] == {"seats": 200}
