"""Policy tools read what `dstate show --json` prints: they judge at least one thing, and rightly.

Not part of `make test`: `make policy` installs the tools. Each of them passes in silence on a
shape that it does not know, so what was judged is counted, by name.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.policy.made_plans import HERE, Shown, acme_plan, fake_plan, run, tool

RULES = HERE / "rules"
CHECKS = "CKV_DSTATE_1,CKV2_DSTATE_1,CKV2_DSTATE_2,CKV2_DSTATE_3"
CUSTOMERS = ("globex", "initech", "umbrella")
ADMINS = {f'role.customer_admin["{name}"]' for name in CUSTOMERS}


@pytest.fixture(scope="session")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return fake_plan(tmp_path_factory.mktemp("fake"))


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return acme_plan(tmp_path_factory.mktemp("acme"))


# -- checkov --------------------------------------------------------------------------------------


def checkov(file: Path, folder: Path) -> tuple[int, Any]:
    checks = folder / "checks"
    shutil.copytree(RULES / "checkov", checks)
    (checks / "permissions.py.txt").rename(checks / "permissions.py")
    (checks / "__init__.py").touch()
    what = ("-f", str(file), "--framework", "terraform_plan")
    which = ("--external-checks-dir", str(checks), "--check", CHECKS)
    how = ("-o", "json", "--skip-download")
    done = run((tool("checkov"), *what, *which, *how), folder=folder)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def judged(answer: Any, verdict: str, check: str) -> set[str]:  # noqa: ANN401  # checkov's JSON
    rows = answer["results"][f"{verdict}_checks"]
    return {row["resource"] for row in rows if row["check_id"] == check}


def test_checkov_judges_tenants_and_roles(acme: Shown, tmp_path: Path) -> None:
    status, answer = checkov(acme.file, tmp_path)
    tenants = {"tenant.acme", *(f'tenant.customer["{name}"]' for name in CUSTOMERS)}
    assert judged(answer, "passed", "CKV2_DSTATE_1") == tenants
    assert judged(answer, "failed", "CKV2_DSTATE_1") == set()
    assert judged(answer, "failed", "CKV2_DSTATE_2") == {"role.billing"}
    assert judged(answer, "passed", "CKV2_DSTATE_2") == {"role.analyst", "role.editor", *ADMINS}
    assert judged(answer, "passed", "CKV_DSTATE_1") == {"role.analyst", "role.editor"}
    assert judged(answer, "failed", "CKV_DSTATE_1") == {"role.billing", *ADMINS}
    assert answer["summary"]["parsing_errors"] == 0
    assert status == 1


def test_checkov_judges_what_every_sort_of_change_leads_to(fake: Shown, tmp_path: Path) -> None:
    _, answer = checkov(fake.file, tmp_path)
    assert judged(answer, "passed", "CKV2_DSTATE_3") == {
        "label.adopted",
        "label.adopted_and_edited",
        "label.drifted",
        'label.each["a"]',
        "label.edited",
        "label.kept",
        "label.new_name",
        "label.vanished",
    }
    assert judged(answer, "failed", "CKV2_DSTATE_3") == {"label.bare"}


def test_checkov_passes_in_silence_what_it_cannot_read(acme: Shown, tmp_path: Path) -> None:
    """The reason for counting: the same plan under another key is judged by nobody, and passes."""
    other = tmp_path / "other.json"
    plan = acme.plan
    plan["planned_values"] = {"root": plan["planned_values"]["root_module"]}
    other.write_text(json.dumps(plan))
    status, answer = checkov(other, tmp_path)
    assert status == 0
    assert answer.get("summary", answer)["passed"] == 0


# -- terraform-compliance -------------------------------------------------------------------------


def compliance(shown: Shown, features: str) -> tuple[int, str]:
    command = (tool("terraform-compliance"), "-p", str(shown.file), "-f", str(RULES / features))
    done = run((*command, "--no-ansi"), folder=shown.file.parent)
    return done.returncode, done.stdout + done.stderr


def failures(text: str) -> set[str]:
    return set(re.findall(r"Failure: (?:\w+ property in )?(\S+) (?:\(|resource)", text))


def test_terraform_compliance_judges_tenants_and_roles(acme: Shown) -> None:
    status, text = compliance(acme, "acme")
    assert "3 scenarios (1 passed, 2 failed)" in text
    assert failures(text) == {"role.analyst", "role.billing", "role.editor", *ADMINS}
    assert "role.billing resource matches with Billing" in text
    assert status == 1


def test_terraform_compliance_judges_every_sort_of_change(fake: Shown) -> None:
    status, text = compliance(fake, "fake")
    assert "2 scenarios (0 passed, 2 failed)" in text
    assert failures(text) == {"label.let_go", "site.home"}
    assert status == 1


# -- Rego -----------------------------------------------------------------------------------------


def rego(shown: Shown) -> Any:  # noqa: ANN401  # JSON is whatever it says
    evaluator = str(HERE / "evaluate_rego.py")
    command = (tool("python"), evaluator, str(RULES / "policy.rego"), str(shown.file))
    done = run(command, folder=shown.file.parent)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_rego_denies_deletions_and_what_is_not_described(fake: Shown) -> None:
    answer = rego(fake)
    assert answer["evaluated"] == len(fake.plan["resource_changes"]) > 15
    assert answer["denied"] == [
        "label.bare has no description",
        'label.each["b"] is deleted',
        "label.gone is deleted",
        "site.home is deleted",
    ]


def test_rego_has_nothing_against_the_example(acme: Shown) -> None:
    answer = rego(acme)
    assert answer == {"evaluated": 14, "denied": []}


def test_no_secret_reaches_a_tool(fake: Shown) -> None:
    assert "canary" not in fake.file.read_text() + json.dumps(fake.events)
