"""The example stack, with every kind: its state is lost and found, and its drift is accepted."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.spoken import Said, said

ROOT = Path(__file__).parents[2]
MORE = """\
resources:
  access_key:
    ci: {name: CI, description: Deploys, roles: ["${role.editor.name}"]}
"""


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "acme", tmp_path / "acme")
    settings = tmp_path / "acme" / "dstate.yaml"
    settings.write_text(settings.read_text() + "\nbackend: {path: state}\n")
    (tmp_path / "acme" / "resources" / "machines.yaml").write_text(MORE)
    return tmp_path / "acme"


def run(stack: Path, *words: str) -> Said:
    return said(list(words), folder=stack)


def applied(stack: Path, environment: str) -> None:
    into = str(stack / "secrets")
    made = run(stack, "apply", "--env", environment, "-auto-approve", "-secrets-into", into)
    assert made.status == 0, made.err


def test_a_state_that_is_lost_is_found_again_for_every_kind(stack: Path) -> None:
    applied(stack, "staging")
    folder = stack / "state" / "staging"
    before = json.loads(run(stack, "state", "list", "--env", "staging", "--json").out)
    (folder / "state.json").unlink()
    refused = run(stack, "plan", "--env", "staging")
    assert refused.status == 1
    assert "dstate state rebuild" in refused.err
    (folder / "key").unlink()
    shutil.rmtree(folder / "history")
    found = run(stack, "state", "rebuild", "--env", "staging")
    assert found.status == 0, found.out + found.err
    assert f"Found {len(before)} of {len(before)} resources; 0 ambiguous, 0 not there." in found.out
    assert json.loads(run(stack, "state", "list", "--env", "staging", "--json").out) == before
    planned = run(stack, "plan", "--env", "staging", "-detailed-exitcode")
    assert planned.status == 0, planned.out
    assert "No changes." in planned.out
    assert run(stack, "drift", "--env", "staging").status == 0
    trail = [json.loads(row) for row in (folder / "audit.jsonl").read_text().splitlines()]
    assert trail[-1]["command"] == "dstate state rebuild"
    assert trail[-1]["matched"] == len(before)


def test_what_others_changed_is_accepted_into_the_files(stack: Path) -> None:
    applied(stack, "local")
    role = {
        "name": "Analyst",
        "newName": "Analyst",
        "description": "Reads: all",
        "permissionNames": ["reports.read", "documents.read"],
    }
    sent = run(stack, "emulator", "call", "POST", "/v1/mgmt/role/update", json.dumps(role))
    assert sent.status == 0, sent.err
    files = {path: path.read_bytes() for path in stack.rglob("*.yaml")}
    assert run(stack, "drift").status == 2
    done = run(stack, "drift", "accept", "role.analyst", "-auto-approve")
    assert done.status == 0, done.err
    roles = stack / "resources" / "roles.yaml"
    wanted = files[roles].replace(b"Reads what others write", b'"Reads: all"')
    assert roles.read_bytes() == wanted
    assert {path: path.read_bytes() for path in files} == {**files, roles: wanted}
    assert run(stack, "plan", "-detailed-exitcode").status == 0
    assert "Environment `prod` reads the same" in done.err
